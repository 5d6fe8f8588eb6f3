"""A chat template asked what it writes around the texts of a conversation, and which of that the model must say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from orjson import JSONDecodeError

from pictus.backends.huggingface.folder import first_line
from pictus.backends.huggingface.rendering import chat_messages
from pictus.chat.body import function_of
from pictus.errors import PictusError
from pictus.learn.tokens.slots import CUT, PICTURE, SLOT, Filling, Shape, guarded, slot
from pictus.learn.tokens.words import Follows, Words
from pictus.prompt import Prompt
from pictus.reading.rows import BadRow
from pictus.record import Media, Turn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# What LLaVA-1.5 writes, for models without a template: no special token but the one that ends an answer.
VICUNA = (
    "{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ m['content'] + ' ' }}"
    "{% elif m['role'] == 'user' %}{{ 'USER: ' + m['content'] + ' ' }}"
    "{% elif m['role'] == 'assistant' and not m['tool_calls'] %}{{ 'ASSISTANT: ' + m['content'] + eos_token }}"
    "{% else %}{{ raise_exception('it knows neither tools nor the role ' + m['role']) }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
_WHERE = "the model's chat template"
_NEXT = 10**6  # the slot of a turn that nobody said: what would follow the last answer

Item: TypeAlias = int | tuple[str, ...]  # the number of a slot, or what the template writes, cut where it must be


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a conversation that is learned, or is not."""

    is_learned: bool
    items: tuple[Item, ...]
    follows: Follows
    is_stripped: bool  # a mark in front of it swallows white space
    special: int  # how many special tokens it has, whatever fills its slots
    turns: int  # how many turns have ended with it

    def filled(self, fillings: Sequence[Filling], words: Words) -> list[str]:
        """Give its text, in pieces where the border between two keeps them from becoming a special token."""
        pieces = [""]
        for item in self.items:
            if isinstance(item, int):
                filling = fillings[item]
                first, *others = [words.image_token] if filling is PICTURE else words.plain(filling)
            else:
                first, *others = item
            pieces[-1] += first
            pieces += others
        if self.is_stripped:
            pieces[0] = pieces[0].lstrip()
        return pieces


@dataclass(frozen=True, slots=True)
class Layout:
    """What a template makes of conversations of one shape."""

    runs: tuple[Run, ...]
    begins: bool  # with the token that begins a text
    is_closed: bool  # whether the template ends the last answer with a token


