"""A prompt as a model's own chat template writes it."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson

from pictus.backends.huggingface.folder import WHERE, first_line
from pictus.chat.body import function_of, messages_of
from pictus.chat.pictures import PictureRule, original
from pictus.errors import PictusError
from pictus.prompt import Fault, Prompt
from pictus.record import Part, Turn

if TYPE_CHECKING:
    from PIL.Image import Image
    from transformers import PreTrainedTokenizerBase

_MARK = "pictus-asks-for-this"


class Renderer:
    """Writes prompts with one chat template."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", template: str, *, sees: bool, system: bool | None) -> None:
        """`sees`: the template takes lists of parts. `system`: it takes a system role; None to try."""
        self._tokenizer, self._template, self._sees = tokenizer, template, sees
        self._takes_system = self._shows_system() if system is None else system

    def render(self, prompt: Prompt) -> str:
        """Give the text that the model goes on from."""
        turns = prompt.messages if self._takes_system else without_system(prompt.messages)
        tools = [{"type": "function", "function": function_of(tool)} for tool in prompt.tools]
        try:
            text = self._write(chat_messages(replace(prompt, messages=turns), as_parts=self._sees), tools)
        except Exception as error:  # a template is a program of somebody's, and may fail in any way
            raise Fault(f"the chat template refuses the messages: {first_line(error)}", "set_aside") from None
        if any(tool.name not in text for tool in prompt.tools):
            mend = "choose a model that was trained to call tools"
            raise Fault("the chat template has no place for tools", "stop", mend=mend)
        return text

    def _write(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None = None) -> str:
        text = self._tokenizer.apply_chat_template(
            messages, tools=tools or None, chat_template=self._template, add_generation_prompt=True, tokenize=False
        )
        return str(text)

    def _shows_system(self) -> bool:
        """Try a system turn: some templates raise an error, others drop it without a word."""
        from jinja2 import TemplateError

        try:
            turns = (Turn.of("system", _MARK), Turn.of("user", "x"))
            return _MARK in self._write(chat_messages(Prompt(kind="", messages=turns), as_parts=self._sees))
        except (TemplateError, TypeError, KeyError, ValueError):
            return False


def without_system(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Put what the system says in front of what the user says first."""
    said = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    rest = [turn for turn in turns if turn.role != "system"]
    if not said:
        return tuple(rest)
    place = next((number for number, turn in enumerate(rest) if turn.role == "user"), None)
    if place is None:
        return (Turn.of("user", said), *rest)
    rest[place] = replace(rest[place], parts=(Part("text", f"{said}\n\n"), *rest[place].parts))
    return tuple(rest)


def chat_messages(prompt: Prompt, *, as_parts: bool) -> list[dict[str, Any]]:
    """Give messages as templates take them: the protocol's, but arguments as objects and pictures as mere places."""
    messages = messages_of(prompt, lambda _: "")
    for message, turn in zip(messages, prompt.messages, strict=True):
        if as_parts:
            message["content"] = [
                {"type": "text", "text": part.text or ""} if part.type == "text" else {"type": "image"}
                for part in turn.parts
            ]
        for call in message.get("tool_calls", ()):
            call["function"]["arguments"] = _object(call["function"]["arguments"])
        if turn.name is not None:
            message["name"] = turn.name
    return messages


def pictures_of(prompt: Prompt, rule: PictureRule) -> "list[Image]":
    """Open the pictures of a prompt in the order of their places."""
    from PIL import Image

    opened = []
    media = iter(prompt.media)
    for part in places(prompt):
        medium = next(media, None)
        if part.type != "image" or medium is None:
            what = "its places and its media do not match" if medium is None else f"the model takes no {part.type}"
            raise Fault(what, "set_aside")
        try:
            with Image.open(BytesIO(rule.encoded(original(medium))[1])) as picture:
                opened.append(picture.convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            raise Fault(f"the picture cannot be read: {first_line(error)}", "set_aside") from None
    return opened


def places(prompt: Prompt) -> Iterator[Part]:
    """Give the places of media in the messages of a prompt."""
    return (part for turn in prompt.messages for part in turn.parts if part.type != "text")


def no_template(where: str) -> PictusError:
    """Explain a model that was not made to chat."""
    mend = (
        "choose a model that was trained on chats (`Instruct` or `Chat` in its name), "
        "or put the chat_template.jinja that it was trained with beside its config.json"
    )
    return PictusError("the model has no chat template", where=f"{WHERE}, {where}", mend=mend)


def _object(arguments: str) -> Any:
    try:
        return orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return arguments
