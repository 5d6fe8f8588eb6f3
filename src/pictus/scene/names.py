"""Names of things in good English: singular, plural, article, number, and when a label can be said at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias
from unicodedata import normalize

Form: TypeAlias = Literal["count", "pair", "plural", "mass"]

_IRREGULAR = dict(
    pair.split(":")
    for pair in [
        "person:people",
        "man:men",
        "woman:women",
        "child:children",
        "foot:feet",
        "tooth:teeth",
        "goose:geese",
        "mouse:mice",
        "ox:oxen",
        "knife:knives",
        "wolf:wolves",
        "leaf:leaves",
        "shelf:shelves",
        "loaf:loaves",
        "half:halves",
        "calf:calves",
        "life:lives",
        "wife:wives",
        "elf:elves",
        "thief:thieves",
        "scarf:scarves",
        "hoof:hooves",
        "self:selves",
        "potato:potatoes",
        "tomato:tomatoes",
        "mango:mangoes",
        "echo:echoes",
        "hero:heroes",
        "cactus:cacti",
        "fungus:fungi",
        "die:dice",
        "bus:buses",
        "gas:gases",
        "quiz:quizzes",
        "lens:lenses",
        "canvas:canvases",
        "sheep:sheep",
        "deer:deer",
        "fish:fish",
        "moose:moose",
        "aircraft:aircraft",
        "spacecraft:spacecraft",
        "bison:bison",
        "shrimp:shrimp",
        "squid:squid",
        "swine:swine",
        "salmon:salmon",
        "trout:trout",
        "series:series",
        "species:species",
        "offspring:offspring",
        "passerby:passersby",
        "starfish:starfish",
        "goldfish:goldfish",
    ]
)
_SINGULAR = {many: one for one, many in _IRREGULAR.items() if many != one}
_MEN = re.compile(r"(?<!hu)(?<!ger)(?<!sha)(?<!otto)(?<!cai)(?<!talis)man$")
_SIBILANT = ("s", "x", "z", "ch", "sh")

# A pair is one thing with a plural name. Plural and mass names cannot be counted by their boxes: one box of
# skis may hold one ski or two, and a box of broccoli is a piece of a heap.
PAIRS = frozenset(
    [
        "scissors",
        "glasses",
        "sunglasses",
        "eyeglasses",
        "goggles",
        "binoculars",
        "pliers",
        "trousers",
        "jeans",
        "pants",
        "shorts",
    ]
)
_PLURALS = frozenset(["people", "cattle", "skis", "clothes"])
_MASS = frozenset(
    [
        "broccoli",
        "food",
        "hair",
        "furniture",
        "clothing",
        "footwear",
        "tableware",
        "cookware",
        "luggage",
        "bread",
        "milk",
        "juice",
        "coffee",
        "tea",
        "wine",
        "beer",
        "cheese",
        "pasta",
        "rice",
        "butter",
        "cream",
        "pastry",
        "seafood",
        "fruit",
        "meat",
        "bacon",
        "salad",
        "soup",
        "sauce",
        "sugar",
        "salt",
        "celery",
        "spinach",
        "cabbage",
        "lettuce",
        "water",
        "grass",
        "snow",
        "sand",
        "dirt",
        "mud",
        "gravel",
        "smoke",
        "steam",
        "fog",
        "ice",
        "foam",
        "wood",
        "metal",
        "plastic",
        "glassware",
        "paper",
        "cardboard",
        "equipment",
        "jewelry",
        "makeup",
        "machinery",
        "traffic",
        "graffiti",
        "foliage",
        "scenery",
        "popcorn",
        "sushi",
        "guacamole",
        "silverware",
        "cutlery",
        "ketchup",
        "mustard",
        "asparagus",
        "seaweed",
        "lighting",
        "corn",
        "garlic",
        "ginger",
        "bamboo",
    ]
)
# Nouns that end in s and are singular all the same.
_SINGULAR_S = ("ss", "us", "is", "as", "lens", "series", "species")
_PROPER = {
    word.lower(): word
    for word in [
        "TV",
        "CD",
        "DVD",
        "VCR",
        "PC",
        "SUV",
        "ATV",
        "UFO",
        "ATM",
        "LED",
        "LCD",
        "GPS",
        "USB",
        "X-ray",
        "T-shirt",
        "iPod",
        "iPad",
        "iPhone",
        "MacBook",
        "Christmas",
        "Halloween",
        "French",
        "German",
        "English",
        "American",
        "Chinese",
        "Japanese",
        "Italian",
        "Greek",
        "Swiss",
        "Danish",
        "Asian",
        "African",
        "Segway",
        "Wii",
        "Xbox",
        "Lego",
        "Polaroid",
    ]
}
_VOWEL_SOUND = re.compile(
    r"(?!one|once|eu|ewe|uni(?![nmd])|us[ea]|usual|uku|ut[aeio]|ur[aei]n|ubi)[aeiou]|hour|honest|hono|heir|x-ray",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Z]{2,}s?\b")
_SPEAKABLE = re.compile(r"[^\W\d_][\w'’.&-]*(?: [\w'’.&-]+){0,4}")
_LATIN = re.compile(r"[\x20-\u024f\u2019]+")
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
LEAK = re.compile(
    r"\b(?:caption\w*|bounding|annotat\w*|coordinates?|ground truth|dataset|metadata|"
    r"(?:provided|given) (?:description|information|context|image|picture)|based on the information)\b",
    re.IGNORECASE,
)
_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
NUMBER_WORDS = {word: number for number, word in enumerate(_NUMBERS) if number}


@dataclass(frozen=True, slots=True)
class Name:
    """How to speak of one kind of thing. Two names are the same when `one` is."""

    one: str  # "dog", "scissors", "broccoli"
    many: str  # "dogs", "pairs of scissors", "broccoli"
    form: Form
    a: str  # in a statement: "a dog", "a pair of scissors", "some broccoli"
    any: str  # in a question or a denial: "a dog", "any skis"
    no: str  # "no dog", "no skis"
    the: str
    be: str  # is or are, after `the`
    there: str  # is or are, before `a` and `any`
    it: str
    them: str  # "them" or "it", of several things and of a mass

    def number(self, count: int) -> str:
        """Say how many: "three dogs", "one pair of scissors"."""
        if count == 1 and self.form == "pair":
            return f"one pair of {self.one}"
        return f"{in_words(count)} {self.one if count == 1 else self.many}"


@lru_cache(maxsize=16384)
def name_of(label: str) -> Name | None:
    """Make the name of a label; None when no English sentence can carry it."""
    text = spoken(label)
    if text is None:
        return None
    last = text.rpartition(" ")[2].lower()
    joined = text.lower().replace(" ", "-")
    if last in _MASS or joined in _MASS:
        return Name(
            text,
            text,
            "mass",
            f"some {text}",
            f"any {text}",
            f"no {text}",
            f"the {text}",
            "is",
            "is",
            "it",
            "it",
        )
    if last in PAIRS and not text.endswith(" glasses"):  # wine glasses are no pair
        a = f"a pair of {text}"
        return Name(text, f"pairs of {text}", "pair", a, a, f"no {text}", f"the {text}", "are", "is", "they", "them")
    if last in _PLURALS or (last.endswith("s") and not last.endswith(_SINGULAR_S) and len(last) > 3):
        some, none = f"some {text}", f"no {text}"
        return Name(text, text, "plural", some, f"any {text}", none, f"the {text}", "are", "are", "they", "them")
    a = f"{article(text)} {text}"
    it = "they" if last == "person" else "it"
    return Name(text, plural(text), "count", a, a, f"no {text}", f"the {text}", "is", "is", it, "them")


def spoken(label: str) -> str | None:
    """Give a label as it is said in a sentence; None when it cannot be said.

    Labels reach the text of a conversation, so anything but plain words in Latin letters stays out: line breaks,
    brackets, a picture place such as `<image>`, and words that speak of the annotation instead of the picture.
    """
    text = " ".join(_REMARK.sub("", label[:200]).replace("_", " ").split())
    if len(text) > 40 or not _SPEAKABLE.fullmatch(text) or not _LATIN.fullmatch(text) or LEAK.search(text):
        return None
    return " ".join(_PROPER.get(word, word) for word in text.lower().split(" "))


def plural(noun: str) -> str:
    """Give the plural of a noun or of a phrase that ends in one."""
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{plural(head)} of {rest}"
    before, _, word = noun.rpartition(" ")
    return f"{before} {_plural_word(word)}" if before else _plural_word(word)


def singular(noun: str) -> str:
    """Give the singular of a plural noun; a noun that is no plural stays as it is."""
    before, _, word = noun.rpartition(" ")
    lower = word.lower()
    if lower in _SINGULAR:
        one = _SINGULAR[lower]
    elif lower.endswith("men") and len(lower) > 3:
        one = word[:-2] + "an"
    elif lower.endswith("ies") and len(lower) > 4:
        one = word[:-3] + "y"
    elif lower.endswith(("sses", "xes", "zzes", "ches", "shes")):
        one = word[:-2]
    elif lower.endswith("s") and not lower.endswith(_SINGULAR_S) and lower not in PAIRS and len(lower) > 2:
        one = word[:-1]
    else:
        one = word
    return f"{before} {one}" if before else one


def article(noun: str) -> str:
    """Choose "a" or "an" by the sound the noun begins with."""
    plain = normalize("NFKD", noun[:12])
    if _LETTERS.match(plain):
        return "an" if plain[0] in "AEFHILMNORSX" else "a"
    return "an" if _VOWEL_SOUND.match(plain) else "a"


def in_words(number: int) -> str:
    """Write a number as a word up to twenty, in figures beyond."""
    return _NUMBERS[number] if 0 <= number <= 20 else str(number)


def listing(parts: Sequence[str], joint: str = "and") -> str:
    """Join phrases as one does in speech: "a, b, and c"."""
    if len(parts) < 3:
        return f" {joint} ".join(parts)
    return f"{', '.join(parts[:-1])}, {joint} {parts[-1]}"


def _plural_word(word: str) -> str:
    lower = word.lower()
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if _MEN.search(lower):
        return word[:-2] + "en"
    if lower in PAIRS or lower in _PLURALS or lower in _MASS:
        return word
    if lower.endswith(_SIBILANT):
        return word + "es"
    if lower.endswith("y") and len(lower) > 1 and lower[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"
