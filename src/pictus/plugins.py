"""Find a plug-in by name, without importing the others.

The file name is the name: `checks/answer_length.py` is the check `answer_length`. Other packages join
through entry points of the group `pictus.checks`, and so on. This module also says what each family promises.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

from pictus.card import Asset, Card
from pictus.errors import PictusError, misfit, together, unknown_name
from pictus.grade import Files, Graded, Item, Official, Paper, Reply
from pictus.prompt import Answer, Prompt
from pictus.record import Record, Reject

Family: TypeAlias = Literal["sources", "formats", "backends", "checks", "tools", "benchmarks"]
CLASS_NAMES: dict[Family, str] = {
    "sources": "Source",
    "formats": "Format",
    "backends": "Backend",
    "checks": "Check",
    "tools": "Tools",
    "benchmarks": "Benchmark",
}
_FOLDERS: dict[Family, str] = {"tools": "tools.domains"}  # where it is not the family's name
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a format wrote, and what it could not carry."""

    files: tuple[Path, ...]
    rows: int
    lost: Mapping[str, int]  # what was left behind, with the number of records it concerns
    rejected: tuple[Reject, ...] = ()  # records that the format cannot hold at all


class Table(Protocol):
    """Rows of large files that several processes read at once, in the columns of a corpus."""

    def records(self) -> Iterator[Record | Reject]:
        """Stream the rows one by one: the same as all portions give."""
        ...

    def portions(self, rows: int) -> Iterable[Any] | None:
        """Cut the files into portions of so many rows; None where they can only be read from their beginning."""
        ...

    def batches(self, portion: Any, root_names: Mapping[str, str]) -> Iterator[Any]:
        """Give the rows of a portion as record batches, and what is set aside."""
        ...


class Source(Protocol):
    """One dataset: its card, its files, and how to read records from them.

    One whose files are large may also offer `table(root, split)`, a `Table` of the rows that `records` gives, or None.
    `notes(root, split)` says what whoever reads these very files should know, such as that they were withdrawn.
    Where its pictures need not lie below the data root, `media_root(root)` gives the folder that they lie below.
    """

    card: ClassVar[Card]
    layout: ClassVar[str]  # the folder tree expected under the data root
    # Empty where the data root decides: then `splits_in(root)` tells. It may also tell of more than these, where they
    # are in the same files; what has files of its own needs no telling.
    splits: ClassVar[tuple[str, ...]]

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        ...

    def files(self, root: Path, split: str) -> list[Path]:
        """List the files that the records of a split are read from; one that is missing is an error."""
        ...

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split; a row that cannot be read is a `Reject`, never skipped."""
        ...


class Format(Protocol):
    """One file layout that trainers read or write.

    A format of several files also has `files(path)`, which lists those that are read; one that is missing is an error.
    """

    carries: ClassVar[frozenset[str]]  # fields of `Record` that survive: the others are named as lost
    suffixes: ClassVar[tuple[str, ...]]  # of the files it writes; "" for a folder; none where it is only read

    def sniff(self, path: Path) -> bool:
        """Say whether a file or folder looks like this format, from its beginning."""
        ...

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; pictures are looked for under `pictures`, by default beside the file."""
        ...

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a file that appears under its name only when it is whole."""
        ...


class Backend(Protocol):
    """What answers prompts.

    A program is asked in every process at once; a `Model` costs time or money, so `ask/` keeps what it said.
    """

    kinds: ClassVar[tuple[str, ...]]  # of instructions that it can make
    terms: ClassVar[str | None]  # terms of the model, a name that `licence.py` knows; None for a program

    def answer_many(self, prompts: Iterable[Prompt]) -> Iterator[Answer | None]:
        """Answer each prompt in order; None where there is nothing to say."""
        ...


class Model(Protocol):
    """A backend that has a model to ask: `answer` for one prompt among many in flight."""

    @property
    def model(self) -> str:
        """Name the model, as origins, prices and cards do."""
        ...

    @property
    def terms(self) -> str | None:
        """Give the terms of the model, a name that `licence.py` knows."""
        ...

    @property
    def at_once(self) -> int:
        """Say how many prompts may be in flight."""
        ...

    @property
    def context(self) -> int | None:
        """Say how many tokens prompt and answer may have together, where that is known without asking."""
        ...

    @property
    def system_role(self) -> bool | Literal["auto"]:
        """Say whether the model knows a system message, as far as that is known; its words go elsewhere if not."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """Tell what the user should know of how it was asked, such as settings that the server refused."""
        ...

    def shape(self) -> Mapping[str, Any]:
        """Give the settings that shape an answer: the model and its precision, not addresses or keys."""
        ...

    async def answer(self, prompt: Prompt) -> Answer:
        """Answer a prompt, or raise a `Fault`; `Answer.reply` is what the journal keeps."""
        ...

    async def close(self) -> None:
        """Let go of connections, servers and memory."""
        ...


class Check(Protocol):
    """Keeps a record, or sets it aside with a reason. Its fields are its settings.

    A check that needs all rows has `problems_of(records)`, which gives pairs of an id and a reason, instead.
    """

    def problems(self, record: Record) -> Iterator[str]:
        """Say what is wrong with a record; nothing when it may stay."""
        ...


class Tools(Protocol):
    """One domain of what a function-calling record may call: see `pictus.tools.function`."""

    functions: ClassVar[tuple[Any, ...]]  # `Function`s: name, description, schema, and what they give
    chains: ClassVar[tuple[Any, ...]]  # `Chain`s that begin with one of them


class Benchmark(Protocol):
    """Questions, and the official score of answers to them, item by item. Its fields are its options."""

    source: ClassVar[str]  # the dataset that the questions are from; empty where it reads a corpus itself

    @property
    def needs(self) -> tuple[str, ...]:
        """Name what it needs of `questions` and `truth`, beside the predictions; its options may decide."""
        ...

    def grade(self, files: Files) -> Graded:
        """Grade the answers of a file in the official layout."""
        ...


class Questions(Protocol):
    """Where the questions of a benchmark are read from: a source, or the benchmark itself."""

    def files(self, root: Path, split: str) -> Sequence[Path]:
        """Find the files of a split, or say what is missing."""
        ...

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split."""
        ...