class Template:
    """Lays out conversations as one model's chat template writes them."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", words: Words, template: str | None) -> None:
        self._tokenizer, self._words = tokenizer, words
        self._template = template or (None if tokenizer.chat_template else VICUNA)
        said = self._template or tokenizer.chat_template
        self.thinks = "</think>" in (said if isinstance(said, str) else "".join(said.values()))
        self.takes_parts = self._takes_parts()
        if not self.takes_parts and not self._shows([Turn.of("user", slot(0))]):
            mend = "give the template that the model was trained with"
            raise PictusError("the template does not show what a user says", where=_WHERE, mend=mend)
        self.takes_system = self._shows([Turn.of("system", slot(0)), Turn.of("user", slot(1))])
        self.layout = lru_cache(1024)(self._layout)

    def _layout(self, shape: Shape) -> Layout | str:
        """Lay out a conversation that ends with an answer, or say why that cannot be done."""
        try:
            return self._laid(shape)
        except BadRow as error:
            return str(error)

    def _laid(self, shape: Shape) -> Layout:
        text = self._written(shape.turns, shape)
        if any(tool.name not in text.replace(CUT, "") for tool in shape.tools):
            raise BadRow("the chat template has no place for tools")
        where: dict[int, tuple[int, int]] = {}
        for match in SLOT.finditer(text):
            where.setdefault(int(match[1]), match.span())
        spans, is_closed = [], False
        for number, turn in enumerate(shape.turns):
            own = [int(one) for one in SLOT.findall(_words_of(turn))]
            shown = sorted(where[one] for one in own if one in where)
            # Thoughts of an earlier answer may be left out, its last words never.
            if own and (own[-1] not in where or (turn.role != "assistant" and len(shown) < len(own))):
                raise BadRow(f"the chat template leaves out what turn {number} says")
            if turn.role == "assistant" and own:
                if text.count(slot(own[-1])) > 1:
                    raise BadRow(f"the chat template writes the answer of turn {number} more than once")
                begin = self._begin(text, shown[0][0], shape, number)
                end, is_closed = self._end(text, where[own[-1]][1], shape, number, slot(own[-1]))
                spans.append((begin, end, number + 1))
        if not spans:
            raise BadRow("the assistant says nothing, so there is nothing to learn")
        first = self._words.begin_token
        return Layout(tuple(self._runs(text, spans, shape)), first is not None and text.startswith(first), is_closed)

    def _runs(self, text: str, spans: Sequence[tuple[int, int, int]], shape: Shape) -> Iterator[Run]:
        """Cut a text at the borders of what is learned; what comes after the last answer is left out."""
        done, turns = 0, 0
        for begin, end, count in spans:
            for is_learned, first, last in ((False, done, begin), (True, begin, end)):
                turns = count if is_learned else turns
                if first < last:
                    yield self._run(is_learned, text[first:last], text[:first], turns, shape)
            done = end

    def _run(self, is_learned: bool, text: str, before: str, turns: int, shape: Shape) -> Run:
        words = self._words
        items = _items(text)
        run = Run(is_learned, items, *words.standing(before), 0, turns)
        most = max((item for item in items if isinstance(item, int)), default=-1)
        innocent: list[Filling] = ["."] * (most + 1)
        for one in shape.pictures:
            if one <= most:
                innocent[one] = PICTURE
        pieces = run.filled(innocent, words)
        tokens = words.tokens([(run.follows if not n else "text", piece) for n, piece in enumerate(pieces)])
        return replace(run, special=sum(map(words.special_in, tokens)))

    def _begin(self, text: str, first_word: int, shape: Shape, number: int) -> int:
        """Give where the model goes on by itself: behind what asks it for an answer."""
        if number == 0:  # no template asks for an answer to nothing
            return first_word
        asked = self._written(shape.turns[:number], shape, asks=True)
        before = _behind_slots(text[:first_word])
        gap = text[before:first_word]
        header = asked[_behind_slots(asked) :]
        common = self._common(gap, header)
        return before + common if common or not header else first_word

    def _end(self, text: str, last_word: int, shape: Shape, number: int, last: str) -> tuple[int, bool]:
        """Give where an answer ends, with the token that ends it, and whether there is one."""
        if number + 1 < len(shape.turns):
            other = self._written(shape.turns[: number + 1], shape)
        else:
            try:
                other = self._written((*shape.turns, Turn.of("user", slot(_NEXT))), shape)
            except BadRow:
                other = text
        place = other.rfind(last)
        tail = _until_slot(text[last_word:])
        closing = tail[: self._common(tail, _until_slot(other[place + len(last) :]))] if place >= 0 else ""
        marks = [match.end() for match in self._words.marks.finditer(closing)]
        return last_word + (marks[-1] if marks else len(closing.rstrip())), bool(marks)

    def _common(self, one: str, other: str) -> int:
        """Count the signs that two texts begin with alike, never ending inside a special token."""
        count = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
        inside = [match.start() for match in self._words.marks.finditer(one) if match.start() < count < match.end()]
        return min(inside, default=count)

    def _written(self, turns: Sequence[Turn], shape: Shape, *, asks: bool = False) -> str:
        places = sum(part.type != "text" for turn in turns for part in turn.parts)
        prompt = Prompt(kind="", messages=tuple(turns), media=(Media(),) * places)
        messages = [self._shown(message) for message in chat_messages(prompt, as_parts=self.takes_parts)]
        try:
            tools = [{"type": "function", "function": function_of(tool)} for tool in shape.tools]
        except JSONDecodeError:
            raise BadRow("the parameters of a tool are no JSON") from None
        tools = guarded(tools, self._words.special)
        return self._render(messages, tools, asks=asks)

    def _shown(self, message: dict[str, Any]) -> dict[str, Any]:
        """Guard what is no slot: all but what is said and the names of what is called."""
        content = message.pop("content")
        names = [call["function"].pop("name") for call in message.get("tool_calls", ())]
        shown: dict[str, Any] = {**guarded(message, self._words.special), "content": content}
        for call, name in zip(shown.get("tool_calls", ()), names, strict=True):
            call["function"] = {"name": name, **call["function"]}
        return shown

    def _render(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]], *, asks: bool = False) -> str:
        try:
            text = self._tokenizer.apply_chat_template(
                messages,
                tools=tools or None,
                chat_template=self._template,
                add_generation_prompt=asks,
                tokenize=False,
            )
        except Exception as error:  # a template is a program of somebody's, and may fail in any way
            raise BadRow(f"the chat template refuses the conversation: {first_line(error)}") from None
        return str(text)

    def _takes_parts(self) -> bool:
        """Try a list of parts with a picture: templates for text print the list, fail, or leave the picture out."""
        question, answer = ({"type": "text", "text": slot(number)} for number in range(2))
        asked = {"role": "user", "content": [{"type": "image"}, question]}
        try:
            text = self._render([asked, {"role": "assistant", "content": [answer]}], [])
        except BadRow:
            return False
        shown = (slot(0), slot(1), self._words.image_token)
        return all(one in text for one in shown) and "'type'" not in text

    def _shows(self, turns: list[Turn]) -> bool:
        try:
            text = self._written(turns, Shape(()))
        except BadRow:
            return False
        return all(turn.text in text for turn in turns)


def _words_of(turn: Turn) -> str:
    return turn.text + "".join(call.name for call in turn.calls)


def _behind_slots(text: str) -> int:
    return max((match.end() for match in SLOT.finditer(text)), default=0)


def _until_slot(text: str) -> str:
    found = SLOT.search(text)
    return text[: found.start()] if found else text


def _items(text: str) -> tuple[Item, ...]:
    pieces = SLOT.split(text)
    return tuple(int(piece) if number % 2 else tuple(piece.split(CUT)) for number, piece in enumerate(pieces) if piece)
