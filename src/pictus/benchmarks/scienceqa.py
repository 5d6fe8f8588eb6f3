"""Score answers to ScienceQA as its evaluation script does, and answers of LLaVA as LLaVA's does."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.json import read_object, read_rows
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, looks_like, reason_of, text_in
from pictus.record import Record
from pictus.scoring.answers import Answers, answers_of, id_of, refuse_extra
from pictus.scoring.asking import BY_LETTER, choice_item_of
from pictus.scoring.official import LAST_OF_SEVERAL, members_of
from pictus.scoring.outcome import outcome_of
from pictus.scoring.part import write_lines, write_members

_LETTERS = "ABCDE"
_FAILED = "FAILED"
_SENTENCE = re.compile("The answer is ([A-Z]).")  # the period stands for any character, so that one must follow
_EARLIER = frozenset(f"grade{number}" for number in range(1, 7))
_LATER = frozenset(f"grade{number}" for number in range(7, 13))
_TOPICS = (
    *("punctuation", "literacy-in-science", "verbs", "pronouns", "civics", "culture", "word-study", "economics"),
    *("physics", "units-and-measurement", "science-and-engineering-practices", "reading-comprehension"),
    *("global-studies", "grammar", "figurative-language", "us-history", "writing-strategies", "world-history"),
    *("reference-skills", "biology", "earth-science", "phonological-awareness", "capitalization", "chemistry"),
    *("vocabulary", "geography"),
)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """ScienceQA. The truth is problems.json, the questions are pid_splits.json, which says what a split has.

    Answers are the official results, `{"results": {"1": 0}}` with the number of a choice for each problem, or those
    that LLaVA writes, a line each with `question_id`, `prompt` and `text`. In the text a letter is looked for as LLaVA
    does: alone, before ". ", or once in "The answer is B." or whatever follows that letter. Problems of the split
    without an answer are wrong, those of other splits are left out.

    Figures are fractions of the official percentages with two decimals; a group without problems has null where
    officially stands -1. For the answers of LLaVA there are also `acc` and `image_accuracy`, not rounded: the latter
    over the answers whose prompt has `<image>` in it.
    """

    split: str = "test"  # a list of pid_splits.json

    source: ClassVar[str] = "scienceqa"
    needs: ClassVar[tuple[str, ...]] = ("questions", "truth")

    usual_split: ClassVar[str] = "test"
    instruction: ClassVar[str] = BY_LETTER
    max_tokens: ClassVar[int] = 64
    predictions: ClassVar[str] = "answers.jsonl"

    def items(self, record: Record) -> Iterator[Item]:
        """Ask with the hint as context, and the choices behind letters."""
        yield choice_item_of(record)

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write a line for each answer, as LLaVA does."""
        write_lines(
            ({"question_id": one.item.id, "prompt": one.prompt, "text": one.turn.text.strip()} for one in replies), path
        )

    def official(self, paper: Paper, folder: Path) -> Official:
        """Take the lists and problems of the dataset; for a part of a list, make one of it."""
        problems, lists = paper.files[:2]
        if not paper.is_whole:
            asked = [key for key in _split(lists, paper.split) if key in paper.ids]
            lists = folder / "pid_splits.json"
            write_members([(paper.split, asked)], lists)
        return Official(questions=lists, truth=problems, options={"split": paper.split})

    def grade(self, files: Files) -> Graded:
        """Grade the answers to the problems of the split, in the order of its list."""
        assert files.questions is not None and files.truth is not None
        ids = _split(files.questions, self.split)
        problems, others = _problems(files.truth, ids)
        where = files.predictions
        if looks_like(where, lambda row: "question_id" in row):
            answers = answers_of(read_rows(where), "question_id", "text", where)
            prompts = _prompts(where)
            mark: _Marker = _mark_text
        else:
            answers = _results(where)
            prompts = None
            mark = _mark_number
            refuse_extra(answers.by_id, {**problems, **dict.fromkeys(others)}, where)
        if not any(key in answers.by_id for key in ids):
            what, mend = f"no answer is to a problem of `{self.split}`", "give the answers to that split, or its name"
            raise PictusError(what, where=str(where), mend=f"{mend} as `--option split=`")
        grades = tuple(_grade(key, problems[key], answers, mark) for key in ids)
        is_right = {grade.id: grade.score == 1 for grade in grades}
        figures = {} if prompts is None else _of_llava(is_right, prompts)
        return Graded(grades=grades, figures=figures | _official(problems, is_right))


@dataclass(frozen=True, slots=True)
class _Problem:
    answer: int
    choices: int
    has_text: bool
    has_image: bool
    subject: str
    topic: str
    grade: str


def _split(path: Path, split: str) -> list[str]:
    """Read which problems a split has, each once."""
    lists = read_object(path)
    found = lists.get(split) if isinstance(lists, dict) else None
    if not isinstance(found, list) or not found:
        known = ", ".join(lists) if isinstance(lists, dict) and lists else "none"
        raise PictusError(f"there is no list `{split}`", where=str(path), mend=f"the lists that are there: {known}")
    try:
        return list(dict.fromkeys(map(id_of, found)))
    except BadRow as error:
        raise PictusError(str(error), where=f"{path}, `{split}`", mend="give the official pid_splits.json") from None


def _problems(path: Path, ids: list[str]) -> tuple[dict[str, _Problem], set[str]]:
    """Read the problems of the split, and the ids of all others."""
    problems, others, wanted = {}, set(), set(ids)
    for where, key, row in members_of(path):
        if key not in wanted:
            others.add(key)
            continue
        try:
            problems[key] = _problem(row)
        except ROW_ERRORS as error:
            raise PictusError(reason_of(error), where=where, mend="give the official problems.json") from None
    lacking = [key for key in ids if key not in problems]
    if lacking:
        what = f"{len(lacking):,} problems of the split are not in this file: {', '.join(lacking[:10])}"
        raise PictusError(what, where=str(path), mend="fetch problems.json again: cut copies are about")
    return problems, others


