"""What several licences permit together, and what that means for a use.

The strictest wins: unknown and no is no, unknown and yes is unknown. `Terms` speak of one work made of all
parts; a corpus that keeps its rows apart is a collection, so ask for each row and not for all rows at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from pictus.licence.creative_commons import agree_to_share
from pictus.licence.model_terms import NO_MODEL
from pictus.licence.names import find
from pictus.licence.table import NO, NO_PICTURE, UNKNOWN, UNSTATED, YES, Licence, Permission, Verdict

Use: TypeAlias = Literal["commercial", "derivatives", "train"]

_PERMISSIONS: tuple[Permission, ...] = ("commercial", "derivatives", "training")
_NEEDS: dict[Use, tuple[Permission, ...]] = {
    # Instruction data for a product: sold or served, resized and rewritten on the way, and trained on.
    "commercial": _PERMISSIONS,
    "derivatives": ("derivatives",),
    "train": ("training",),
}
_WORDS: dict[Permission, str] = {
    "commercial": "commercial use",
    "derivatives": "adaptation",
    "training": "training of competing models",
}
_NOTHING = "no licence is named"
_MISPLACED = {
    NO_MODEL: Licence(
        name=NO_MODEL.name,
        title=UNSTATED.title,
        note="it may stand for the model only, in the last place; of a picture or text it says nothing",
    ),
    NO_PICTURE: Licence(
        name=NO_PICTURE.name,
        title=UNSTATED.title,
        note="it may stand for the picture only, in the first place; of a text or model it says nothing",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What licences permit and require together, and which of them object."""

    licences: tuple[Licence, ...]  # each once, by name
    commercial: Verdict
    derivatives: Verdict
    training: Verdict
    share_alike: Verdict
    attribution: Verdict
    reasons: tuple[str, ...]  # one sentence for each no and each unknown among the permissions
    conflicts: tuple[str, ...]  # why one adaptation cannot obey two of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The answer to one question about a record."""

    use: Use
    verdict: Verdict
    reasons: tuple[str, ...]  # what blocks it, the plain no first; empty when the verdict is yes
    duties: tuple[str, ...]  # what must be done in return; empty unless the verdict is yes


def combine(licences: Iterable[Licence]) -> Terms:
    """Give the strictest of all licences; their order and repetition do not matter.

    Of no licences at all everything is unknown. Share-alikes that contradict each other, or a licence without
    commercial use that meets a share-alike with it, leave no way to adapt both into one work.
    """
    parts = tuple(sorted(set(licences), key=lambda licence: licence.name))
    clashes = tuple(_clashes(parts))
    objections = [objection for part in parts for objection in _objections(part, _PERMISSIONS)]
    derivatives = [*(part.derivatives for part in parts), *(verdict for verdict, _ in clashes)]
    return Terms(
        licences=parts,
        commercial=_strictest(part.commercial for part in parts),
        derivatives=_strictest(derivatives),
        training=_strictest(part.training for part in parts),
        share_alike=_most_demanding(part.share_alike for part in parts),
        attribution=_most_demanding(part.attribution for part in parts),
        reasons=_plain_first([*objections, *clashes]) if parts else (_NOTHING,),
        conflicts=_plain_first(clashes),
    )


def both_terms(one: str | None, other: str | None) -> str | None:
    """Name the terms of words that two models had a part in: the stricter, where one of them is that in everything."""
    given = {name for name in (one, other) if name is not None and find(name) is not NO_MODEL}
    if len(given) < 2:
        return next(iter(given), None)
    parts = [_MISPLACED.get(licence, licence) for licence in map(find, sorted(given))]
    together = combine(parts)
    for part in parts:
        if all(part.permits(need) is getattr(together, need) for need in _PERMISSIONS):
            return part.name
    return " and ".join(part.name for part in parts)  # a name that is not known, so that nothing is taken for yes


