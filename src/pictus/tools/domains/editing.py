"""Work on the picture: cut out, enlarge, blur and mark."""

from typing import ClassVar

from pictus.record import Facts
from pictus.scene import Area
from pictus.tools import everyday, seen
from pictus.tools.function import Arguments, CannotDo, Chain, Function, Result, Vague
from pictus.tools.schema import box, choice, integer, takes
from pictus.tools.simulated import key


def _crop(arguments: Arguments, facts: Facts) -> Result:
    area = seen.area_of(arguments["box"])
    return {"box": seen.corners(area), "shows": seen.labels_in(facts, area)}


def _zoom(arguments: Arguments, facts: Facts) -> Result:
    area, share = seen.area_of(arguments["box"]), 0.5 / arguments["factor"]
    x, y = min(max(area.x, share), 1 - share), min(max(area.y, share), 1 - share)
    window = Area.of(x - share, y - share, x + share, y + share)
    if window is None:
        raise CannotDo("nothing is left at that factor")
    return {"window": seen.corners(window), "shows": seen.labels_in(facts, window)}


def _blur(arguments: Arguments, facts: Facts) -> Result:
    corners = seen.corners(seen.area_of(arguments["box"]))
    return {"file": f"blurred-{key('blur', *corners)}.png", "box": corners}


def _mark(arguments: Arguments, facts: Facts) -> Result:
    corners = seen.corners(seen.area_of(arguments["box"]))
    return {"file": f"marked-{key('mark', *corners, arguments['colour'])}.png", "box": corners}


class Tools:
    """Cut out, enlarge, blur and mark parts of the picture."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="crop_image",
            description="Cut a region out of the picture and give it back as a picture of its own.",
            parameters=takes(box=box("the region to keep")),
            run=_crop,
            deed="cut a piece out of the picture",
            fills={"box": "thing"},
            asks=(
                "Crop the picture to {box.the}.",
                "Please cut out {box.the} for me.",
                "I only need the part with {box.the}. Can you crop it?",
                "Trim everything away except {box.the}.",
                "Make me a separate picture of {box.the}.",
                "Could you crop this so that only {box.the} remains?",
                "Give me a cutout of {box.the}.",
            ),
            tells=(
                "Here is the part of the picture with {box.the}.",
                "Done: the picture is now cropped to {box.the}.",
                "I cut out {box.the} for you.",
                "The cutout of {box.the} is ready.",
            ),
            vague={
                "box": Vague(
                    (
                        "Crop the picture for me, please.",
                        "Can you cut a piece out of this picture?",
                        "Trim this photo.",
                    ),
                    ("Which part should I keep?", "What should the cropped picture show?", "What do you want to keep?"),
                )
            },
        ),
        Function(
            name="zoom_image",
            description="Enlarge the surroundings of a region by a whole factor.",
            parameters=takes(box=box("the region to look at"), factor=integer("how many times larger", 2, 8)),
            run=_zoom,
            deed="enlarge a part of the picture",
            fills={"box": "thing", "factor": (2, 3, 4)},
            asks=(
                "Zoom in on {box.the}, {factor} times.",
                "Enlarge {box.the} by a factor of {factor}.",
                "Show me {box.the} {factor} times larger.",
                "I want a closer look at {box.the}; magnify that part {factor} times.",
                "Can you zoom to {box.the} with factor {factor}?",
                "Bring {box.the} closer, {factor} times please.",
            ),
            tells=(
                "Here {box.be} {box.the}, enlarged {factor} times.",
                "This is the view of {box.the} at factor {factor}.",
                "I zoomed in on {box.the} by a factor of {factor}.",
            ),
        ),
        Function(
            name="blur_region",
            description="Make a region of the picture unrecognizable and save the result.",
            parameters=takes(box=box("the region to hide")),
            run=_blur,
            deed="blur a part of the picture",
            fills={"box": "thing"},
            asks=(
                "Blur {box.the}.",
                "Please make {box.the} unrecognizable.",
                "Hide {box.the} before I share this.",
                "Can you pixelate {box.the}?",
                "Nobody should be able to make out {box.the}; blur that part.",
                "I want {box.the} blurred out.",
            ),
            tells=(
                "{box.the} {box.be} blurred now; the result is saved as {file}.",
                "Done. The blurred version is {file}.",
                "I hid {box.the} and saved the picture as {file}.",
            ),
        ),
        Function(
            name="mark_object",
            description="Draw a coloured frame around a region of the picture and save the result.",
            parameters=takes(box=box("the region to frame"), colour=choice("colour of the frame", everyday.COLOURS)),
            run=_mark,
            deed="draw a frame into the picture",
            fills={"box": "thing", "colour": everyday.COLOURS},
            asks=(
                "Draw a {colour} frame around {box.the}.",
                "Highlight {box.the} in {colour}.",
                "Mark {box.the} with a {colour} rectangle.",
                "Put {box.the} in a {colour} frame, please.",
                "Could you outline {box.the} in {colour}?",
                "I want {box.the} to stand out: use a {colour} frame.",
            ),
            tells=(
                "I gave {box.the} a {colour} frame; see {file}.",
                "Done: the {colour} frame is drawn, and the picture is saved as {file}.",
                "The marked picture is {file}.",
            ),
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = ()
