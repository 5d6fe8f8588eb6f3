"""Where a part of a model lies, and whether all of its files are there, before any of them is loaded."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictus.backends.huggingface.folder import find_folder, first_line, get_folder, is_folder
from pictus.errors import PictusError

OPEN_CLIP = "open_clip_config.json"
OPEN_CLIP_WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")
# Enough to plan with: a download of weights waits until the plan is found to be good.
_SMALL = ["*.json", "*.jinja", "*.txt", "*.model"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part as a recipe names it, and the folder in which it lies."""

    key: str  # of the recipe, as model.vision
    name: str  # a folder, or an id of the Hub
    folder: Path

    @property
    def where(self) -> str:
        """Say where a mistake is."""
        return f"{self.key}: {self.name}"

    def json(self, name: str = "config.json") -> dict[str, Any]:
        """Read a small file of the part."""
        path = self.folder / name
        try:
            read = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            mend = f"download {name} again"
            raise PictusError(f"{name} cannot be read: {first_line(error)}", where=str(path), mend=mend) from None
        return read if isinstance(read, dict) else {}

    def error(self, what: str, mend: str) -> PictusError:
        """Tell a mistake of this part."""
        return PictusError(what, where=self.where, mend=mend)


def find_part(name: str, key: str) -> Part:
    """Find a part by its folder, or by its id on the Hub, of which small files are downloaded where that is allowed."""
    if not name:
        mend = f"set `{key}` to a folder that holds it, or to its id on the Hub, as maker/name"
        raise PictusError("the recipe does not name this part", where=key, mend=mend)
    if is_folder(name):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            mend = "check the path; an id of the Hub is written maker/name"
            raise PictusError("there is no such folder", where=f"{key}: {name}", mend=mend)
    else:
        folder = _from_hub(name, key)
    part = Part(key, name, folder)
    if not any((folder / one).is_file() for one in ("config.json", OPEN_CLIP)):
        raise part.error(
            "this folder holds no model: config.json is missing", f"{_download(name)}, and set `{key}` to it"
        )
    return part


def weights_of(part: Part) -> Part:
    """Give a part with all of its weights: those of the Hub are downloaded where that is allowed."""
    if not is_folder(part.name) and missing_weights(part.folder):
        try:
            part = Part(part.key, part.name, get_folder(part.name, None))
        except PictusError as error:
            raise part.error(error.what, _mend(part.name, part.key)) from None
    check_weights(part)
    return part


def check_weights(part: Part) -> None:
    """Refuse a part that lacks weights; what can still be downloaded does not lack them."""
    missing = missing_weights(part.folder)
    if missing and (is_folder(part.name) or _is_offline()):
        mend = _mend(part.name, part.key)
        if part.key != "start":
            mend += f"; to begin with weights that are drawn, write `random: [{part.key.rpartition('.')[2]}]`"
        raise part.error(f"its weights are not there: {', '.join(missing[:4])} is missing in {part.folder}", mend)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from telling what it finds in files: what matters of that is told as an error."""
    from transformers.utils import logging

    level, has_bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if has_bar:
            logging.enable_progress_bar()


def missing_weights(folder: Path) -> tuple[str, ...]:
    """Name the files of weights that ought to be in a folder and are not."""
    for name in _WEIGHTS:
        if (folder / name).is_file():
            return ()
        index = folder / f"{name}.index.json"
        if index.is_file():
            shards = json.loads(index.read_text("utf-8")).get("weight_map", {}).values()
            return tuple(sorted({shard for shard in shards if not (folder / shard).is_file()}))
    if any((folder / name).is_file() for name in OPEN_CLIP_WEIGHTS):
        return ()
    return (OPEN_CLIP_WEIGHTS[0] if not (folder / "config.json").is_file() else _WEIGHTS[0],)


def has_weights(folder: Path) -> bool:
    """Say whether a folder holds weights in the layout of transformers, or names them."""
    return any((folder / name).is_file() for one in _WEIGHTS for name in (one, f"{one}.index.json"))


def check_tokenizer(part: Part) -> None:
    """Refuse a language model without a tokenizer."""
    if not any((part.folder / name).is_file() for name in _TOKENIZERS):
        mend = f"{_download(part.name)}: it brings {_TOKENIZERS[0]} and tokenizer_config.json"
        raise part.error("its tokenizer is not there: tokenizer.json is missing", mend)


def _from_hub(name: str, key: str) -> Path:
    folder = find_folder(name, None)
    if folder is not None:
        return folder
    if not _is_offline():
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

        try:
            return Path(snapshot_download(name, allow_patterns=_SMALL))
        except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
            what = f"it is no folder here, and the Hub does not give it: {first_line(error)}"
            raise PictusError(what, where=f"{key}: {name}", mend=_mend(name, key)) from None
    what = "it is no folder here, it was not downloaded before, and this machine is set to stay offline"
    raise PictusError(what, where=f"{key}: {name}", mend=_mend(name, key))


def _download(name: str) -> str:
    if is_folder(name):
        return "download the whole model (`hf download MAKER/NAME --local-dir FOLDER`)"
    return f"`hf download {name} --local-dir {name.rpartition('/')[2]}`"


def _mend(name: str, key: str) -> str:
    return f"on a machine with network: {_download(name)}; copy that folder here and set `{key}` to it"


def _is_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")
