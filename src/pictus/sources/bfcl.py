"""The Berkeley Function Calling Leaderboard: questions, what may be called, and which calls count as right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading import bfcl_release as release
from pictus.reading.bfcl_rows import answers_in, first_call, tool_of, turn_of
from pictus.reading.calls import Waiting
from pictus.reading.card_origin import origin_of
from pictus.reading.json import read_rows
from pictus.reading.python_calls import python_calls_in
from pictus.reading.rows import BadRow, json_of, key_of, record_rows
from pictus.record import Facts, Origin, Record, Reject, Tool, Turn, make_record

_FILES = f"{release.REPOSITORY}/raw/main/{release.FOLDER}"


@dataclass(frozen=True, slots=True)
class Source:
    """BFCL, third and fourth release. A split is a category, by the names of the fourth.

    Of a question asked once, the assistant's turn calls what counts as right, with the first value that is allowed
    for each argument; where several rounds are asked, or no call is known, people's turns stand alone, one after the
    other. `facts.extra` keeps everything else as it was: `ground_truth` with all allowed values, `function` with the
    descriptions in BFCL's own words for types (`any` allows every type here), `initial_config`, `missed_function` …,
    and `question` where the rounds show there only. Functions that a round reveals later are no tools of the record.
    `facts.answers` holds what a last word of memory and web_search may be.

    Besides the categories that are scored there are the splits `memory_prereq` (what is said before memory is asked),
    `format_sensitivity` (questions of other categories again), and those that fell out of use: exec_simple and others,
    rest, sql, chatable, multi_turn_composite.
    """

    memory: Literal["kv", "vector", "rec_sum"] = "kv"  # which functions the questions of memory may call

    card: ClassVar[Card] = Card(
        title="Berkeley Function Calling Leaderboard (BFCL)",
        what="Questions with functions to call, and what counts as a right call: in Python, Java and JavaScript, "
        "over several rounds, with memory, in a web search, or none at all.",
        size="4,696 questions of 19 categories, text only",
        stages=("evaluate",),
        picture_licence="no-picture",
        text_licence="Apache-2.0",
        homepage="https://gorilla.cs.berkeley.edu/leaderboard.html",
        paper="https://openreview.net/forum?id=2GmDdhBdDk",
        code=f"{release.REPOSITORY}/tree/main/berkeley-function-call-leaderboard",
        data=f"{release.REPOSITORY}/tree/main/{release.FOLDER}",
        home="bfcl",
        advice="It is what models are measured with: train on it, and its scores mean nothing. Two questions of "
        "live_simple allow no value at all for an argument that is required, so that nobody can answer them.",
        written_by="bfcl",
        checked="all files of the fourth release, and of the third in its first and last form",
        citation="""\