class Exam(Benchmark, Protocol):
    """A benchmark that a model can be asked, by the usual instruction.

    Where it needs only a part of its dataset, `source_settings` says so to the source. Without a source it has
    `files` and `records` of its own.
    """

    usual_split: ClassVar[str]
    instruction: ClassVar[str]  # said after each question
    max_tokens: ClassVar[int]  # of an answer
    predictions: ClassVar[str]  # the name of the file of answers

    def items(self, record: Record) -> Iterator[Item]:
        """Make questions of a record of the dataset; one that cannot be asked is a `BadRow`."""
        ...

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write what was answered in the official layout."""
        ...

    def official(self, paper: Paper, folder: Path) -> Official | Path:
        """Name the official files of a paper, or make them below the folder that the predictions lie in.

        Where the answers are not public, name or make the file that the official server takes.
        """
        ...


def names(family: Family) -> tuple[str, ...]:
    """List the plug-ins of a family, importing none of them."""
    return tuple(sorted({*_own(family), *_foreign(family)}))


def load(family: Family, name: str, settings: Mapping[str, Any] | None = None, *, where: str = "") -> Any:
    """Make the plug-in of that name with its settings, each checked against the field's type."""
    plugin = load_class(family, name, where=where)
    return _construct(plugin, dict(settings or {}), where=where or f"{family[:-1]} {name}")


def load_class(family: Family, name: str, *, where: str = "") -> type[Any]:
    """Import the class of one plug-in."""
    wanted = name.replace("-", "_")
    where = where or f"the {family}"
    if wanted in _own(family):
        module = import_module(f"pictus.{_FOLDERS.get(family, family)}.{wanted}")
    elif wanted in _foreign(family):
        module = import_module(_foreign(family)[wanted].module)
    else:
        raise unknown_name(family[:-1], name, names(family), where=where)
    plugin = getattr(module, CLASS_NAMES[family], None)
    if not isinstance(plugin, type):
        raise PictusError(
            f"the {family[:-1]} `{name}` defines no class `{CLASS_NAMES[family]}`",
            where=str(module.__file__),
            mend="add the class, or remove the file from that folder",
        )
    return plugin


def summary(family: Family, name: str) -> str:
    """Give the first sentence of a plug-in's own description, reading its file without running it."""
    path = _own(family).get(name)
    if path is None:
        spec = find_spec(_foreign(family)[name].module)
        path = Path(spec.origin) if spec and spec.origin else None
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) if path else None
    return " ".join((text or "").split("\n\n")[0].split())


@cache
def _own(family: Family) -> dict[str, Path]:
    found = {}
    for path in _HERE.joinpath(*_FOLDERS.get(family, family).split(".")).glob("*"):
        inside = path / "__init__.py"
        if path.suffix == ".py" and path.stem != "__init__":
            found[path.stem] = path
        elif inside.is_file():
            found[path.name] = inside
    return found


@cache
def _foreign(family: Family) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=f"pictus.{family}")}


def _construct(plugin: type[Any], settings: dict[str, Any], *, where: str) -> Any:
    if not settings or not is_dataclass(plugin):
        if settings:
            raise PictusError("this plug-in takes no settings", where=where, mend="leave them out")
        return plugin()
    known = [field.name for field in fields(plugin) if field.init]
    unknown = [unknown_name("setting", key, known, where=where) for key in settings if key not in known]
    if unknown:
        raise together(unknown, where=where)
    from pydantic import TypeAdapter, ValidationError  # slow to import, and most loads have no settings

    try:
        return TypeAdapter(plugin).validate_python(settings)
    except ValidationError as error:
        told = [misfit(problem, ".".join(map(str, problem["loc"]))) for problem in error.errors()]
        problems = [PictusError(f"setting {what}", where=where, mend=mend) for what, mend in told]
        raise together(problems, where=where) from None