def _problem(row: Mapping[str, Any]) -> _Problem:
    answer = row["answer"]
    if type(answer) is not int:
        raise BadRow("its answer is not the number of a choice")
    return _Problem(
        answer=answer,
        choices=len(list_in(row, "choices")),
        has_text=bool(row["hint"]),
        has_image=bool(row["image"]),
        subject=text_in(row, "subject"),
        topic=text_in(row, "topic"),
        grade=text_in(row, "grade"),
    )


def _results(path: Path) -> Answers:
    file = read_object(path)
    results = file.get("results") if isinstance(file, dict) else None
    if not isinstance(results, dict):
        mend = 'give {"results": {"1": 0}}, or lines with `question_id`, `prompt` and `text`'
        raise PictusError("there are no `results`", where=str(path), mend=mend)
    return Answers(results, ())


def _prompts(path: Path) -> dict[str, Any]:
    return {id_of(row[1]["question_id"]): row[1].get("prompt") for row in read_rows(path) if isinstance(row, tuple)}


@dataclass(frozen=True, slots=True)
class _Mark:
    """What an answer was read as; a choice that is None ends the official scorer."""

    choice: int | None
    parsed: Any
    grade: dict[str, Any]  # fields of the grade that go without saying for an answer that is none


_Marker: TypeAlias = Callable[[Any, int], _Mark]


def _mark_number(answer: Any, choices: int) -> _Mark:
    """Take the number of a choice as the official script does, which makes one of text as well."""
    try:
        number = int(answer)
    except (TypeError, ValueError, OverflowError):
        return _Mark(None, answer, {"outcome": "unreadable", "note": "the result is no number"})
    if not 0 <= number < choices:
        return _Mark(number, number, {"outcome": "unreadable", "note": "no choice has this number"})
    return _Mark(number, number, {})


def _mark_text(answer: Any, choices: int) -> _Mark:
    """Look for a letter in a text as LLaVA's script does."""
    if not isinstance(answer, str):
        return _Mark(None, answer, {"outcome": "unreadable", "note": "the answer is no text"})
    letter = letter_in(answer)
    if letter is None:
        outcome = outcome_of(answer)
        told = {"outcome": "unreadable" if outcome == "answered" else outcome, "note": "no letter was found"}
        return _Mark(-1, _FAILED, told)
    choice = _LETTERS.find(letter)
    if not 0 <= choice < choices:
        return _Mark(-1, letter, {"outcome": "unreadable", "note": "no choice has this letter"})
    return _Mark(choice, letter, {})


def letter_in(text: str) -> str | None:
    """Find the letter that a text answers with: alone, before a period and a space, or in the one sentence."""
    if len(text) == 1 and text in _LETTERS:
        return text
    if text[:1] and text[0] in _LETTERS and text[1:3] == ". ":
        return text[0]
    found = _SENTENCE.findall(text)
    return found[0] if len(found) == 1 else None


def _grade(key: str, problem: _Problem, answers: Answers, mark: _Marker) -> Grade:
    told: dict[str, Any] = {"kind": problem.subject, "picture": key if problem.has_image else ""}
    if key not in answers.by_id:
        return Grade(id=key, score=0.0, outcome="missing", note="there is no answer", **told)
    marked = mark(answers.by_id[key], problem.choices)
    if key in answers.repeated:
        told["note"] = LAST_OF_SEVERAL
    score = None if marked.choice is None else float(marked.choice == problem.answer)
    return Grade(id=key, score=score, parsed=marked.parsed, **{**told, **marked.grade})


def _of_llava(is_right: Mapping[str, bool], prompts: Mapping[str, Any]) -> dict[str, float | None]:
    said = [prompts[key] for key in is_right if key in prompts]
    shown = [is_right[key] for key in is_right if "<image>" in str(prompts.get(key))]
    # Of an answer that came without its prompt nobody can say whether there was a picture.
    is_known = all(isinstance(prompt, str) for prompt in said) and bool(shown)
    return {
        "acc": sum(is_right.values()) / len(is_right),
        "image_accuracy": sum(shown) / len(shown) if is_known else None,
    }


def _official(problems: Mapping[str, _Problem], is_right: Mapping[str, bool]) -> dict[str, float | None]:
    groups: dict[str, Callable[[_Problem], bool]] = {
        "acc_natural": lambda problem: problem.subject == "natural science",
        "acc_social": lambda problem: problem.subject == "social science",
        "acc_language": lambda problem: problem.subject == "language science",
        "acc_has_text": lambda problem: problem.has_text,
        "acc_has_image": lambda problem: problem.has_image,
        "acc_no_context": lambda problem: not problem.has_text and not problem.has_image,
        "acc_grade_1_6": lambda problem: problem.grade in _EARLIER,
        "acc_grade_7_12": lambda problem: problem.grade in _LATER,
        "acc_average": lambda problem: True,
    }
    figures = {
        name: _percentage(is_right[key] for key, problem in problems.items() if belongs(problem))
        for name, belongs in groups.items()
    }
    for topic in _TOPICS:
        of_topic = (is_right[key] for key, problem in problems.items() if problem.topic == topic)
        figures[f"acc_{topic}"] = _percentage(of_topic)
    return figures


def _percentage(rights: Iterator[bool]) -> float | None:
    """Give a fraction of the percentage with two decimals that is printed officially."""
    marks = list(rights)
    return float(f"{sum(marks) / len(marks) * 100:.2f}e-2") if marks else None
