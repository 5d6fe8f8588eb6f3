"""Where a model lies, and what its files tell before anything heavy is imported."""

import json
import os
from pathlib import Path
from typing import Any

from pictus.errors import PictusError
from pictus.reading.fingerprint import fingerprint

WHERE = "backend huggingface"
_CONTEXTS = ("max_position_embeddings", "n_positions", "max_sequence_length", "seq_length")
_WEIGHTS = (".safetensors", ".bin")
# What shapes an answer beside the weights: the architecture, the vocabulary, the template, how pictures are cut.
_SHAPING = (".json", ".jinja", ".model", ".txt")


def is_folder(model: str) -> bool:
    """Say whether a model is named by its folder; else it is an id of the Hub, such as `maker/name`."""
    return Path(model).expanduser().is_dir() or model.startswith(("/", "./", "../", "~")) or model.count("/") != 1


def name_of(model: str, adapter: Path | None) -> str:
    """Name a model by its folder or id; with an adapter it is another, of which the name tells no terms."""
    name = Path(model).expanduser().resolve().name if is_folder(model) else model
    return f"{name}+{adapter.resolve().name}" if adapter else name


def find_folder(model: str, revision: str | None) -> Path | None:
    """Give the folder of a model that is on this machine; None for one that has yet to be downloaded."""
    if is_folder(model):
        return Path(model).expanduser()
    from huggingface_hub import try_to_load_from_cache  # comes with transformers; a quarter of a second

    found = try_to_load_from_cache(model, "config.json", revision=revision)
    return Path(found).parent if isinstance(found, str) else None


def get_folder(model: str, revision: str | None) -> Path:
    """Give the folder of a model, downloading what is missing of it."""
    if is_folder(model):
        return Path(model).expanduser()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, revision=revision, ignore_patterns=["*.gguf", "original/*", "*.onnx*"]))
    except GatedRepoError:
        mend = f"accept the terms on the page of {model}, then `hf auth login`"
        raise PictusError(f"the model {model} is behind its maker's terms", where=WHERE, mend=mend) from None
    except LocalEntryNotFoundError:
        raise not_here(model) from None
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        what = f"the model {model} cannot be downloaded: {first_line(error)}"
        raise PictusError(what, where=WHERE, mend="check its name and revision, or give its folder") from None


def not_here(model: str) -> PictusError:
    """Explain that a model is not on this machine and cannot be fetched."""
    mend = (
        f"on a machine with network: `hf download {model} --local-dir {model.rpartition('/')[2]}`; "
        "copy that folder here and set `model` to it"
    )
    return PictusError(
        f"the model {model} is not on this machine, and the Hub cannot be reached", where=WHERE, mend=mend
    )


def check_model(model: str, revision: str | None) -> None:
    """Refuse a model that cannot work, as far as its files tell without network."""
    if not model:
        mend = "set `model` to a folder that holds a model, or to its id on the Hub"
        raise PictusError("no model is named", where=WHERE, mend=mend)
    folder = find_folder(model, revision)
    if folder is not None:
        check_folder(folder)
    elif os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise not_here(model)


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds no model."""
    if not folder.is_dir():
        mend = "check the path; an id of the Hub is written `maker/name`"
        raise PictusError("there is no such folder", where=str(folder), mend=mend)
    if not (folder / "config.json").is_file():
        adapter = (folder / "adapter_config.json").is_file()
        mend = "set `adapter` to it and `model` to the model it belongs to" if adapter else "choose the model's folder"
        what = "this folder holds an adapter, no model" if adapter else "this folder holds no model: no config.json"
        raise PictusError(what, where=str(folder), mend=mend)
    _config(folder)


def check_adapter(folder: Path) -> None:
    """Refuse a folder that holds no adapter."""
    if not (folder / "adapter_config.json").is_file():
        mend = "set `adapter` to a folder that peft wrote"
        raise PictusError("this folder holds no adapter: no adapter_config.json", where=str(folder), mend=mend)


def context_of(folder: Path) -> int | None:
    """Read how many tokens a model takes, prompt and answer together."""
    config = _config(folder)
    inner = [config, *(config[name] for name in ("text_config", "llm_config") if isinstance(config.get(name), dict))]
    found = [one[name] for one in inner for name in _CONTEXTS if isinstance(one.get(name), int)]
    return found[-1] if found else None


def identity(folder: Path) -> str:
    """Name the content of a model's folder: the same wherever it lies, another after more training."""
    kept = [path for path in folder.iterdir() if path.suffix in (*_WEIGHTS, *_SHAPING) and path.is_file()]
    return fingerprint(path for path in kept if path.name not in ("training_args.bin", "trainer_state.json"))


def first_line(error: BaseException) -> str:
    """Give the first line of what an error says, which for these libraries is the part that tells."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        mend = "download the model again"
        raise PictusError(f"config.json cannot be read: {first_line(error)}", where=str(path), mend=mend) from None
    return config if isinstance(config, dict) else {}
