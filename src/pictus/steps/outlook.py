"""Outlook: what licences will permit, told before a row is made, from a source's card and a recipe's model."""

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from pictus import plugins
from pictus.card import Card
from pictus.licence import Use, Verdict, both_terms, find, ruling, terms_of_model
from pictus.recipe import Generate, Recipe

Word: TypeAlias = Literal["yes", "no", "depends"]
Open: TypeAlias = Literal["each picture's own licence", "what is not known"]
_PER_ITEM = find("per-item").name
_UNKNOWN = find("unknown").name


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The answer for all rows that a source or a recipe will give.

    "depends" is never to be taken for yes: nothing forbids it, and something that would have to permit it is open.
    """

    use: Use
    verdict: Word
    depends_on: Open | None = None  # where it depends: on the pictures alone, which the rows will tell, or on more
    reasons: tuple[str, ...]  # what blocks it or leaves it open; empty when the verdict is yes
    duties: tuple[str, ...]  # what must be done in return, as far as it is known; empty unless it may be used


def of_card(card: Card, use: Use = "commercial", *, terms: str | None = None) -> Outlook:
    """Say what may be done with a dataset as a whole; `terms` are those of a model that writes about it."""
    # A row keeps the terms that its dataset came with, whoever writes about it.
    last = both_terms(terms, card.model_terms) or "none"
    whole = ruling((card.picture_licence, card.text_licence, last), use)
    if whole.verdict is not Verdict.UNKNOWN:
        word: Word = "yes" if whole.verdict is Verdict.YES else "no"
        return Outlook(use=use, verdict=word, reasons=whole.reasons, duties=whole.duties)
    rest = ruling((card.text_licence, last), use)
    on: Open = "what is not known"
    if card.picture_licence == _PER_ITEM and rest.verdict is Verdict.YES:
        on = "each picture's own licence"
    return Outlook(use=use, verdict="depends", depends_on=on, reasons=whole.reasons, duties=rest.duties)


def verdict(recipe: Recipe, use: Use = "commercial") -> Outlook:
    """Say what may be done with what a recipe makes of its source, or trains on."""
    if recipe.stages:
        return _of_stages(recipe, use)
    card = _NO_CARD if recipe.source is None else plugins.load_class("sources", recipe.source).card
    return of_card(card, use, terms=_terms(recipe.generate))


def _of_stages(recipe: Recipe, use: Use) -> Outlook:
    """Give the strictest outlook of all that a training sees."""
    parts = [part for stage in recipe.stages.values() for part in stage.data]
    names = dict.fromkeys(part.source for part in parts)
    found = [of_card(_NO_CARD if name is None else plugins.load_class("sources", name).card, use) for name in names]
    rank = {"no": 0, "depends": 1, "yes": 2}
    worst = min(found, key=lambda one: (rank[one.verdict], one.depends_on == "each picture's own licence"))
    reasons = dict.fromkeys(reason for one in found for reason in one.reasons)
    duties = dict.fromkeys(duty for one in found for duty in one.duties)
    return replace(worst, reasons=tuple(reasons), duties=tuple(duties) if worst.verdict != "no" else ())


def _terms(generate: Generate) -> str | None:
    """Name the terms of what will be written, without making the backend: it may want a key, a file or a server."""
    backend: Any = plugins.load_class("backends", generate.backend)
    if hasattr(backend, "answer_many"):
        terms: str | None = backend.terms
        return terms
    return str(generate.settings.get("model_terms") or terms_of_model(str(generate.settings.get("model") or "")))


_NO_CARD = Card(title="", what="", size="", stages=(), picture_licence=_UNKNOWN, text_licence=_UNKNOWN)
