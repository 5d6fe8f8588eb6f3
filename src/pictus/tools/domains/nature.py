"""Animals and plants: what is known of an animal, and who looks after it."""

from typing import ClassVar

from pictus.record import Facts
from pictus.scene import singular
from pictus.tools import everyday
from pictus.tools.function import Arguments, CannotDo, Chain, Function, Result, Vague
from pictus.tools.schema import takes, text
from pictus.tools.simulated import one_of, whole

_KNOWN = {
    "bird": ("chick", 2),
    "cat": ("kitten", 4),
    "dog": ("puppy", 4),
    "horse": ("foal", 4),
    "sheep": ("lamb", 4),
    "cow": ("calf", 4),
    "elephant": ("calf", 4),
    "bear": ("cub", 4),
    "zebra": ("foal", 4),
    "giraffe": ("calf", 4),
    "duck": ("duckling", 2),
}
_VETS = ("Dr. Amsel", "Dr. Birk", "Dr. Costa", "Dr. Demir", "Dr. Eklund")


def _look_up(arguments: Arguments, facts: Facts) -> Result:
    wanted = arguments["animal"].lower()
    known = _KNOWN.get(wanted) or _KNOWN.get(singular(wanted))
    if known is None:
        raise CannotDo(f"there is no entry for {arguments['animal']}")
    return {"young": known[0], "legs": known[1]}


def _vet(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["animal"], arguments["city"])
    return {"vet": one_of(_VETS, "vet", *about), "free_at": f"{whole(9, 17, 'free', *about):02d}:30"}


class Tools:
    """Look animals up and find a vet."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="look_up_animal",
            description="Tell what the young of an animal are called and how many legs it has.",
            parameters=takes(animal=text("the animal, in the singular")),
            run=_look_up,
            deed="look animals up",
            fills={"animal": "animal"},
            asks=(
                "What is the young of {animal.a} called?",
                "Tell me something about {animal.many}.",
                "My daughter asks what a baby {animal.one} is called.",
                "Look up {animal.a} in the book of animals.",
                "I see {animal.a}. What do people call the young?",
                "How many legs does {animal.a} have, and what are the young called?",
            ),
            tells=(
                "The young of {animal.a} is called a {young}; the number of legs is {legs}.",
                "{animal.a} has {legs} legs, and its young is called a {young}.",
                "People call a young {animal.one} a {young}. As to legs, it has {legs}.",
            ),
        ),
        Function(
            name="find_vet",
            description="Find a vet in a city who treats an animal.",
            parameters=takes(animal=text("the animal"), city=text("the city", most=60)),
            run=_vet,
            deed="find a vet",
            fills={"animal": "animal", "city": everyday.CITIES},
            asks=(
                "I found {animal.a} like this in {city}. Which vet can help?",
                "Find a vet for {animal.a} in {city}.",
                "Who treats {animal.many} in {city}?",
                "We are in {city}, and our {animal.one} is ill. Where can we go?",
                "Is there a doctor for {animal.many} in {city}?",
                "I need somebody in {city} to look at {animal.a}.",
            ),
            tells=(
                "{vet} in {city} can see you at {free_at}.",
                "You could go to {vet}, free at {free_at}.",
                "{vet} treats {animal.many} and has time at {free_at}.",
            ),
            vague={
                "city": Vague(
                    (
                        "Which vet treats {animal.many}?",
                        "Our {animal.one} is ill. Find a vet.",
                        "I need a vet for {animal.a}.",
                    ),
                    ("In which city?", "Where are you?", "Which city should I search?"),
                )
            },
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = ()
