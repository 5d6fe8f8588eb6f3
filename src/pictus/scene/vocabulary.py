"""Words that surely name a thing of a label: a puppy is a dog, an animal need not be one.

`synonyms.py` leans the other way: there a word that might mean a label counts as a mention of it. Here a word counts
only if it can mean nothing else, so that naming it says that such a thing is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from pictus.scene.names import plural
from pictus.scene.synonyms import LABELS, tokens

# Other names of all things of a label.
_SAME = {
    "bicycle": "bike",
    "car": "automobile",
    "motorcycle": "motorbike",
    "airplane": "plane aeroplane aircraft",
    "traffic light": "stoplight traffic-signal",
    "fire hydrant": "hydrant",
    "handbag": "purse",
    "tie": "necktie",
    "tennis racket": "tennis-racquet racket racquet",
    "wine glass": "wineglass",
    "hot dog": "hotdog",
    "donut": "doughnut",
    "couch": "sofa",
    "tv": "television",
    "remote": "remote-control",
    "cell phone": "cellphone mobile-phone smartphone",
    "mouse": "computer-mouse",
    "refrigerator": "fridge",
    "sports ball": "ball",
    "hair drier": "hair-dryer hairdryer hairdrier blow-dryer",
    "backpack": "rucksack knapsack",
    "baseball glove": "baseball-mitt",
    "potted plant": "houseplant",
}
# Names of some things of a label.
_KINDS = {
    "person": """man woman boy girl child kid baby toddler infant lady gentleman guy teenager adult pedestrian
        passenger bystander onlooker surfer skier snowboarder skateboarder cyclist motorcyclist tourist
        policeman policewoman fireman firefighter businessman businesswoman fisherman waiter waitress bride
        groom spectator""",
    "bicycle": "mountain-bike",
    "car": "taxi sedan suv minivan convertible limousine",
    "motorcycle": "moped",
    "airplane": "airliner jetliner biplane seaplane",
    "bus": "minibus",
    "train": "locomotive",
    "truck": "lorry fire-truck firetruck",
    "boat": "canoe kayak sailboat rowboat ferry yacht motorboat speedboat gondola ship",
    "bird": "seagull pigeon parrot owl duck goose swan eagle hawk penguin sparrow flamingo pelican gull",
    "cat": "kitten",
    "dog": "puppy poodle terrier labrador dachshund bulldog",
    "horse": "pony foal mare stallion",
    "sheep": "lamb ewe",
    "cow": "bull",
    "bear": "polar-bear grizzly-bear",
    "umbrella": "parasol",
    "tie": "bowtie bow-tie",
    "sports ball": "soccer-ball tennis-ball volleyball basketball football",
    "cup": "mug teacup",
    "sandwich": "hamburger cheeseburger",
    "cake": "cupcake",
    "chair": "armchair recliner",
}
_KNOWN = frozenset(LABELS)


@dataclass(frozen=True, slots=True)
class Word:
    """What a word or phrase says that is there."""

    label: str  # as `Name.one`
    said: str
    is_plural: bool
    is_whole: bool  # names every thing of the label, not only some kinds of them


Entries: TypeAlias = tuple[tuple[tuple[str, ...], Word], ...]  # the words that follow the first, longest first
Vocabulary: TypeAlias = dict[str, Entries]


@lru_cache(maxsize=1)
def common() -> Vocabulary:
    """Give the vocabulary of everyday things."""
    return _joined(word for label in LABELS for word in _words(label))


@lru_cache(maxsize=16384)
def particular(labels: tuple[str, ...]) -> Vocabulary:
    """Give the vocabulary of labels by their own names; what everyday words share with them stays beside them."""
    foreign = [label for label in labels if label not in _KNOWN]
    if not foreign:
        return {}
    found = _joined(word for label in foreign for word in _words(label))
    return {
        first: tuple(sorted((*entries, *common().get(first, ())), key=_longest_first))
        for first, entries in found.items()
    }


def name_at(said: Sequence[str], place: int, vocabularies: Iterable[Vocabulary]) -> tuple[int, Word] | None:
    """Find the name that begins at a place of a text's words, and how many words it has."""
    for vocabulary in vocabularies:
        for rest, word in vocabulary.get(said[place], ()):
            if not rest or tuple(said[place + 1 : place + 1 + len(rest)]) == rest:
                return 1 + len(rest), word
    return None


def _longest_first(entry: tuple[tuple[str, ...], Word]) -> int:
    return -len(entry[0])


@lru_cache(maxsize=16384)
def _words(label: str) -> tuple[tuple[tuple[str, ...], Word], ...]:
    found = {}
    names = [(label, True)]
    names += [(name.replace("-", " "), True) for name in _SAME.get(label, "").split()]
    names += [(name.replace("-", " "), False) for name in _KINDS.get(label, "").split()]
    for name, is_whole in names:
        for form in (name, plural(name)):
            said = tuple(tokens((form,))[1].split())
            # Sheep are sheep: a form that is both counts as one thing, which claims less.
            if said and said not in found:
                is_plural = form != name or (name == plural(name) and name.endswith("s"))
                found[said] = Word(label, " ".join(said), is_plural, is_whole)
    return tuple(found.items())


def _joined(words: Iterable[tuple[tuple[str, ...], Word]]) -> Vocabulary:
    found: dict[str, dict[tuple[str, ...], Word]] = {}
    for said, word in words:
        found.setdefault(said[0], {}).setdefault(said[1:], word)
    return {first: tuple(sorted(entries.items(), key=_longest_first)) for first, entries in found.items()}
