"""Score function calls as the Berkeley function-calling leaderboard (BFCL v4) does: name, arguments, values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from pictus.errors import PictusError, unknown_name
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.bfcl_release import ONE_TURN
from pictus.reading.json import read_rows
from pictus.reading.rows import BadRow
from pictus.record import Record, Reject
from pictus.scoring.answers import answers_of, refuse_extra, refuse_missing, refuse_repeated
from pictus.scoring.calls.call import shown
from pictus.scoring.calls.checking import problem_of
from pictus.scoring.calls.decoding import Decoded, Language, decode
from pictus.scoring.calls.outcome import call_outcome
from pictus.scoring.calls.prompting import in_words
from pictus.scoring.calls.results import write_results
from pictus.scoring.lines import read_python_lines, rows_by_id
from pictus.scoring.part import write_lines

_EARLIER = ("simple", "java", "javascript", "relevance")  # names of version 3, and of files cut from the others
_OUT_OF_SCOPE = re.compile(r"multi_turn|memory|web_search|agentic|format_sensitivity|exec|rest$|sql$|chatable$")
_FILE_NAME = re.compile(r"BFCL_v\d+_(.+?)(_result)?\.jsonl?\b")
_ID = re.compile(r"(.+)_\d+(-\d+-\d+)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """BFCL v4, the categories of one turn: did the model call the right function with the right values?

    One category a run: `category`, or what the questions' file name or ids say. Of each category with one turn:
    `simple_python`, `simple_java`, `simple_javascript`, `multiple`, `parallel`, `parallel_multiple`, `irrelevance`,
    and the `live_` ones. Those with several turns or an agent need running programs, and are not scored here.

    A text is read as code; a list of `{name: arguments as JSON}` is what a server with function calling gave. A
    call is right when its name is, every parameter that is required is there, none is there that is not in the
    truth, and each has the declared type and one of the values listed; `""` among them says that it may be left
    out. Texts are compared without case, spaces and `,./-_*^`. Peculiar rules of the official scorer are kept: of
    Python, `+3` is -3 and 1 equals true; of Java, text after a letter that is not ASCII is shifted; in
    `irrelevance`, an attempt that nobody can read is right.

    With `underscore_to_dot`, the model cannot write a dot in a name, and `math_add` is right for `math.add`. With
    `partial`, questions without an answer are left out, which else is an error. Where the official scorer ends with
    an error on an item (a type that it does not know, a list whose elements have none), the item has no score and
    no part in the accuracy.

    A model is asked with the functions as tools; with `in_words`, for one that knows no tools, they stand before the
    question, with a word on how calls are written.
    """

    source: ClassVar[str] = "bfcl"

    category: str = ""
    underscore_to_dot: bool = False
    partial: bool = False
    in_words: bool = False

    usual_split: ClassVar[str] = "simple_python"
    instruction: ClassVar[str] = ""  # the functions go beside the question, as tools
    max_tokens: ClassVar[int] = 1_024
    predictions: ClassVar[str] = "results.jsonl"

    def items(self, record: Record) -> Iterator[Item]:
        """Ask what comes before the calls, with the functions as tools; no server takes names with dots."""
        category = record.origin.split or ""
        _refuse_unknown(category)
        last = max((number for number, turn in enumerate(record.turns) if turn.role == "user"), default=-1)
        if last < 0:
            raise BadRow("nobody asks anything")
        truth = tuple(f"{call.name} {call.arguments}" for turn in record.turns for call in turn.calls)
        turns = record.turns[: last + 1]
        if self.in_words:
            yield Item(id=record.origin.key, turns=in_words(turns, record.tools, _language_of(category)), truth=truth)
        else:
            tools = tuple(replace(tool, name=tool.name.replace(".", "_")) for tool in record.tools)
            yield Item(id=record.origin.key, turns=turns, tools=tools, truth=truth)

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the calls of each answer; where it has none, its words."""
        write_results(replies, path)

    def official(self, paper: Paper, folder: Path) -> Official:
        """Take the dataset's questions and answers; for a part of them, make both."""
        files = {"questions.jsonl": paper.files[0], "possible_answer.jsonl": (paper.files[1:] or (None,))[0]}
        if not paper.is_whole:
            for name, path in files.items():
                if path is not None:
                    write_lines((row for row in _written(path) if str(row.get("id")) in paper.ids), folder / name)
                    files[name] = folder / name
        questions, truth = files.values()
        return Official(
            questions=questions,
            truth=None if "relevance" in paper.split else truth,
            options={"category": paper.split, "underscore_to_dot": not self.in_words},
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """Name the files; where no call is the right answer, or any is, there is no truth."""
        if self.category:
            _refuse_unknown(self.category)
        return ("questions", "truth") if self.category and "relevance" not in self.category else ("questions",)

    def grade(self, files: Files) -> Graded:
        """Grade the answers of a file in the official layout."""
        assert files.questions is not None
        questions = rows_by_id(files.questions)
        category = self.category or _category_of(files.questions, questions)
        _refuse_unknown(category)
        answers = answers_of(read_python_lines(files.predictions), "id", "result", files.predictions)
        refuse_repeated(answers.repeated, files.predictions)
        refuse_extra(answers.by_id, questions, files.predictions)
        if not self.partial:
            refuse_missing(answers.by_id, questions, files.predictions)
        truth = {} if "relevance" in category else _truth(files.truth, questions)
        grades = tuple(
            self._grade(key, question, answers.by_id[key], truth.get(key), category)
            for key, question in questions.items()
            if key in answers.by_id
        )
        scores = [grade.score for grade in grades if grade.score is not None]
        right = int(sum(scores))
        accuracy = right / len(scores) if scores else None
        return Graded(grades=grades, figures={"accuracy": accuracy, "correct_count": right, "total_count": len(scores)})

    def _grade(self, key: str, question: Any, result: Any, truth: Any, category: str) -> Grade:
        language: Language = "python" if "relevance" in category else _language_of(category)
        decoded = decode(result, language)
        score: float | None
        try:
            note = self._problem(decoded, question, truth, category, language)
            score = 0.0 if note else 1.0
        except Exception as error:  # the official scorer's run ends here; ours has one item without a score
            note, score = f"the official scorer ends with an error: {type(error).__name__}: {error}", None
        return Grade(
            id=key,
            score=score,
            parsed=None if decoded.problem else shown(decoded.calls),
            note=note[:1_000].encode("utf-8", "replace").decode(),
            outcome=call_outcome(result, decoded, is_call_expected="relevance" not in category),
            kind=category,
        )

    def _problem(self, decoded: Decoded, question: Any, truth: Any, category: str, language: Language) -> str:
        if "irrelevance" in category:
            return "irrelevance_error:decoder_success" if decoded.calls else ""
        if "relevance" in category:
            return "" if decoded.calls else f"relevance_error:decoder_failed {decoded.reason}"
        functions = question["function"]
        expected = truth["ground_truth"]
        if decoded.problem:
            return f"{decoded.problem} {decoded.reason}"
        return problem_of(decoded.calls, functions, expected, category, language, dots=not self.underscore_to_dot)


def _written(path: Path) -> Iterator[Mapping[str, Any]]:
    return (item[1] for item in read_rows(path, lines=True) if not isinstance(item, Reject))


def _language_of(category: str) -> Language:
    return "javascript" if "javascript" in category else "java" if "java" in category else "python"


def _refuse_unknown(category: str) -> None:
    if _OUT_OF_SCOPE.search(category):
        raise PictusError(
            f"the category `{category}` is not scored here: its calls would have to be run",
            where="--option category",
            mend="score it with the official program; here go those of one turn: " + ", ".join(ONE_TURN),
        )
    if category not in (*ONE_TURN, *_EARLIER):
        raise unknown_name("category", category, ONE_TURN, where="--option category")


def _category_of(path: Path, questions: Mapping[str, Any]) -> str:
    """Take the category from the name of the questions' file, else from their first id."""
    if match := _FILE_NAME.search(path.name):
        return match[1]
    if match := _ID.match(next(iter(questions), "")):
        return match[1]
    raise PictusError(
        "neither the file's name nor its ids say which category this is",
        where=str(path),
        mend="add `--option category=…`: " + ", ".join(ONE_TURN),
    )


def _truth(path: Path | None, questions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Join the truth with the questions, by id, or by place where its ids are others, as the official program does."""
    if path is None:
        raise PictusError("this category needs `--truth`", where="the command", mend="see `pictus show bfcl`")
    rows = rows_by_id(path)
    if rows.keys() >= questions.keys():
        return rows
    if len(rows) == len(questions):
        return dict(zip(questions, rows.values(), strict=True))
    raise PictusError(
        f"the truth is of {len(rows):,} questions, and {len(questions):,} are asked",
        where=str(path),
        mend="give questions and truth of the same category",
    )
