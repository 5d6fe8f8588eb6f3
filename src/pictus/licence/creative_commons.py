"""The Creative Commons family: its licences, the names and links they go by, and which share-alikes agree.

NoDerivatives, plainly: only the unchanged work may be passed on. Storing a picture in another file format,
and arguably a smaller copy, is no adaptation; cropping it, drawing on it or rewriting a text is one. A corpus
cannot promise that no later step does so, hence the permission `derivatives` is `no` for these licences.

A name without a version ("Attribution License", "CC BY") stays without one: all versions permit the same, so
`CC-BY` is known, but which text applies is not. A link to version 2.0, as COCO gives, means version 2.0.
A link or SPDX id of a national edition (`/3.0/de/`, `CC-BY-3.0-DE`) is read as the version it translates.
"""

import re
from itertools import product

from pictus.licence.table import NO, UNKNOWN, YES, Licence, Verdict, free_licence

_CODES = ("BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND")
_VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")
_WORDS = {"BY": "Attribution", "NC": "NonCommercial", "SA": "ShareAlike", "ND": "NoDerivatives"}
_NOTES = {  # the gravest first
    "NC": "only non-commercial use is allowed",
    "ND": "only unchanged copies may be passed on",
    "SA": "adaptations must carry the same licence",
    "BY": "credit is required",
}
_SPELLINGS = (
    (r"\bcreative commons\b", "cc"),
    (r"\bccby\b", "cc by"),
    (r"\bnon ?commercial\b", "nc"),
    (r"\bshare ?alike\b", "sa"),
    (r"\bno ?deriv(?:s|atives?)(?: works)?\b", "nd"),
    (r"\b(?:international|unported|generic)\b ?", ""),
)
# Of the national editions, those with an SPDX id: any two letters would take `CC BY 4.0 NC` for an edition.
_NAME = re.compile(
    r"(?:cc (?:by|attribution)|attribution|by(?= (?:nc|sa|nd)))(?P<parts>(?: (?:nc|sa|nd))*)"
    r"(?: (?P<version>[0-9](?:\.[0-9])?))?(?: (?:at|au|de|fr|igo|nl|uk|us))?(?: public)?"
)
_LINK = re.compile(
    r"creativecommons\.org/licenses/(?P<code>by(?:-(?:nc|sa|nd))*)"
    r"(?:/(?P<version>[0-9]\.[0-9])(?:/(?:[a-z]{2}|igo|scotland))?)?(?:/(?:deed|legalcode)[a-z.-]*)?"
)
_PUBLIC_DOMAIN_LINK = re.compile(
    r"creativecommons\.org/publicdomain/(?P<tool>zero|mark)"
    r"(?:/1\.0(?:/[a-z]{2})?)?(?:/(?:deed|legalcode)[a-z.-]*)?"
)
_TOOLS = {"zero": "CC0-1.0", "mark": "CC-PDM-1.0"}


def _licence(code: str, version: str | None) -> Licence:
    parts = code.split("-")
    path = "by-nd-nc" if (code, version) == ("BY-NC-ND", "1.0") else code.lower()
    title = f"Creative Commons {'-'.join(_WORDS[part] for part in parts)}"
    return Licence(
        name=f"CC-{code}-{version}" if version else f"CC-{code}",
        title=f"{title} {version}" if version else f"{title}, version not said",
        url=f"https://creativecommons.org/licenses/{path}/{version}/" if version else "",
        commercial=NO if "NC" in parts else YES,
        derivatives=NO if "ND" in parts else YES,
        # Whether a trained model adapts the works it saw is in dispute; that decides for NoDerivatives only.
        training=UNKNOWN if "ND" in parts else YES,
        share_alike=YES if "SA" in parts else NO,
        attribution=YES,
        note="; ".join(note for part, note in _NOTES.items() if part in parts),
    )


FAMILY = (
    free_licence(
        "CC0-1.0",
        "Creative Commons Zero 1.0",
        "the owner gave up all rights",
        url="https://creativecommons.org/publicdomain/zero/1.0/",
        credit=NO,
        aliases=("CC0", "CC Zero", "CC0 1.0 Universal", "Public Domain Dedication (CC0)"),
    ),
    free_licence(
        "CC-PDM-1.0",
        "Creative Commons Public Domain Mark 1.0",
        "someone marked it as free of copyright, without warranty",
        url="https://creativecommons.org/publicdomain/mark/1.0/",
        credit=NO,
        aliases=("Public Domain Mark", "Public Domain Mark 1.0", "CC PDM", "PDM 1.0"),
    ),
    *(_licence(code, version) for code, version in product(_CODES, (*_VERSIONS, None))),
)
_NAMES = frozenset(licence.name for licence in FAMILY)


def read_words(words: str) -> str | None:
    """Give the licence that words mean; they come in lower case, apart by single spaces."""
    for spelling, short in _SPELLINGS:
        words = re.sub(spelling, short, words)
    found = _NAME.fullmatch(words.strip())
    return _name(found["parts"].split(), found["version"]) if found else None


def read_link(link: str) -> str | None:
    """Give the licence that a link leads to; it comes in lower case, without scheme, `www.` and query."""
    if found := _PUBLIC_DOMAIN_LINK.fullmatch(link):
        return _TOOLS[found["tool"]]
    found = _LINK.fullmatch(link)
    return _name(found["code"].split("-")[1:], found["version"]) if found else None


def agree_to_share(one: Licence, other: Licence) -> Verdict:
    """Say whether one adaptation can obey both share-alikes."""
    code, version = _take_apart(one.name)
    other_code, other_version = _take_apart(other.name)
    if one == other:
        return YES
    if code != other_code:
        return NO
    if not version or not other_version:
        return UNKNOWN
    # Only since version 2.0 may an adaptation carry a later version of the same licence.
    return NO if "1.0" in (version, other_version) else YES


def _take_apart(name: str) -> tuple[str, str]:
    code, _, version = name.rpartition("-")
    return (code, version) if version in _VERSIONS else (name, "")


def _name(parts: list[str], version: str | None) -> str | None:
    code = "-".join(["BY", *(part for part in ("NC", "SA", "ND") if part.lower() in parts)])
    if version and "." not in version:
        version += ".0"
    name = f"CC-{code}-{version}" if version else f"CC-{code}"
    return name if name in _NAMES and len(set(parts)) == len(parts) else None
