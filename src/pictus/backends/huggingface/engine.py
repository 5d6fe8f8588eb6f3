"""A loaded model at work: prompts into tensors, tensors padded into one batch, tokens into answers."""

import gc
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pictus.backends.huggingface.batching import Full, closed
from pictus.backends.huggingface.calls import read_calls
from pictus.backends.huggingface.choosing import Chance, Ends, cut_at
from pictus.backends.huggingface.loading import Loaded
from pictus.backends.huggingface.rendering import Renderer, pictures_of, places
from pictus.chat.pictures import PictureRule
from pictus.chat.reply import completion, read_reply
from pictus.prompt import Answer, Fault, Finish, Prompt, Sampling, Usage

if TYPE_CHECKING:
    from torch import Tensor

_MOST_TOKENS = 512  # of an answer, where the prompt does not say
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory")
_THINKS = "<think>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A prompt ready to be answered: its tensors, and how its answer is to be made."""

    tensors: "dict[str, Tensor]"
    length: int
    limit: int
    kin: tuple[Any, ...]  # shapes of what is not padded: only equal ones can lie in one batch
    sampling: Sampling
    seed: int
    has_tools: bool
    is_thinking: bool  # the template has opened a thought, which the answer goes on with


class Engine:
    """Answers rows with one model."""

    def __init__(self, loaded: Loaded, *, name: str, rule: PictureRule, system: bool | None) -> None:
        self._loaded, self._name, self._rule = loaded, name, rule
        self._is_stopped = threading.Event()
        sees = loaded.processor is not None
        self._renderer = Renderer(loaded.tokenizer, loaded.template, sees=sees, system=system)

    def stop(self) -> None:
        """End what is being generated with the next token."""
        self._is_stopped.set()

    def prepare(self, prompt: Prompt) -> Row:
        """Make a row of a prompt, or raise the fault that keeps it from being answered."""
        if self._is_stopped.is_set():
            raise closed()
        if next(places(prompt), None) is not None and self._loaded.processor is None:
            mend = "choose a model that sees, or a prompt set without pictures"
            raise Fault(f"the model {self._name} takes no pictures", "stop", mend=mend)
        text = self._renderer.render(prompt)
        tensors = self._tensors(text, prompt)
        length = tensors["input_ids"].shape[1]
        return Row(
            tensors=tensors,
            length=length,
            limit=self._limit(length, prompt.sampling),
            kin=tuple(
                sorted((name, tuple(one.shape[1:])) for name, one in tensors.items() if not _is_row(one, length))
            ),
            sampling=prompt.sampling,
            seed=prompt.seed,
            has_tools=bool(prompt.tools),
            is_thinking=text.rstrip().endswith(_THINKS),
        )

    def generate(self, rows: list[Row]) -> list[Answer]:
        """Answer rows in one batch."""
        import torch
        from transformers import GenerationConfig

        model, loaded = self._loaded.model, self._loaded
        ends = Ends(
            [row.limit for row in rows], [row.sampling.stop for row in rows], loaded.tokenizer, self._is_stopped
        )
        tensors = {name: tensor.to(model.device) for name, tensor in collate(rows, loaded.pad).items()}
        width = tensors["input_ids"].shape[1]
        config = GenerationConfig(
            do_sample=False,  # `Chance` draws
            max_new_tokens=max(row.limit for row in rows),
            eos_token_id=list(loaded.ends) or None,
            pad_token_id=loaded.pad,
        )
        try:
            with torch.inference_mode():
                made = model.generate(
                    **tensors,
                    generation_config=config,
                    logits_processor=[Chance([(row.sampling, row.seed) for row in rows], str(model.device))],
                    stopping_criteria=[ends],
                )[:, width:].tolist()
        except (RuntimeError, MemoryError) as error:
            raise _told(error) from None
        if self._is_stopped.is_set():
            raise closed()
        return [
            self._answer(row, tokens, ends.stopped.get(place))
            for place, (row, tokens) in enumerate(zip(rows, made, strict=True))
        ]

    def _tensors(self, text: str, prompt: Prompt) -> "dict[str, Tensor]":
        tokenizer, processor = self._loaded.tokenizer, self._loaded.processor
        if processor is None:
            return dict(tokenizer(text, add_special_tokens=False, return_tensors="pt"))
        # Templates of models that see seldom write the first token, and their processors always do.
        begins = tokenizer.bos_token is not None and text.startswith(tokenizer.bos_token)
        pictures = pictures_of(prompt, self._rule)
        if not pictures:
            return dict(tokenizer(text, add_special_tokens=not begins, return_tensors="pt"))
        return dict(processor(text=[text], images=[pictures], add_special_tokens=not begins, return_tensors="pt"))

    def _limit(self, length: int, sampling: Sampling) -> int:
        limit, context = sampling.max_tokens or _MOST_TOKENS, self._loaded.context
        if context is None:
            return limit
        if length >= context:
            raise Fault(f"too long for the model's context: {length} tokens of {context}", "set_aside")
        return min(limit, context - length)

    def _answer(self, row: Row, tokens: Sequence[int], stopped: int | None) -> Answer:
        ended = next((place for place, token in enumerate(tokens[: row.limit]) if token in self._loaded.ends), None)
        count = min(row.limit if ended is None else ended + 1, stopped or row.limit)
        finish: Finish = "stop" if stopped is not None or ended is not None else "length"
        text = self._loaded.tokenizer.decode(tokens[:count], skip_special_tokens=True)
        text = cut_at(text, row.sampling.stop)
        if row.is_thinking:
            text = _THINKS + text
        text, calls = read_calls(text) if row.has_tools else (text, ())
        reply = completion(
            text,
            model=self._name,
            finish="tool_calls" if calls else finish,
            usage=Usage(prompt=row.length, completion=count),
            calls=calls,
        )
        return read_reply(reply)


def collate(rows: Sequence[Row], pad: int) -> "dict[str, Tensor]":
    """Lay rows under each other: what has a value for each token padded on the left, the rest in a line."""
    import torch

    width = max(row.length for row in rows)
    whole = {}
    for name in rows[0].tensors:
        pieces = []
        for row in rows:
            tensor = row.tensors[name]
            if _is_row(tensor, row.length):
                tensor = torch.nn.functional.pad(
                    tensor, (width - row.length, 0), value=pad if name == "input_ids" else 0
                )
            pieces.append(tensor)
        whole[name] = torch.cat(pieces)
    return whole


def _is_row(tensor: "Tensor", length: int) -> bool:
    return bool(tensor.ndim == 2 and tensor.shape == (1, length) and not tensor.is_floating_point())


def release() -> None:
    """Give memory back that nothing holds any more; the device keeps it otherwise."""
    import torch

    if torch.cuda.is_available():
        gc.collect()
        torch.cuda.empty_cache()


def _told(error: RuntimeError | MemoryError) -> Exception:
    """Tell what halving mends from what nothing does; the traceback is left behind, for it holds the memory."""
    said = str(error)
    error.__traceback__ = None
    if isinstance(error, MemoryError) or any(mark in said for mark in _OUT_OF_MEMORY):
        release()
        return Full(said)
    if "CUDA error" in said:  # the device answers nothing more in this process
        return Fault(f"the GPU failed: {said.splitlines()[0]}", "stop", mend="start again; what is done is kept")
    return error
