"""Look at the picture: find, count, measure and compare what is there."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pictus.record import Facts
from pictus.scene import Name
from pictus.scene.colours import colour_of
from pictus.tools import seen
from pictus.tools.function import Arguments, CannotDo, Chain, Function, Result
from pictus.tools.schema import box, takes, text

_LABEL = "what to look for, in the singular"


def _count(arguments: Arguments, facts: Facts) -> Result:
    found = seen.boxes_called(facts, arguments["label"])
    if any(one.is_group for one, _ in found):
        raise CannotDo(f"some {arguments['label']} stand too close together to be counted")
    return {"label": arguments["label"], "count": len(found)}


def _detect(arguments: Arguments, facts: Facts) -> Result:
    found = seen.boxes_called(facts, arguments["label"])
    return {"label": arguments["label"], "boxes": [seen.corners(area) for _, area in found]}


def _measure(arguments: Arguments, facts: Facts) -> Result:
    area = seen.area_of(arguments["box"])
    return {
        "width_percent": _percent(area.right - area.left),
        "height_percent": _percent(area.bottom - area.top),
        "area_percent": _percent(area.size),
    }


def _compare(arguments: Arguments, facts: Facts) -> Result:
    one, other = seen.area_of(arguments["first"]).size, seen.area_of(arguments["second"]).size
    ratio = round(max(one, other) / min(one, other), 1)
    larger = "neither" if ratio < 1.1 else "first" if one > other else "second"
    return {"larger": larger, "ratio": ratio}


def _gap(arguments: Arguments, facts: Facts) -> Result:
    one, other = seen.area_of(arguments["first"]), seen.area_of(arguments["second"])
    return {"right_percent": _percent(other.x - one.x), "down_percent": _percent(other.y - one.y)}


def _colour(arguments: Arguments, facts: Facts) -> Result:
    colour = colour_of(seen.box_at(facts, arguments["box"]).attributes)
    if colour is None:
        raise CannotDo("no single colour can be made out there")
    return {"colour": colour}


def _percent(share: float) -> float:
    return round(share * 100, 1)


def _count_words(said: Mapping[str, Any]) -> Mapping[str, str]:
    name: Name = said["label"]
    return {"number": name.number(said["count"]), "are": "is" if said["count"] == 1 else "are"}


def _compare_words(said: Mapping[str, Any]) -> Mapping[str, str]:
    if said["larger"] == "neither":
        return {"verdict": f"{said['first'].the} and {said['second'].the} take up about the same room"}
    large, small = ("first", "second") if said["larger"] == "first" else ("second", "first")
    take = "takes" if said[large].be == "is" else "take"
    return {"verdict": f"{said[large].the} {take} up {said['ratio']} times as much room as {said[small].the}"}


def _gap_words(said: Mapping[str, Any]) -> Mapping[str, str]:
    right, down = said["right_percent"], said["down_percent"]
    across = f"{abs(right)} percent of the width to the {'right' if right >= 0 else 'left'}"
    along = f"{abs(down)} percent of the height {'further down' if down >= 0 else 'further up'}"
    return {"verdict": f"seen from {said['first'].the}, {said['second'].the} {said['second'].be} {across} and {along}"}


class Tools:
    """Find, count, measure and compare what the picture shows."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="count_objects",
            description="Count how many objects of one kind the picture shows.",
            parameters=takes(label=text(_LABEL)),
            run=_count,
            deed="count things in the picture",
            fills={"label": "counted"},
            words=_count_words,
            asks=(
                "How many {label.many} are there?",
                "Count the {label.many} in this picture for me.",
                "Please tell me the number of {label.many}.",
                "I need to know how many {label.many} this shows.",
                "Can you count all the {label.many}?",
                "What is the total of {label.many} here?",
                "Run a count of the {label.many}.",
            ),
            tells=(
                "There {are} {number} in the picture.",
                "I counted {number}.",
                "The count gives {number}.",
                "The picture shows {number}.",
            ),
        ),
        Function(
            name="detect_objects",
            description="Find every object of one kind and give the box around each.",
            parameters=takes(label=text(_LABEL)),
            run=_detect,
            deed="find things in the picture",
            fills={"label": "counted"},
            words=lambda said: _count_words({**said, "count": len(said["boxes"])}),
            asks=(
                "Find all {label.many} in the picture.",
                "Locate every instance of {label.a} here.",
                "Where are the {label.many}? Mark each of them with a box.",
                "Detect the {label.many}.",
                "Draw a box around each of the {label.many}, please.",
                "Please search this picture for {label.many}.",
            ),
            tells=(
                "I found {number} and marked what I found.",
                "{number} {are} marked now.",
                "The search found {number}.",
                "Done: {number} {are} located.",
            ),
        ),
        Function(
            name="measure_object",
            description="Measure how wide and high a region is, and which part of the picture it covers.",
            parameters=takes(box=box("the region to measure")),
            run=_measure,
            deed="measure something in the picture",
            fills={"box": "thing"},
            asks=(
                "How much of the picture does the frame around {box.the} fill?",
                "Measure {box.the} for me.",
                "What part of the frame goes to {box.the}?",
                "How wide and how high is the frame around {box.the}, compared with the picture?",
                "Give me the size of {box.the} relative to the picture.",
                "I would like {box.the} measured.",
            ),
            tells=(
                "The frame around {box.the} is {width_percent} percent wide, {height_percent} percent high, and covers "
                "{area_percent} percent of the picture.",
                "Measured against the picture, {box.the} {box.be} {width_percent} percent wide and "
                "{height_percent} percent high, {area_percent} percent in all.",
                "{box.the} {box.be} {width_percent} by {height_percent} percent of the picture, so the frame fills "
                "{area_percent} percent.",
            ),
        ),
        Function(
            name="compare_sizes",
            description="Compare how much room two regions of the picture take up.",
            parameters=takes(first=box("one region"), second=box("the other region")),
            run=_compare,
            deed="compare the sizes of two things in the picture",
            fills={"first": "thing", "second": "thing"},
            words=_compare_words,
            asks=(
                "Which takes up more room in the frame, {first.the} or {second.the}, and by how much?",
                "Compare the size of {first.the} with that of {second.the}.",
                "By what factor do {first.the} and {second.the} differ in size here?",
                "I wonder how much the sizes of {first.the} and {second.the} differ. Please check.",
                "Put {first.the} and {second.the} side by side and compare their sizes.",
                "How do {first.the} and {second.the} compare in size?",
            ),
            tells=("In the frame, {verdict}.", "Going by the measurement, {verdict}.", "{verdict}."),
        ),
        Function(
            name="measure_gap",
            description="Measure how far and in which direction one region lies from another.",
            parameters=takes(first=box("where to measure from"), second=box("where to measure to")),
            run=_gap,
            deed="measure the distance between two things in the picture",
            fills={"first": "thing", "second": "thing"},
            words=_gap_words,
            asks=(
                "How far is it from {first.the} to {second.the} in the picture?",
                "Measure the distance between {first.the} and {second.the}.",
                "Starting at {first.the}, where do I have to go to reach {second.the}, and how far?",
                "What is the gap from {first.the} to {second.the}?",
                "Tell me the offset of {second.the} from {first.the}, please.",
                "How much space lies between {first.the} and {second.the}?",
            ),
            tells=("Measured from middle to middle: {verdict}.", "{verdict}.", "From centre to centre, {verdict}."),
        ),
        Function(
            name="get_colour",
            description="Tell the main colour of the object in a region.",
            parameters=takes(box=box("the region of the object")),
            run=_colour,
            deed="read the colour of something",
            fills={"box": "coloured"},
            asks=(
                "Which colour {box.be} {box.the}?",
                "Pick the main colour of {box.the}.",
                "Sample the colour of {box.the} for me.",
                "I need the colour of {box.the}.",
                "Please check what colour {box.the} {box.be}.",
                "What would you call the colour of {box.the}?",
            ),
            tells=(
                "{box.the} {box.be} {colour}.",
                "The main colour of {box.the} is {colour}.",
                "It comes out as {colour}.",
            ),
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = (
        Chain(
            first="detect_objects",
            second="crop_image",
            passes={"box": "boxes.0"},
            fills={"label": "single"},
            asks=(
                "Find {label.the} and crop the picture to that part.",
                "Look for {label.a} here, then cut out what you found.",
                "Locate {label.the} first; after that, crop to what you located.",
                "I do not know where {label.the} {label.be}. Search, and give me a cutout.",
                "Search the picture for {label.the} and keep only that region.",
                "There should be {label.a} somewhere. Detect and crop, please.",
            ),
            tells=(
                "I found {label.the} and cropped the picture to that part.",
                "Here is the cutout with {label.the}.",
                "{label.the} {label.be} found, and the picture is cropped.",
            ),
        ),
        Chain(
            first="detect_objects",
            second="zoom_image",
            passes={"box": "boxes.0"},
            fills={"label": "single"},
            asks=(
                "Find {label.the} and enlarge that part {factor} times.",
                "Look for {label.the}. Zoom in there by a factor of {factor}.",
                "Locate {label.the}, then magnify the place {factor} times.",
                "Search for {label.a} and show me the spot at factor {factor}.",
                "First detect {label.the}, then zoom in {factor} times.",
                "Get me a closer view of {label.the}: find the place and enlarge it {factor} times.",
            ),
            tells=(
                "I found {label.the}; here is the place {factor} times larger.",
                "This is the view of {label.the}, enlarged {factor} times.",
                "{label.the} {label.be} found, and the view is magnified {factor} times.",
            ),
        ),
        Chain(
            first="detect_objects",
            second="blur_region",
            passes={"box": "boxes.0"},
            fills={"label": "single"},
            asks=(
                "Find {label.the} and make that region unrecognizable.",
                "Detect {label.the}, then blur what you detected.",
                "Search for {label.a} and blur the place.",
                "Locate {label.the} and pixelate the area.",
                "Before I post this, find {label.the} and blur that part.",
                "Please look where {label.the} {label.be}, and blur there.",
            ),
            tells=(
                "I found {label.the} and blurred that part; the result is {file}.",
                "{label.the} {label.be} hidden now, in {file}.",
                "Done: found, blurred and saved as {file}.",
            ),
        ),
    )
