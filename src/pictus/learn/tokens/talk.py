"""Records as tokens and labels, in the format that a model reads: one pass, piece by piece, nothing searched for."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import orjson

import pictus
from pictus.backends.huggingface.rendering import without_system
from pictus.errors import PictusError
from pictus.learn.step import IGNORED, Pixels, Sample, Tokens
from pictus.learn.tokens.joined import Joined, Stretch, Written, joined
from pictus.learn.tokens.slots import PICTURE, Shape, Slots
from pictus.learn.tokens.template import Template
from pictus.learn.tokens.words import WHERE, Piece, Words
from pictus.reading.rows import BadRow
from pictus.record import Record, Turn, digest_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A record as tokens, before its pictures are opened."""

    id: str  # of the record
    tokens: Tokens
    labels: Tokens
    pictures: int  # how many of the record's it keeps: the first ones
    dropped: int = 0  # turns left out at the end, for which there was no room
    is_cut: bool = False  # its answer goes on beyond the end, so no end is learned

    def __len__(self) -> int:
        return len(self.tokens)

    def sample(self, pictures: Sequence[Pixels]) -> Sample:
        """Add the pictures: those that it keeps, or all of the record."""
        return Sample(self.id, self.tokens, self.labels, tuple(pictures[: self.pictures]))


class _Plan(NamedTuple):
    """A record of which tokens are wanted."""

    record: Record
    turns: Sequence[Turn]
    cuts: Sequence[int]  # after how many turns it may end
    written: Written  # up to the last of them


class Talk:
    """Says of records what a model reads and what it learns to say. It may be sent to other processes.

    The assistant's turns are learned, each from where the model is asked to go on, up to the token that ends it;
    calls of tools are, too. Pictures and whatever others say never are.
    """

    def __init__(
        self,
        tokenizer: "PreTrainedTokenizerBase",
        *,
        image_id: int,
        image_tokens: int,
        max_tokens: int,
        template: str | None = None,
        plain: bool = False,
    ) -> None:
        """Learn how a tokenizer and its chat template work.

        Args:
            tokenizer: of the fast kind.
            image_id: the token that stands for a picture, so many times as it has places.
            image_tokens: how many places a picture has.
            max_tokens: the longest sample.
            template: instead of the tokenizer's own, that of a processor for instance.
            plain: no template at all: pictures, what is said of them, and the end.
        """
        self._made_of = (tokenizer, image_id, image_tokens, max_tokens, template, plain)
        self.image_tokens, self.max_tokens, self.plain = image_tokens, max_tokens, plain
        self._words = Words(tokenizer, image_id)
        if self._words.end_id is None and (plain or not (template or tokenizer.chat_template)):
            mend = "set the tokenizer's eos_token, without which no model learns to stop"
            raise PictusError("no token ends a text", where=WHERE, mend=mend)
        self._template = None if plain else Template(tokenizer, self._words, template)

    def __reduce__(self) -> tuple[object, ...]:
        # What is made of the tokenizer is made again: caches and copies are not worth sending.
        return (_talk, self._made_of)

    @property
    def fingerprint(self) -> str | None:
        """Name all that decides how many tokens a record takes; None where that is another number on another day."""
        tokenizer, *others = self._made_of
        own = orjson.dumps([tokenizer.chat_template, others], option=orjson.OPT_SORT_KEYS).decode()
        if "strftime_now" in own:
            return None
        versions = f"{pictus.__version__} {version('transformers')}"
        return digest_of(f"{versions} {self._words.told} {tokenizer.special_tokens_map} {own}".encode()).hex()

    def sample(self, record: Record, pictures: Sequence[Pixels]) -> Sample | str:
        """Make a sample of a record and its opened pictures, or say why that cannot be."""
        laid = self.laid_out(record)
        if isinstance(laid, str):
            return laid
        if len(pictures) < laid.pictures:
            return f"it shows {laid.pictures} pictures, and {len(pictures)} could be opened"
        return laid.sample(pictures)

    def length(self, record: Record) -> int | str:
        """Give the number of tokens, or say why there is no sample."""
        laid = self.laid_out(record)
        return laid if isinstance(laid, str) else len(laid)

    def laid_out(self, record: Record) -> LaidOut | str:
        """Lay out a record as tokens and labels without its pictures, or say why that cannot be.

        One that is too long loses whole turns at its end. If the first question and its answer are too long already,
        the answer is cut at a token, and that it ends there is not learned; a call is never cut.
        """
        return self.all_laid_out([record])[0]

    def all_laid_out(self, records: Sequence[Record]) -> list[LaidOut | str]:
        """Lay out some records, which takes less time together than one by one."""
        plans = [self._planned(record) for record in records]
        written = [plan.written for plan in plans if not isinstance(plan, str)]
        made = iter(joined(written, self._words, self.image_tokens))
        return [plan if isinstance(plan, str) else self._fitting(plan, next(made)) for plan in plans]

    def _planned(self, record: Record) -> _Plan | str:
        try:
            turns = _checked(record)
            if self._template is not None and not self._template.takes_system:
                turns = without_system(turns)
            cuts = _exchanges(turns)
            if not cuts:
                raise BadRow("no turn is the assistant's, so there is nothing to learn")
            return _Plan(record, turns, cuts, self._written(turns[: cuts[-1]], record))
        except BadRow as error:
            return str(error)

    def _fitting(self, plan: _Plan, made: Joined | str) -> LaidOut | str:
        try:
            return self._fitted(plan, made)
        except BadRow as error:
            return str(error)

    def _fitted(self, plan: _Plan, made: Joined | str) -> LaidOut:
        record, turns, cuts, _ = plan
        laid, count = _sound(made), cuts[-1]
        while len(laid.tokens) > self.max_tokens and count > cuts[0]:
            ends = laid.ends
            room = [cut for cut in cuts if cut < count and ends.get(cut, 0) <= self.max_tokens]
            count = room[-1] if room else cuts[0]
            written = self._written(turns[:count], record)
            laid = _sound(joined([written], self._words, self.image_tokens)[0])
        kept = turns[:count]
        tokens, labels = laid.tokens, laid.labels
        is_cut = len(tokens) > self.max_tokens
        if is_cut:
            self._check_cut(laid, kept)
            tokens, labels = tokens[: self.max_tokens], labels[: self.max_tokens]
        if not (labels[1:] != IGNORED).any():
            raise BadRow("the assistant says nothing, so there is nothing to learn")
        return LaidOut(record.id, tokens, labels, _places(kept), len(turns) - count, is_cut)

    def _check_cut(self, laid: Joined, turns: Sequence[Turn]) -> None:
        """Refuse to shorten what means nothing when its last answer is cut at a token."""
        most, length = self.max_tokens, len(laid.tokens)
        if _places(turns) * self.image_tokens >= most:
            raise BadRow(f"its pictures alone take {_places(turns) * self.image_tokens} tokens, of {most} that fit")
        answer = turns[-1]
        begin = int(np.flatnonzero(laid.labels == IGNORED)[-1]) + 1 if (laid.labels == IGNORED).any() else 0
        if answer.calls or any(part.type != "text" for part in answer.parts) or begin >= most:
            raise BadRow(f"its first question and answer take {length} tokens, of {most} that fit")

    def _written(self, turns: Sequence[Turn], record: Record) -> Written:
        if self._template is None:
            return self._alone(turns)
        template, words = self._template, self._words
        slots = Slots(thinks=template.thinks, image_slots=not template.takes_parts)
        shown = tuple([slots.turn(turn) for turn in turns])
        fillings = slots.fillings
        pictures = tuple([n for n, filling in enumerate(fillings) if filling is PICTURE])
        layout = template.layout(Shape(shown, record.tools, pictures))
        if isinstance(layout, str):
            raise BadRow(layout)
        pieces: list[Piece] = []
        stretches = []
        for run in layout.runs:
            first, *others = run.filled(fillings, words)
            pieces.append((run.follows, first))
            pieces += [("text", text) for text in others]
            stretches.append(Stretch(run.is_learned, 1 + len(others), run.turns, run.special))
        before = [] if layout.begins or words.begin_id is None else [words.begin_id]
        return Written(pieces, stretches, _places(turns), before, not layout.is_closed)

    def _alone(self, turns: Sequence[Turn]) -> Written:
        """Write pictures and what is said of them, without a word between."""
        if [turn.role for turn in turns] != ["user", "assistant"] or any(p.type == "text" for p in turns[0].parts):
            raise BadRow("it is no picture with its caption alone")
        if turns[1].calls or any(part.type != "text" for part in turns[1].parts):
            raise BadRow("its caption is no text alone")
        words = self._words
        texts = words.plain(turns[1].text.strip())
        pieces: list[Piece] = [("text" if number else "mark", text) for number, text in enumerate(texts)]
        begin = [] if words.begin_id is None else [words.begin_id]
        places = _places(turns)
        before = begin + [words.image_id] * places
        return Written(pieces, [Stretch(True, len(pieces), 2, 0)], places, before, is_open=True)


