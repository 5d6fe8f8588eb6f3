"""Where prompt sets are: those that ship, a user's YAML, and LLaVA's folder of prompts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pictus.errors import PictusError, apart, together, unknown_name
from pictus.prompt_sets.llava_folder import is_llava_folder, read_llava_folder
from pictus.prompt_sets.model import Entry, PromptSet
from pictus.typed_yaml import read_yaml, typed

_SHIPPED = Path(__file__).parent.parent / "prompts"
# What an earlier generator called its files; its words mean our sets where no such file exists.
_OLD_NAMES = {
    "prompt_config_llava": "llava",
    "prompt_config_llava_smallcontext": "llava_small",
    "prompt_config_openimagesv7": "openimages",
}
_HEAD = ("what", "defaults")  # keys beside the entries


def shipped_names() -> tuple[str, ...]:
    """List the prompt sets that ship."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def shipped_path(name: str) -> Path:
    """Give the file of a prompt set that ships."""
    return _SHIPPED / f"{name}.yaml"


def load_prompts(name: str) -> PromptSet:
    """Read a prompt set by its name or its path, or tell all that is wrong with it."""
    path = Path(name)
    if path.is_dir():
        if is_llava_folder(path):
            return read_llava_folder(path)
        mend = "give a YAML file, or a folder whose folders hold `system_message.txt`"
        raise PictusError("this folder holds no prompts", where=name, mend=mend)
    if not path.is_file():
        wanted = path.stem if path.suffix in (".yaml", ".yml") else name
        wanted = _OLD_NAMES.get(wanted, wanted)
        path = shipped_path(wanted)
        if wanted not in shipped_names():
            raise unknown_name("prompt set", name, shipped_names(), where="the prompt sets")
    return _read(path)


def _read(path: Path) -> PromptSet:
    data, lines = read_yaml(path, what="prompt set")
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        mend = "write `name:` for each kind of instruction, with `system_prompt` and `inputs` below it"
        raise PictusError("this is no prompt set", where=str(path), mend=mend)
    defaults = data.get("defaults") or {}
    if not isinstance(defaults, dict):
        where, mend = (
            f"{path}, line {lines.get(('defaults',), 1)}",
            "write keys of entries below it, such as `tries: 5`",
        )
        raise PictusError("`defaults` holds no keys", where=where, mend=mend)
    entries: dict[str, Entry] = {}
    errors: list[PictusError] = []
    for name, values in data.items():
        if name in _HEAD:
            continue
        if not isinstance(values, dict):
            where = f"{path}, line {lines.get((name,), 1)}, {name}"
            known = ", ".join(_HEAD)
            errors.append(PictusError("this is no entry", where=where, mend=f"only {known} may stand beside entries"))
            continue
        try:
            entries[name] = typed(Entry, {**defaults, **values}, lines, path, at=(name,))
        except PictusError as error:
            errors += apart(error)
    if not entries and not errors:
        errors = [PictusError("the prompt set has no entries", where=str(path), mend="add one")]
    if errors:
        raise together(errors, where=str(path))
    what = " ".join(str(data.get("what") or "").split())
    return PromptSet(name=path.stem, what=what, entries=entries, notes=list(_notes(entries)))


def _notes(entries: dict[str, Entry]) -> Iterator[str]:
    """Tell of worked examples that lost their line breaks: YAML's `>` joins lines, `|` keeps them."""
    for name, entry in entries.items():
        for number, example in enumerate(entry.examples, 1):
            split = entry.split_user_assistant
            if split and f" {split} " in example.output and f"\n{split}\n" not in example.output:
                yield (
                    f"{name}: the output of example {number} has lost its lines, so the model learns to write "
                    f"`{split}` in the middle of one; write `output: |` in place of `output: >`"
                )
            if any(line.count("]") > 1 and line.count(": [") > 1 for line in example.input.splitlines()):
                yield f"{name}: the boxes of example {number} stand on one line; write `input: |` for `input: >`"


def as_plain(prompts: PromptSet) -> dict[str, Any]:
    """Give a prompt set as the YAML of it would say, without what nobody chose."""
    return {
        name: entry.model_dump(exclude_defaults=True, by_alias=True, mode="json")
        for name, entry in prompts.entries.items()
    }
