"""A model that transformers runs in this process, many prompts in one batch."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pictus.backends.huggingface import folder as files
from pictus.backends.huggingface.batching import Batcher
from pictus.backends.huggingface.loading import check_installed, load
from pictus.chat.pictures import PictureRule
from pictus.engine.processors import free_cores
from pictus.errors import PictusError
from pictus.licence.model_names import terms_of_model
from pictus.prompt import Answer, Fault, Prompt

if TYPE_CHECKING:
    from pictus.backends.huggingface.engine import Engine, Row

_DEVICE = re.compile(r"auto|cpu|mps|cuda(?::\d+)?")


@dataclass(kw_only=True)
class Backend:
    """Answers with a model from a folder or the Hub, loaded with the first prompt.

    Prompts that wait are padded into batches of like length, `batch_tokens` the most that a batch may have with its
    answers; one that the GPU does not hold is halved. A temperature of 0 or none means the likeliest words; otherwise
    words are drawn by the prompt's own seed, so that an answer never depends on its neighbours (in bfloat16 and float16
    the arithmetic of another batch size may still tip a close choice). Habits that come with a model, such as a
    repetition penalty, are not applied. A JSON Schema does not bind the words: the answer is checked against it
    later, and asked for again. `system_role: false` puts the system text in front of what the user says first, which
    `auto` finds out. `adapter` is a folder that peft wrote.
    """

    model: str = ""
    revision: str | None = None
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    device: str = "auto"
    adapter: Path | None = None
    batch_tokens: int = 32_768
    max_batch: int = 64
    system_role: bool | Literal["auto"] = "auto"
    picture_side: int = 1024
    trust_remote_code: bool = False
    threads: int | None = None

    notes: ClassVar[Sequence[str]] = ()

    def __post_init__(self) -> None:
        check_installed(adapter=self.adapter is not None)
        files.check_model(self.model, self.revision)
        if self.adapter is not None:
            self.adapter = self.adapter.expanduser()
            files.check_adapter(self.adapter)
        if not _DEVICE.fullmatch(self.device):
            raise PictusError(
                f"there is no device `{self.device}`", where=files.WHERE, mend="write auto, cpu, cuda, cuda:1 or mps"
            )
        for name in ("batch_tokens", "max_batch", "picture_side", "threads"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise PictusError(f"`{name}` is {value}", where=files.WHERE, mend="set it to 1 or more")
        # The protocol wants a name in `model`, and users a place for one in the setting of that name.
        self._asked_for, self.model = self.model, files.name_of(self.model, self.adapter)
        self._work: tuple[Engine, Batcher[Row]] | Fault | None = None
        self._preparing = _one_thread()

    @property
    def at_once(self) -> int:
        """Give the prompts that may be in flight: enough to choose those of like length from."""
        return 4 * self.max_batch

    @property
    def terms(self) -> str | None:
        """Give the terms of the model, by its name."""
        return terms_of_model(self.model)

    @property
    def context(self) -> int | None:
        """Give the tokens of prompt and answer together, as the model's config tells."""
        folder = files.find_folder(self._asked_for, self.revision)
        return files.context_of(folder) if folder else None

    def shape(self) -> Mapping[str, Any]:
        """Give what shapes an answer; a model that is not here yet is downloaded."""
        return {
            "model": self.model,
            "weights": files.identity(files.get_folder(self._asked_for, self.revision)),
            "adapter": files.identity(self.adapter) if self.adapter else None,
            "dtype": self.dtype,
            "system_role": self.system_role,
            "picture_side": self.picture_side,
        }

    async def answer(self, prompt: Prompt) -> Answer:
        """Answer a prompt in a batch with others."""
        loop = asyncio.get_running_loop()
        batcher, row = await loop.run_in_executor(self._preparing, self._prepared, prompt)
        return await batcher.ask(row)

    async def close(self) -> None:
        """Stop what is being answered, and let go of the model."""
        from pictus.backends.huggingface.engine import release

        preparing, self._preparing = self._preparing, _one_thread()
        if isinstance(self._work, tuple):
            self._work[0].stop()
        await asyncio.to_thread(preparing.shutdown)  # a model that is being loaded is waited for
        work, self._work = self._work, None
        if isinstance(work, tuple):
            engine, batcher = work
            engine.stop()
            batcher.stop()
            await asyncio.to_thread(batcher.join)
            del engine, batcher, work
            release()

    def _prepared(self, prompt: Prompt) -> "tuple[Batcher[Row], Row]":
        if self._work is None:
            self._work = self._begin()
        if isinstance(self._work, Fault):
            raise self._work
        engine, batcher = self._work
        return batcher, engine.prepare(prompt)

    def _begin(self) -> "tuple[Engine, Batcher[Row]] | Fault":
        from pictus.backends.huggingface.engine import Engine

        try:
            loaded = load(
                files.get_folder(self._asked_for, self.revision),
                dtype=self.dtype,
                device=self.device,
                adapter=self.adapter,
                trust_remote_code=self.trust_remote_code,
                threads=self.threads or free_cores(),
            )
        except PictusError as error:
            return Fault(f"{error.what} ({error.where})", "stop", mend=error.mend)
        system = None if self.system_role == "auto" else self.system_role
        engine = Engine(loaded, name=self.model, rule=PictureRule(self.picture_side), system=system)
        return engine, Batcher(engine.generate, tokens=self.batch_tokens, most=self.max_batch)


def _one_thread() -> ThreadPoolExecutor:
    """Make the thread that prepares prompts: one, since the tokenizers are not made for several."""
    return ThreadPoolExecutor(1, "pictus-prepare")