def _sound(made: Joined | str) -> Joined:
    if isinstance(made, str):
        raise BadRow(made)
    return made


def _checked(record: Record) -> tuple[Turn, ...]:
    """Give the turns of a record whose pictures and their places agree."""
    other = next(
        (part.type for turn in record.turns for part in turn.parts if part.type not in ("text", "image")), None
    )
    if other is None:
        other = next((medium.kind for medium in record.media if medium.kind != "image"), None)
    if other is not None:
        raise BadRow(f"it has a medium that the model does not take: {other}")
    if (places := _places(record.turns)) != len(record.media):
        raise BadRow(f"it has {len(record.media)} pictures and {places} places for them")
    return record.turns


def _exchanges(turns: Sequence[Turn]) -> list[int]:
    """Give after how many turns a conversation may end: with an answer, and no result that is yet to come."""
    cuts = [
        number + 1
        for number, turn in enumerate(turns)
        if turn.role == "assistant" and (number + 1 == len(turns) or turns[number + 1].role == "user")
    ]
    if not cuts or any(turn.role == "assistant" for turn in turns[cuts[-1] :]):
        # It ends with a result that nobody answered: the call is the last that is said.
        last = max((number for number, turn in enumerate(turns) if turn.role == "assistant"), default=-1)
        cuts += [last + 1] if last >= 0 else []
    return cuts


def _places(turns: Sequence[Turn]) -> int:
    return sum(part.type == "image" for turn in turns for part in turn.parts)


def _talk(
    tokenizer: "PreTrainedTokenizerBase",
    image_id: int,
    image_tokens: int,
    max_tokens: int,
    template: str | None,
    plain: bool,
) -> Talk:
    return Talk(
        tokenizer,
        image_id=image_id,
        image_tokens=image_tokens,
        max_tokens=max_tokens,
        template=template,
        plain=plain,
    )
