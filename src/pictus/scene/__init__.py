"""What follows from facts: counts, positions, sizes, names and their synonyms."""

from pictus.scene.geometry import Area
from pictus.scene.layout import Kind, Scene, Thing, look
from pictus.scene.names import Name, article, in_words, listing, name_of, plural, singular
from pictus.scene.synonyms import GROUPS, mentioned, synonyms

__all__ = [
    "GROUPS",
    "Area",
    "Kind",
    "Name",
    "Scene",
    "Thing",
    "article",
    "in_words",
    "listing",
    "look",
    "mentioned",
    "name_of",
    "plural",
    "singular",
    "synonyms",
]
