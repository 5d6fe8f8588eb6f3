"""What a chat template is shown of a conversation: its shape, with a slot in place of everything that is said.

So what people wrote can neither be taken for a part of the template nor be searched for, and conversations of one shape
are rendered once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeAlias

from pictus.reading.rows import BadRow
from pictus.record import Part, Tool, Turn

# Of Unicode's private use: no template writes them, and none is ever rendered from a text of people.
OPEN, CLOSE, CUT = "\uf8e0", "\uf8e1", "\uf8e2"
SLOT = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_OURS = re.compile(f"[{OPEN}{CLOSE}{CUT}]")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.:/-]+")
_THOUGHT = re.compile("(</?think>)")

PICTURE: Final = None  # what fills the slot of a picture
Filling: TypeAlias = str | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A conversation whose texts are slots: what can be rendered once for all conversations like it."""

    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    pictures: tuple[int, ...] = ()  # slots of pictures, where pictures have slots


class Slots:
    """Numbers the slots of a conversation, and keeps what fills them."""

    def __init__(self, *, thinks: bool, image_slots: bool) -> None:
        """`thinks`: the template looks for thoughts. `image_slots`: a picture is a piece of text to it."""
        self._thinks, self._image_slots = thinks, image_slots
        self.fillings: list[Filling] = []

    def turn(self, turn: Turn) -> Turn:
        """Give the turn with slots in place of its texts, the names it calls and, where asked for, its pictures."""
        parts = [shown for part in self._lines(turn.parts) for shown in self._part(part, turn.role == "assistant")]
        calls = turn.calls
        if calls:
            calls = tuple(replace(call, name=self._name(call.name)) for call in calls)
        return Turn(turn.role, tuple(parts), calls, turn.call_id, turn.name)

    def _lines(self, parts: Sequence[Part]) -> Sequence[Part]:
        """Put each picture on a line of its own, as LLaVA writes them, where pictures are pieces of the text."""
        if not self._image_slots or all(part.type == "text" for part in parts):
            return parts
        last = len(parts) - 1
        lines: list[Part] = []
        for number, part in enumerate(parts):
            if part.type != "text" and number == last and number:
                lines.append(_NEW_LINE)
            lines.append(part)
            if part.type != "text" and number < last:
                lines.append(_NEW_LINE)
        return lines

    def _part(self, part: Part, is_answer: bool) -> list[Part]:
        if part.type != "text":
            return [_text_part(self._slot(PICTURE))] if self._image_slots else [part]
        text = part.text or ""
        if not (self._thinks and is_answer and "think>" in text):
            return [_text_part(self._words(text))]
        # Templates cut thoughts away by their marks, so the marks stay to be seen.
        return [Part("text", "".join(one if n % 2 else self._words(one) for n, one in enumerate(_THOUGHT.split(text))))]

    def _words(self, text: str) -> str:
        """Give a slot, with the white space around the text left around it: templates strip it, or do not."""
        words = text.strip()
        if len(words) == len(text):
            return self._slot(words) if words else ""
        if not words:
            return text
        begin = len(text) - len(text.lstrip())
        return text[:begin] + self._slot(words) + text[begin + len(words) :]

    def _name(self, name: str) -> str:
        if not _PLAIN_NAME.fullmatch(name):
            raise BadRow(f"it calls a tool whose name no model can say: {name!r:.80}")
        return self._slot(name)

    def _slot(self, filling: Filling) -> str:
        self.fillings.append(filling)
        return slot(len(self.fillings) - 1)


def guarded(value: Any, special: re.Pattern[str]) -> Any:
    """Give what a template is shown as it is, a cut inside whatever reads like a special token."""
    if isinstance(value, str):
        if _OURS.search(value):
            raise BadRow("a tool or the arguments of a call hold signs of private use, which we need ourselves")
        return special.sub(lambda match: match[0][:1] + CUT + match[0][1:], value)
    if isinstance(value, dict):
        return {guarded(key, special): guarded(one, special) for key, one in value.items()}
    return [guarded(one, special) for one in value] if isinstance(value, list) else value


@lru_cache(1024)
def slot(number: int) -> str:
    """Write the slot of a number."""
    return f"{OPEN}{number}{CLOSE}"


@lru_cache(4096)
def _text_part(text: str) -> Part:
    return Part("text", text)


_NEW_LINE = Part("text", "\n")
