"""A GGUF model that llama.cpp serves in this process: slots, continuous batching, grammars."""

import asyncio
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from pictus.chat.body import request_body
from pictus.chat.connection import Connection
from pictus.chat.pictures import PictureRule
from pictus.engine.processors import free_cores
from pictus.errors import PictusError
from pictus.licence.model_names import terms_of_model
from pictus.licence.table import UNSTATED
from pictus.prompt import Answer, Fault, Prompt
from pictus.reading.fingerprint import fingerprint
from pictus.reading.gguf import Value, read_gguf_head

WHERE = "backend llamacpp"
_INSTALL = "pip install -U 'pictus[llamacpp]'"
_MOST_SLOTS = 16
_MOST_CONTEXT = 4096  # unless more is asked for: each slot has memory for all of it
_MOST_TOKENS = 512  # of an answer, where the prompt does not say; llama.cpp would go on to the end of the context
_PATIENCE_SECONDS = 3600.0  # on a CPU a large model may take this long for all that waits
_PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})")


@dataclass(kw_only=True)
class Backend:
    """Answers with a GGUF file, loaded with the first prompt; a JSON Schema binds the words as they are made.

    `projector` is the file beside the model (`mmproj-….gguf`) with which it sees. `context` are the tokens of one
    slot, prompt and answer together; `slots` is how many prompts are answered at once, by default as many as the
    memory holds, 16 at the most. `threads` should be no more than the cores that are free, and is that unless set.
    Answers come from the prompt's seed, but the arithmetic of what is answered beside it may tip a close choice.
    """

    model: str = ""
    projector: Path | None = None
    slots: int | None = None
    context: int | None = None
    threads: int | None = None
    gpu_layers: int | None = None
    system_role: bool = True
    picture_side: int = 1024

    notes: ClassVar[Sequence[str]] = ()

    def __post_init__(self) -> None:
        if find_spec("xllamacpp") is None:
            raise PictusError("xllamacpp is not installed", where=WHERE, mend=_INSTALL)
        if not self.model:
            raise PictusError("no model is named", where=WHERE, mend="set `model` to a .gguf file")
        for name in ("slots", "context", "threads", "picture_side"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise PictusError(f"`{name}` is {value}", where=WHERE, mend="set it to 1 or more")
        # The protocol wants a name in `model`, and users a place for a file in the setting of that name.
        self._file = Path(self.model).expanduser()
        head = read_gguf_head(self._file)
        self._parts = parts_of(self._file, head)
        if self.projector is not None:
            self.projector = self.projector.expanduser()
            read_gguf_head(self.projector)
        self.model = name_of(self._file, head)
        trained = _told(head, "context_length") or _MOST_CONTEXT
        self.context = self.context or min(trained, _MOST_CONTEXT)
        self.slots = self.slots or slots_for(head, self._parts, self.context)
        self._server: Any = None
        self._connection: Connection | None = None
        self._starting = asyncio.Lock()

    @property
    def terms(self) -> str | None:
        """Give the terms of the model: its own name and its file's must tell the same, for either may be left over."""
        told = {terms_of_model(self.model), terms_of_model(_stem(self._file))}
        return told.pop() if len(told) == 1 else UNSTATED.name

    @property
    def at_once(self) -> int:
        """Give the prompts that may be in flight: as many wait at the server as are answered, so no slot is idle."""
        return 2 * (self.slots or 1)

    def shape(self) -> Mapping[str, Any]:
        """Give what shapes an answer."""
        return {
            "model": self.model,
            "weights": fingerprint(self._parts),
            "projector": fingerprint([self.projector]) if self.projector else None,
            "context": self.context,
            "picture_side": self.picture_side,
        }

    async def answer(self, prompt: Prompt) -> Answer:
        """Answer a prompt in a slot of the server."""
        if self.projector is None and any(part.type == "image" for turn in prompt.messages for part in turn.parts):
            mend = "set `projector` to the mmproj file of the model, or choose a prompt set without pictures"
            raise Fault(f"the model {self.model} takes no pictures without its projector", "stop", mend=mend)
        connection = await self._connected()
        # In a thread, since a large picture takes a while to be made smaller.
        body = await asyncio.to_thread(request_body, prompt, self.model, PictureRule(self.picture_side).address)
        body.setdefault("max_tokens", _MOST_TOKENS)
        body["seed"] = prompt.seed % (2**32 - 1)  # the last one means any seed
        return await connection.chat(body)

    async def close(self) -> None:
        """Stop the server and let go of the model."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # The connections first: a server that is still answering somebody cannot be stopped.
            await connection.close()
        held, self._server, self._starting = [self._server], None, asyncio.Lock()
        await asyncio.to_thread(held.clear)

    async def _connected(self) -> Connection:
        async with self._starting:
            if self._connection is None:
                key = secrets.token_hex(16)  # the port is open to everybody on this machine
                try:
                    self._server = await asyncio.to_thread(self._serve, key)
                except PictusError as error:
                    raise Fault(f"{error.what} ({error.where})", "stop", mend=error.mend) from None
                base = f"{self._server.listening_address}/v1"
                self._connection = Connection(base, {"Authorization": f"Bearer {key}"}, _PATIENCE_SECONDS)
            return self._connection

    def _serve(self, key: str) -> Any:
        import xllamacpp

        slots, context, threads = self.slots or 1, self.context or 0, self.threads or free_cores()
        wanted: dict[str, Any] = {
            "model.path": str(self._file),
            "model_alias": {self.model},
            "n_parallel": slots,
            "n_ctx": slots * context,  # shared by all slots
            "hostnames": ["127.0.0.1"],
            "port": 0,
            "api_keys": [key],
            "cpuparams.n_threads": threads,
        }
        better: dict[str, Any] = {
            "cpuparams_batch.n_threads": threads,
            "cache_ram_mib": 0,  # each slot keeps its own prefix; 8 GB more would keep prompts that never come again
            "offline": True,
            "ui": False,
            "warmup": False,
            "verbosity": -1,
        }
        if self.projector is not None:
            wanted["mmproj.path"] = str(self.projector)
        if self.gpu_layers is not None:
            wanted["n_gpu_layers"] = self.gpu_layers
        params = xllamacpp.CommonParams()
        for name, value in wanted.items():
            _set(params, name, value)
        for name, value in better.items():
            _set(params, name, value, is_needed=False)
        try:
            return xllamacpp.Server(params)
        except RuntimeError as error:
            mend = f"see that the memory holds it, that its download is whole, and that xllamacpp is new: {_INSTALL}"
            raise PictusError(f"llama.cpp cannot load the model: {error}", where=str(self._file), mend=mend) from None


def name_of(path: Path, head: Mapping[str, Value]) -> str:
    """Name a model as its maker did, else by its file."""
    name = "-".join(str(head.get("general.name", "")).split())
    return name or _stem(path)


def parts_of(path: Path, head: Mapping[str, Value]) -> list[Path]:
    """Give all files of a model that may be split; the first part is the one to name, and all must be there."""
    if _count(head, "split.count") <= 1:
        return [path]
    found = _PART.fullmatch(path.stem)
    if _count(head, "split.no") != 0 or found is None:
        mend = "name the file whose name ends in `-00001-of-…`"
        raise PictusError("this is not the first part of the model", where=str(path), mend=mend)
    parts = [
        path.with_name(f"{found['stem']}-{number:05}-of-{found['count']}.gguf")
        for number in range(1, int(found["count"]) + 1)
    ]
    if missing := [part.name for part in parts if not part.is_file()]:
        mend = f"put beside it: {', '.join(missing)}"
        raise PictusError(f"{len(missing)} parts of the model are missing", where=str(path), mend=mend)
    return parts


def slots_for(head: Mapping[str, Value], parts: list[Path], context: int) -> int:
    """Say how many slots half of the memory that the weights leave holds; a context too long for one is an error."""
    free = _free_bytes()
    each = context * token_bytes(head)
    if free is None or not each:
        return _MOST_SLOTS
    left = free - sum(part.stat().st_size for part in parts)
    if left < each:
        mend = "set a shorter `context`, choose a smaller model, or set `slots` where a GPU holds it"
        what = f"the memory left ({free / 2**30:.1f} GB) does not hold the model with {context} tokens"
        raise PictusError(what, where=str(parts[0]), mend=mend)
    return max(min(left // 2 // each, _MOST_SLOTS), 1)


def token_bytes(head: Mapping[str, Value]) -> int:
    """Work out what the cache keeps of a token: a key and a value of 16 bits for each layer; 0 where it is not told."""
    heads = _told(head, "attention.head_count")
    size = _told(head, "attention.key_length") or (_told(head, "embedding_length") // heads if heads else 0)
    return 2 * 2 * _told(head, "block_count") * size * (_told(head, "attention.head_count_kv") or heads)


def _told(head: Mapping[str, Value], name: str) -> int:
    return _count(head, f"{head.get('general.architecture')}.{name}")


def _count(head: Mapping[str, Value], name: str) -> int:
    value = head.get(name)
    return int(value) if isinstance(value, int) else 0


def _free_bytes() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")), None)


def _stem(path: Path) -> str:
    found = _PART.fullmatch(path.stem)
    return found["stem"] if found else path.stem


def _set(params: Any, name: str, value: Any, *, is_needed: bool = True) -> None:
    """Set what may be called otherwise in another version: an error where it is needed, else left as it is."""
    *outer, last = name.split(".")
    try:
        for step in outer:
            params = getattr(params, step)
        getattr(params, last)
        setattr(params, last, value)
    except (AttributeError, TypeError):
        if is_needed:
            what = f"xllamacpp {version('xllamacpp')} has no setting `{name}` of the kind that is needed"
            raise PictusError(what, where=WHERE, mend=_INSTALL) from None
