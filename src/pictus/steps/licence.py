"""Licence: how many rows of a corpus may be used in a way, and what blocks the others."""

from collections import Counter
from dataclasses import dataclass

from pictus.licence import Ruling, Use, Verdict, ruling
from pictus.record import Origin
from pictus.store.corpus import Corpus

__all__ = ["LicenceReport", "Use", "report", "ruling_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceReport:
    """The answer for a whole corpus."""

    use: Use
    rows: int
    permitted: int
    refused: int
    unknown: int
    blockers: tuple[tuple[str, int], ...]  # a reason and the rows it blocks, the most first
    duties: tuple[tuple[str, int], ...]  # what must be done for the permitted rows


def report(corpus: Corpus, use: Use) -> LicenceReport:
    """Rule on every combination of licences that the corpus holds."""
    verdicts: Counter[Verdict] = Counter()
    blockers: Counter[str] = Counter()
    duties: Counter[str] = Counter()
    for picture, text, model, rows in corpus.summary["licences"]:
        ruled = ruling((picture, text, model or "none"), use)
        verdicts[ruled.verdict] += rows
        blockers.update(dict.fromkeys(ruled.reasons, rows))
        duties.update(dict.fromkeys(ruled.duties, rows))
    return LicenceReport(
        use=use,
        rows=verdicts.total(),
        permitted=verdicts[Verdict.YES],
        refused=verdicts[Verdict.NO],
        unknown=verdicts[Verdict.UNKNOWN],
        blockers=tuple(blockers.most_common()),
        duties=tuple(duties.most_common()),
    )


def ruling_of(origin: Origin, use: Use) -> Ruling:
    """Rule on one record."""
    return ruling((origin.picture_licence, origin.text_licence, origin.model_terms or "none"), use)
