"""What stands of a batch of rows: by licence, stage, score, checks, and whether a conversation can be made of them.

What can be told of whole columns is; a record is made only of rows that something has to be read in. Most corpora are
conversations about pictures, all of which are taken: of these none is.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pictus import plugins
from pictus.errors import PictusError, apart, together
from pictus.licence import Verdict, ruling
from pictus.reading.rows import BadRow
from pictus.record import Record
from pictus.report.reasons import reason_code
from pictus.stages import CaptionStyle, Part, StageName
from pictus.steps.blend.order import Integers
from pictus.steps.blend.spoken import conversation
from pictus.steps.blend.tokens import MARKS_OF_A_TURN, estimated_tokens, estimated_tokens_of_all
from pictus.store.columns import decode

Flags: TypeAlias = npt.NDArray[np.bool_]
Licences: TypeAlias = tuple[str, str, str]  # of the picture, of the text, and terms of the model

ALL_COLUMNS = ("messages", "images", "media", "tools", "facts", "origin")
# Enough to make conversations of: neither pixels, nor boxes, nor the path of a pointer.
SAID_COLUMNS = (
    *("messages", "images.list.element.path", "media.list.element.kind", "tools", "origin"),
    *("facts.captions", "facts.narratives.list.element.text", "facts.motions", "facts.answers", "facts.choices"),
)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a part of a stage asks of its rows."""

    part: Part
    stage: StageName
    captions: CaptionStyle
    checks: Mapping[str, Any] = field(default_factory=dict)
    held_out: int = 0  # rows of the corpus that nothing is learned from
    held_seed: int = 0  # which they are

    @property
    def columns(self) -> Collection[str]:
        """Name what has to be read of a corpus."""
        return ("id", *(ALL_COLUMNS if self.checks else SAID_COLUMNS))


def sieve_of(
    part: Part,
    stage: StageName,
    captions: CaptionStyle,
    *,
    held_out: int = 0,
    held_seed: int = 0,
) -> Sieve:
    """Make the sieve of a part, with its checks; tell all that is wrong with these."""
    checks: dict[str, Any] = {}
    errors: list[PictusError] = []
    for name, settings in part.checks.items():
        try:
            checks[name] = _check_of_rows(name, settings)
        except PictusError as error:
            errors += apart(error)
    if errors:
        raise together(errors, where="checks")
    return Sieve(part, stage, captions, checks, held_out, held_seed)


def _check_of_rows(name: str, settings: Mapping[str, Any]) -> Any:
    """Load a check that judges each row alone."""
    check = plugins.load("checks", name, settings, where=f"checks: {name}")
    if not hasattr(check, "problems"):
        what = f"the check `{name}` needs all rows at once, and a blend looks at each alone"
        mend = "judge the corpus with it before, and blend what stands"
        raise PictusError(what, where=f"checks: {name}", mend=mend)
    return check


@dataclass(slots=True)
class Sifted:
    """Which rows of a batch stand, what they hold, and why the others do not."""

    stands: Flags
    left_out: Counter[str] = field(default_factory=Counter)  # by reason
    tokens: int = 0  # of the texts of the rows that stand, estimated
    pictures: int = 0
    licences: Counter[Licences] = field(default_factory=Counter)

    def drop(self, fails: Flags, reason: str) -> None:
        """Leave rows out, of those that still stand."""
        falls = fails & self.stands
        if count := int(falls.sum()):
            self.left_out[reason] += count
            self.stands = self.stands & ~falls


def sifted(batch: pa.RecordBatch, sieve: Sieve, outside: Collection[tuple[Flags, str]] = ()) -> Sifted:
    """Look at the rows of a batch; `outside` are those that fail by what no batch tells, each kind with its reason."""
    found = Sifted(np.ones(batch.num_rows, np.bool_))
    for fails, reason in outside:
        found.drop(fails, reason)
    licences = list(_kinds(batch["origin"], ("picture_licence", "text_licence", "model_terms")))
    _by_licence(licences, sieve, found)
    _by_stage(batch, sieve, found)
    pictures = _by_picture(batch, sieve, found)
    _by_words(batch, sieve, found)
    found.pictures = int(pictures[found.stands].sum())
    for (picture, text, model), has in licences:
        if count := int((has & found.stands).sum()):
            found.licences[picture or "unknown", text or "unknown", model or "none"] += count
    return found


def _kinds(structs: pa.StructArray, names: Collection[str]) -> Iterator[tuple[tuple[str | None, ...], Flags]]:
    """Give each combination of values that some fields of rows have, and which rows have it."""
    numbers = np.zeros(len(structs), np.int64)
    values: list[list[str | None]] = []
    for name in names:
        column = structs.field(name).dictionary_encode("encode")
        values.append(column.dictionary.to_pylist())
        numbers = numbers * len(values[-1]) + column.indices.to_numpy()
    for number in np.unique(numbers).tolist():
        rest, combination = number, []
        for some in reversed(values):
            rest, place = divmod(rest, len(some))
            combination.append(some[place])
        yield tuple(reversed(combination)), numbers == number


