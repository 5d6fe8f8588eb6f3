"""Where the files of BFCL's releases lie: the third and the fourth name categories and folders differently."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pictus.errors import PictusError, unknown_name
from pictus.reading.files import packed_or_not
from pictus.reading.json import read_object, read_rows
from pictus.reading.places import find_file, home_of
from pictus.reading.rows import BadRow
from pictus.record import Reject

REPOSITORY = "https://github.com/ShishirPatil/gorilla"
FOLDER = "berkeley-function-call-leaderboard/bfcl_eval/data"
ONE_TURN = (  # categories whose conversations end with the first call
    "simple_python",
    "simple_java",
    "simple_javascript",
    "multiple",
    "parallel",
    "parallel_multiple",
    "irrelevance",
    "live_simple",
    "live_multiple",
    "live_parallel",
    "live_parallel_multiple",
    "live_irrelevance",
    "live_relevance",
)
SCORED = (
    *ONE_TURN,
    "multi_turn_base",
    "multi_turn_miss_func",
    "multi_turn_miss_param",
    "multi_turn_long_context",
    "memory",
    "web_search",
)
SENSITIVITY, BEFORE_MEMORY = "format_sensitivity", "memory_prereq"
UNUSED = (
    "exec_simple",
    "exec_multiple",
    "exec_parallel",
    "exec_parallel_multiple",
    "rest",
    "sql",
    "chatable",
    "multi_turn_composite",
)
OF_CLASSES = (
    *(one for one in (*SCORED, *UNUSED) if one.startswith("multi_turn")),
    "memory",
    BEFORE_MEMORY,
    "web_search",
)
WITHOUT_ANSWERS = ("irrelevance", "live_irrelevance", "live_relevance", "chatable")
_CLASSES = "multi_turn_func_doc"
_OLDER = {"simple_python": "simple", "simple_java": "java", "simple_javascript": "javascript"}
_FOLDERS = ("", "data", "bfcl_eval/data", FOLDER, "berkeley-function-call-leaderboard/data")
_UNUSED = "unused_datasets/question"
_DOCUMENTS = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
    "WebSearchAPI": "web_search",
    "MemoryAPI_kv": "memory_kv",
    "MemoryAPI_vector": "memory_vector",
    "MemoryAPI_rec_sum": "memory_rec_sum",
}
DOCUMENT_FILES = tuple(f"{_CLASSES}/{name}.json" for name in _DOCUMENTS.values())


def question_files(root: Path, split: str) -> list[Path]:
    """Find the files with the questions of a category."""
    if split not in (*SCORED, *UNUSED, SENSITIVITY, BEFORE_MEMORY):
        raise unknown_name("split", split, (*SCORED, *UNUSED, SENSITIVITY, BEFORE_MEMORY), where="bfcl")
    folder = _folder(root)
    if split == BEFORE_MEMORY:
        found = sorted((folder / "memory_prereq_conversation").glob("*.json*"))
        if not found:
            raise PictusError("the folder memory_prereq_conversation/ is missing", where=str(folder), mend=_MEND)
        return found
    names = [f"BFCL_v4_{split}.json", f"BFCL_v3_{_OLDER.get(split, split)}.json"]
    places = (*names, *(f"{_UNUSED}/{name}" for name in names))
    return [find_file(folder, places, mend=_MEND)]


def answer_file(questions: Path) -> Path | None:
    """Find the file with the answers to a file of questions; early releases have some beside the questions."""
    places = (folder / "possible_answer" / questions.name for folder in (questions.parent, questions.parent.parent))
    return next((path for path in map(packed_or_not, places) if path is not None), None)


def document_files(root: Path, questions: Path) -> list[Path]:
    """List the files with the functions of simulated classes; in early files the questions have the functions."""
    found = sorted((_folder(root) / _CLASSES).glob("*.json*"))
    if not found and not questions.name.startswith("BFCL_v3"):
        raise PictusError(f"the folder {_CLASSES}/ is missing", where=str(_folder(root)), mend=_MEND)
    return found


def sensitive(path: Path) -> dict[str, set[str]]:
    """Read which questions of which category are asked again in other forms."""
    value = read_object(path)
    if isinstance(value, Mapping) and all(isinstance(ids, list) for ids in value.values()):
        return {str(category): {str(key) for key in ids} for category, ids in value.items()}
    raise PictusError("this is no object of categories with lists of ids", where=str(path), mend=_MEND)


class Documents:
    """The functions of the simulated classes, each file read once."""

    def __init__(self, root: Path, memory: str) -> None:
        self._folder = _folder(root) / _CLASSES
        self._memory = memory
        self._read: dict[str, list[Mapping[str, Any]]] = {}

    def of(self, name: str) -> list[Mapping[str, Any]]:
        """Give the functions of a class, as the file describes them."""
        name = f"{name}_{self._memory}" if name == "MemoryAPI" else name
        if name not in _DOCUMENTS:
            raise BadRow(f"no file describes the class {name!r:.80}")
        if name not in self._read:
            path = find_file(self._folder, (f"{_DOCUMENTS[name]}.json",), mend=_MEND)
            self._read[name] = list(map(_function, read_rows(path, lines=True)))
        return self._read[name]


def _function(item: tuple[str, Any] | Reject) -> Mapping[str, Any]:
    if isinstance(item, Reject):
        raise PictusError(f"a function cannot be read: {item.reasons[0]}", where=item.where, mend=_MEND)
    where, row = item
    if not isinstance(row, Mapping) or "name" not in row or "parameters" not in row:
        raise PictusError("a function has no name, or no parameters", where=where, mend=_MEND)
    return row


def _folder(root: Path) -> Path:
    home = home_of(root, "bfcl").folder
    return next((home / one for one in _FOLDERS if any((home / one).glob("BFCL_v*.json*"))), home)


_MEND = f"fetch it from {REPOSITORY}/tree/main/{FOLDER}"