@misc{berkeley-function-calling-leaderboard,
  title        = {Berkeley Function Calling Leaderboard},
  author       = {Yan, Fanjia and Mao, Huanzhi and Ji, Charlie Cheng-Jie and Zhang, Tianjun and Patil, Shishir G.
                  and Stoica, Ion and Gonzalez, Joseph E.},
  howpublished = {\\url{https://gorilla.cs.berkeley.edu/blogs/8_berkeley_function_calling_leaderboard.html}},
  year         = {2024}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = release.SCORED
    layout: ClassVar[str] = """\
BFCL_v4_simple_python.json                  (JSON Lines, whatever the name says; also BFCL_v3_simple.json)
possible_answer/BFCL_v4_simple_python.json  (none for irrelevance and relevance)
multi_turn_func_doc/math_api.json           (what multi_turn, memory and web_search may call)
memory_prereq_conversation/memory_student.json
unused_datasets/question/BFCL_v4_rest.json"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire, but for what fell out of use."""
        folders = dict.fromkeys(self.splits, ("", "possible_answer/")) | {release.SENSITIVITY: ("",)}
        names = [
            (f"{folder}BFCL_v4_{split}.json", split)
            for split, places in folders.items()
            for folder in places
            if not folder or split not in release.WITHOUT_ANSWERS
        ]
        return (
            *(Asset(url=f"{_FILES}/{name}", path=name, split=split) for name, split in names),
            *(Asset(url=f"{_FILES}/{name}", path=name) for name in release.DOCUMENT_FILES),
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """List the questions of a category, their answers, and the files with what may be called."""
        questions = release.question_files(root, split)
        if split == release.SENSITIVITY:
            others = release.sensitive(questions[0])
            return [*questions, *(path for category in others for path in self.files(root, category))]
        answers = [path for path in map(release.answer_file, questions) if path is not None]
        if not answers and split in self.splits and split not in release.WITHOUT_ANSWERS:
            raise PictusError(
                f"the answers to {questions[0].name} are missing: there is no such file in possible_answer/",
                where=str(questions[0].parent),
                mend=f"fetch it from {self.card.data}/possible_answer",
            )
        documents = release.document_files(root, questions[0]) if split in release.OF_CLASSES else []
        return [*questions, *answers, *documents]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a category, one a question, in the order of the file; the answers are held."""
        path, *_ = self.files(root, split)
        if split != release.SENSITIVITY:
            yield from self._category(root, split, split)
            return
        for category, wanted in release.sensitive(path).items():
            for record in self._category(root, category, split):
                if isinstance(record, Record) and record.origin.key in wanted:
                    wanted.remove(record.origin.key)
                    yield record
            for key in sorted(wanted):
                yield Reject(where=path.name, reasons=("it names a question that is not there",), row=key)

    def _category(self, root: Path, category: str, split: str) -> Iterator[Record | Reject]:
        documents = release.Documents(root, self.memory)
        for path in release.question_files(root, category):
            beside = release.answer_file(path)
            answers, rejects = answers_in(beside) if beside else ({}, [])
            yield from rejects

            def record(row: Mapping[str, Any], where: str, answers: Any = answers) -> Record:
                key = key_of(row, where)
                return _record(row, answers.get(key, {}), self._origin(split, key), documents)

            yield from record_rows(read_rows(path, lines=True), record)

    def _origin(self, split: str, key: str) -> Origin:
        return origin_of(self.card, "bfcl", split, key)


def _record(row: Mapping[str, Any], answer: Mapping[str, Any], origin: Origin, documents: release.Documents) -> Record:
    """Make the record of a question; what is asked in several rounds has no turns of the assistant."""
    rounds = _rounds(row["question"])
    classes = row.get("involved_classes") or []
    functions = row.get("function") or [one for name in classes for one in documents.of(name)]
    hidden = {*(row.get("excluded_function") or ()), *(one for new in _missed(row) for one in new)}
    tools = [tool_of(one) for one in functions if one["name"] not in hidden]
    turns = [turn_of(message) for messages in rounds for message in messages]
    extra = {key: value for key, value in {**row, **answer}.items() if key not in ("id", "question")}
    extra |= {"function": functions} | ({} if row["question"] == [rounds[0]] else {"question": row["question"]})
    truth = extra.get("ground_truth")
    answers: tuple[str, ...] = ()
    if not classes and len(rounds) == 1 and (calls := _right_calls(truth, tools)):
        turns.append(Turn("assistant", (), Waiting().calls(calls)))
    elif classes and isinstance(truth, list) and all(isinstance(one, str) for one in truth):
        answers = tuple(truth)
    return make_record(origin, turns=turns, tools=tools, facts=Facts(answers=answers, extra=json_of(extra)))


def _rounds(question: Any) -> list[list[Mapping[str, Any]]]:
    """Give the rounds of a question; of what fell out of use, some is one round and some one text."""
    if isinstance(question, str):
        return [[{"role": "user", "content": question}]]
    if not isinstance(question, list) or not question:
        raise BadRow("it asks nothing")
    return question if all(isinstance(one, list) for one in question) else [question]


def _missed(row: Mapping[str, Any]) -> list[list[str]]:
    """List what rounds reveal; early files have the descriptions of the functions there, and not their names."""
    revealed = (row.get("missed_function") or {}).values()
    return [[one["name"] if isinstance(one, Mapping) else one for one in new] for new in revealed]


def _right_calls(truth: Any, tools: list[Tool]) -> list[tuple[str, str]]:
    """Read one way to be right; none where there is none, or where it has to be worked out by running it."""
    try:
        if isinstance(truth, list) and all(isinstance(one, str) for one in truth):
            return [call for text in truth for call in python_calls_in(text, tools)]
        return [first_call(one) for one in truth] if isinstance(truth, list) else []
    except BadRow:
        return []