def _by_licence(kinds: list[tuple[tuple[str | None, ...], Flags]], sieve: Sieve, found: Sifted) -> None:
    if sieve.part.require is None:
        return
    for (picture, text, model), has in kinds:
        ruled = ruling((picture or "unknown", text or "unknown", model or "none"), sieve.part.require)
        if ruled.verdict is not Verdict.YES:
            found.drop(has, f"licence: {ruled.reasons[0]}")


def _by_stage(batch: pa.RecordBatch, sieve: Sieve, found: Sifted) -> None:
    wanted = sieve.part.stage
    if wanted is None:
        return
    for (dataset,), has in _kinds(batch["origin"], ("dataset",)):
        if dataset not in plugins.names("sources"):
            found.drop(has, f"stage: nobody says what the dataset {dataset} is for")
        elif wanted not in plugins.load_class("sources", dataset).card.stages:
            found.drop(has, f"stage: {dataset} is not for {wanted}")


def _by_picture(batch: pa.RecordBatch, sieve: Sieve, found: Sifted) -> Integers:
    """Count the pictures of each row; one that is only an address cannot be trained on."""
    lists = batch["images"]
    counts = _lengths(lists)
    is_address = np.asarray(lists.flatten().is_null())
    owners = np.repeat(np.arange(len(counts)), counts)
    absent = np.bincount(owners[is_address], minlength=len(counts)) > 0
    if sieve.stage == "align":
        found.drop(counts == 0, "it has no picture, and to align is to learn what pictures show")
    found.drop(absent, "a picture of it is only an address: it was not fetched")
    return counts


def _by_words(batch: pa.RecordBatch, sieve: Sieve, found: Sifted) -> None:
    """Drop what a check finds fault with, or what no conversation can be made of; count the tokens of the others."""
    is_plain = np.zeros(batch.num_rows, np.bool_)
    if sieve.captions == "asked" and not sieve.checks:
        is_plain = found.stands & (_lengths(batch["messages"]) > 0) & np.asarray(batch["tools"].is_null())
        # What a call says stands elsewhere than in the words.
        is_plain &= ~_has(batch["messages"], pc.fill_null(pc.greater(_calls(batch), 0), False))
        speaks = _has(batch["messages"], pc.equal(batch["messages"].flatten().field("role"), "assistant"))
        found.drop(is_plain & ~speaks, "no turn is the assistant's, so there is nothing to learn")
        is_plain &= speaks
        if is_plain.any():
            found.tokens += _talk_tokens(batch["messages"].filter(pa.array(is_plain)))
    rest = np.flatnonzero(found.stands & ~is_plain)
    if len(rest):
        fails = np.zeros(batch.num_rows, np.bool_)
        for place, record in zip(rest.tolist(), decode(batch.take(pa.array(rest)), {}), strict=True):
            told = _read(record, sieve)
            if isinstance(told, int):
                found.tokens += told
            else:
                fails[place] = True
                found.left_out[reason_code(told)] += 1
        found.stands = found.stands & ~fails


def _read(record: Record, sieve: Sieve) -> int | str:
    """Give the tokens of the conversation that a record becomes, or the reason for which it is left out."""
    if record.turns:
        for name, check in sieve.checks.items():
            for problem in check.problems(record):
                return f"{name}: {problem}"
    try:
        turns = conversation(record, sieve.captions)
    except BadRow as error:
        return str(error)
    return estimated_tokens(record if turns is record.turns else replace(record, turns=turns))


def _talk_tokens(messages: pa.ListArray) -> int:
    turns = messages.flatten()
    texts = turns.field("content").flatten().field("text").drop_null()
    _, edges, signs = texts.buffers()
    if not len(texts) or signs is None:
        return MARKS_OF_A_TURN * len(turns)
    first, last = np.frombuffer(edges, np.int32)[[texts.offset, texts.offset + len(texts)]].tolist()
    told = estimated_tokens_of_all(np.frombuffer(signs, np.uint8)[first:last], len(texts))
    return MARKS_OF_A_TURN * len(turns) + told


def _calls(batch: pa.RecordBatch) -> pa.Array:
    return pc.list_value_length(batch["messages"].flatten().field("tool_calls"))


def _lengths(lists: pa.ListArray) -> Integers:
    return np.asarray(pc.fill_null(pc.list_value_length(lists), 0)).astype(np.int64)


def _has(lists: pa.ListArray, inner: pa.Array) -> Flags:
    """Say of each row whether something holds for one of the values in its list."""
    owners = np.repeat(np.arange(len(lists)), _lengths(lists))
    return np.bincount(owners[np.asarray(inner)], minlength=len(lists)) > 0
