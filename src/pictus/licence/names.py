"""From what a dataset wrote, a name or a link, to the licence that it means."""

import re
from functools import lru_cache

from pictus.licence import creative_commons
from pictus.licence.model_terms import MODEL_TERMS
from pictus.licence.table import LICENCES, UNSTATED, Licence

# Letters, numbers, and any sign that could carry a meaning (`?`, `+`); what merely separates is left out.
_WORD = re.compile(r"[^\W\d_]+|[0-9]+(?:\.[0-9]+)*|[^\s\-‐‑–—_.,:;/()'\"“”’`]")
_FILLERS = frozenset({"the", "licence", "licences", "license", "licenses", "agreement", "version", "v"})
_LINK = re.compile(r"(?:[a-z]+:)?//(?P<address>\S*)|(?P<bare>(?:www\.|creativecommons\.org/)\S*)", re.IGNORECASE)
_BRACKETS = re.compile(r"([^()]*)\(([^()]*)\)([^()]*)")


def known() -> tuple[Licence, ...]:
    """List every licence that has an entry."""
    return (*creative_commons.FAMILY, *LICENCES, *MODEL_TERMS)


@lru_cache(maxsize=1024)
def find(name: str) -> Licence:
    """Find a licence by name, alias or link.

    What is not known gives a licence of that very name of which everything is unknown.
    """
    text = " ".join(name.split())
    if not text:
        return UNSTATED
    link = _link(text)
    if link is not None:
        licence = _INDEX.get(link) or _INDEX.get(creative_commons.read_link(link) or "")
    else:
        licence = _INDEX.get(_words(text)) or _INDEX.get(_creative_commons_name(text) or "")
    return licence or Licence(name=text, title=text, url=text if link else "", note="this licence is not known here")


def _words(text: str) -> str:
    return " ".join(word for word in _WORD.findall(text.casefold()) if word not in _FILLERS)


def _link(text: str) -> str | None:
    found = _LINK.fullmatch(text)
    if found is None:
        return None
    address = (found["address"] or found["bare"] or "").casefold()
    return re.split(r"[?#]", address)[0].removeprefix("www.").rstrip("/")


def _creative_commons_name(text: str) -> str | None:
    """Read a name such as "Attribution 4.0 International (CC BY 4.0)", where both halves must agree."""
    found = _BRACKETS.fullmatch(text)
    if found is None:
        return creative_commons.read_words(_words(text))
    inside = creative_commons.read_words(_words(found[2]))
    outside = creative_commons.read_words(_words(f"{found[1]} {found[3]}"))
    if not found[1].strip() and not found[3].strip():
        return inside
    if inside is None or outside is None:
        return None
    longer, shorter = sorted((inside, outside), key=len, reverse=True)
    # "CC-BY" may stand beside "CC-BY-4.0", but not beside "CC-BY-NC".
    return longer if re.fullmatch(re.escape(shorter) + r"(?:-[0-9.]+)?", longer) else None


def _index() -> dict[str, Licence]:
    index = {}
    for licence in known():
        index[licence.name] = licence  # as `creative_commons` names it
        for alias in (licence.name, licence.title, licence.url, *licence.aliases):
            link = _link(alias)
            index[_words(alias) if link is None else link] = licence
    index.pop("", None)  # of the licences that have no link
    return index


_INDEX = _index()
