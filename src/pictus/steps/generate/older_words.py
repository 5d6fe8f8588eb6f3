"""The words of an older generator, said in ours: its options, its defaults, and what it called datasets and formats.

Its scripts run unchanged. What its words ask for beyond a corpus is one more step: the answers go into a file too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictus import plugins
from pictus.errors import PictusError, unknown_name
from pictus.steps.generate.inputs import source_called

# Its options, each with our word for it; two have none, since here a file is made by `pictus export`.
OPTIONS: Mapping[str, str | None] = {
    "model_source": "backend",
    "openai_base_url": "base_url",
    "prompt_config": "prompts",
    "dataset_storage_path": "data",
    "output_path": None,
    "output_format": None,
}
BACKENDS = {"huggingface": "huggingface", "llama.cpp": "llamacpp", "openai": "openai"}
FORMATS = {"jsonl": "pairs", "llava-instruct": "llava"}
_BACKEND, _MODEL = "huggingface", "meta-llama/Llama-2-7b-chat-hf"
_DATA, _FILE, _FORMAT = "./cache/", "instruct.jsonl", "jsonl"
DATA = "data"  # ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A command line in our words."""

    options: Mapping[str, Any]  # of ours, those that were given or follow
    data: Path
    to: str | None  # where the answers go; None where nothing says it
    each: bool = False  # whether each input has a folder of its own there, for others may join it
    file: Path | None = None  # what the answers are exported to
    format: str | None = None


def in_our_words(names: Sequence[str], to: str | None, options: Mapping[str, Any], *, recipe: bool = False) -> Said:
    """Translate a command line; one without older words stays as it is.

    Args:
        names: what is asked about.
        to: our `--to`, which older scripts do not have.
        options: those that were given, older ones and ours; None or an empty choice means not given.
        recipe: whether a recipe says what is asked, in place of the older defaults.
    """
    given = {name: value for name, value in options.items() if value not in (None, (), {})}
    older = {name: given.pop(name) for name in OPTIONS if name in given}
    if not older and (to is not None or not any(map(_is_older, names))):
        data = Path(given.pop("data", DATA))
        return Said(options=given, data=data, to=to, each=len(names) > 1)
    ours = {new: older[old] for old, new in OPTIONS.items() if new is not None and old in older}
    _refuse_twice(given, ours)
    if "backend" in ours:
        ours["backend"] = _known("model source", ours["backend"], BACKENDS, plugins.names("backends"))
    given |= ours
    if not recipe and ("backend" in ours or "backend" not in given):
        given.setdefault("backend", _BACKEND)
        if "model" not in given.get("settings", {}):
            given.setdefault("model", _MODEL)
    file = Path(older.get("output_path", _FILE))
    return Said(
        data=Path(given.pop("data", _DATA)),
        options=given,
        to=to or str(file.with_name(f"{file.stem}_corpora")),
        each=to is None or len(names) > 1,
        file=file,
        format=_known("output format", older.get("output_format", _FORMAT), FORMATS, plugins.names("formats")),
    )


def _refuse_twice(given: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    for old, new in OPTIONS.items():
        if new is not None and new in given and new in ours:
            option = f"--{new.replace('_', '-')}"
            mend = f"leave one out: `--{old}` is the older word for `{option}`"
            raise PictusError(f"`--{old}` and `{option}` say the same", where="generate", mend=mend)


def _is_older(name: str) -> bool:
    """Say whether a dataset is called by an older name: ours are those of the plug-ins."""
    return source_called(name) not in (None, name)


def _known(what: str, name: str, older: Mapping[str, str], ours: Sequence[str]) -> str:
    """Take an older name or one of ours."""
    if name not in older and name not in ours:
        raise unknown_name(what, name, [*older, *ours], where="generate")
    return older.get(name, name)