def ruling(names: Iterable[str], use: Use) -> Ruling:
    """Say whether a record may be used so, by the names of its licences: picture, text and, last, model.

    `derivatives` asks for adaptation, `train` for training models with it, competing ones too. `commercial`
    asks all names for commercial use, adaptation and training, for instruction data needs the three.
    `none` counts only in the last place: a dataset that writes "none" for a picture has granted nothing. In the
    same way `no-picture`, for a record without media, counts only in the first.
    """
    return _ruling(tuple(names), use)


@lru_cache(maxsize=4096)
def _ruling(names: tuple[str, ...], use: Use) -> Ruling:
    found = [find(name) for name in names]
    last = len(found) - 1
    at_home = {NO_MODEL: last, NO_PICTURE: 0}
    licences = {
        licence if at_home.get(licence, place) == place else _MISPLACED[licence] for place, licence in enumerate(found)
    }
    parts = sorted(licences, key=lambda licence: licence.name)
    needs = _NEEDS[use]
    # A licence that says no is one blocker, whatever else it leaves open.
    objections = [objection for part in parts for objection in [*_objections(part, needs)][:1]]
    if "derivatives" in needs:
        objections += _clashes(parts)
    verdict = _strictest(objected for objected, _ in objections) if objections else YES if parts else UNKNOWN
    return Ruling(
        use=use,
        verdict=verdict,
        reasons=_plain_first(objections) if parts else (_NOTHING,),
        duties=tuple(_duties(parts)) if verdict is YES else (),
    )


def _objections(licence: Licence, needs: Iterable[Permission]) -> Iterator[tuple[Verdict, str]]:
    needs = tuple(needs)
    for verdict, words in ((NO, "does not permit"), (UNKNOWN, "leaves open")):
        asked = [_WORDS[need] for need in needs if licence.permits(need) is verdict]
        if asked:
            yield verdict, _sentence(licence, f"{words} {_listing(asked, 'or' if verdict is NO else 'and')}")


def _clashes(licences: Iterable[Licence]) -> Iterator[tuple[Verdict, str]]:
    """Find pairs that no adaptation can obey, by the chart of Creative Commons for combining works."""
    licences = tuple(licences)
    sharers = [licence for licence in licences if licence.share_alike is YES]
    for number, sharer in enumerate(sharers):
        for other in sharers[number + 1 :]:
            verdict = agree_to_share(sharer, other)
            if verdict is not YES:
                may = "cannot" if verdict is NO else "perhaps cannot"
                pair = f"`{sharer.name}` and `{other.name}`"
                yield verdict, f"{pair} {may} be combined: an adaptation would have to carry both"
        for other in licences:
            if sharer.commercial is YES and other.commercial is NO and other.share_alike is not YES:
                why = f"`{sharer.name}` lets everyone use adaptations commercially, `{other.name}` does not"
                yield NO, f"{why}, so they cannot be combined"


def _duties(licences: Iterable[Licence]) -> Iterator[str]:
    """Name what licences ask in return, and any limit to non-commercial use that was not the question."""
    for licence in licences:
        demands = licence.attribution is not NO or licence.share_alike is not NO
        if demands or licence.commercial is not YES:
            yield _sentence(licence, "has a condition")


def _sentence(licence: Licence, words: str) -> str:
    link = f" ({licence.url})" if licence.url else ""
    return f"`{licence.name}` {words}: {licence.note}{link}"


def _listing(words: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _strictest(verdicts: Iterable[Verdict]) -> Verdict:
    given = {*verdicts}
    return NO if NO in given else UNKNOWN if UNKNOWN in given or not given else YES


def _most_demanding(verdicts: Iterable[Verdict]) -> Verdict:
    given = {*verdicts}
    return YES if YES in given else UNKNOWN if UNKNOWN in given or not given else NO


def _plain_first(objections: Iterable[tuple[Verdict, str]]) -> tuple[str, ...]:
    objections = tuple(objections)
    return tuple(text for verdict in (NO, UNKNOWN) for given, text in objections if given is verdict)
