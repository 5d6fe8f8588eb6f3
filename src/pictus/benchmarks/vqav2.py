"""VQAv2: how many of ten people gave the answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.json import read_batches, read_rows
from pictus.reading.questions import rows_under
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of, text_in
from pictus.record import Record, Reject
from pictus.scoring.agreement import agreement, mean_of_people
from pictus.scoring.answers import Answers, answers_of, id_of, refuse_extra, refuse_missing, refuse_other_than_text
from pictus.scoring.asking import IN_A_WORD, item_of, official_id, short
from pictus.scoring.official import LAST_OF_SEVERAL
from pictus.scoring.outcome import outcome_of
from pictus.scoring.part import part_of_rows, write_array
from pictus.scoring.vqa_words import WordsOf, trimmed

# A grade, its type of answer, and its score before rounding.
_Graded: TypeAlias = tuple[Grade, str, float | None]

_USUAL_IDS = list(range(1, 11))
_PLACES = 2  # of the official figures, which are percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """VQAv2: an answer is worth a third for each of the nine other people who gave it, at most one, in the mean of ten.

    Questions, annotations (`--truth`) and results are the official files. All annotated questions must be answered and
    no other; of several answers to a question the last counts.

    - Where all ten people gave the same answer, the answer must be that text: case, articles and punctuation count.
      Else all answers are compared without punctuation and articles, in small letters, with number words as digits.
    - Two human answers that are the same in every field, their `answer_id` as well, take no part in each other's count.
    - Figures are the official ones: percents rounded to two places, here as fractions. So are the scores of items.
    - A question that no human answered has no score; the official scorer stops at it.
    """

    source: ClassVar[str] = "vqav2"
    needs: ClassVar[tuple[str, ...]] = ()  # a lack of annotations is explained below

    usual_split: ClassVar[str] = "val"
    instruction: ClassVar[str] = IN_A_WORD
    max_tokens: ClassVar[int] = 16
    predictions: ClassVar[str] = "results.json"

    def items(self, record: Record) -> Iterator[Item]:
        """Ask the question with its picture."""
        yield item_of(record)

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the answers in small letters, without a period at the end: where all people agree, these count."""
        write_array(
            ({"question_id": official_id(one.item.id), "answer": short(one.turn.text)} for one in replies), path
        )

    def official(self, paper: Paper, folder: Path) -> Official | Path:
        """Take the dataset's questions and annotations; for a part of them, make both."""
        if len(paper.files) == 1:
            return folder / self.predictions
        questions, truth = paper.files
        if paper.is_whole:
            return Official(questions=questions, truth=truth)

        def is_asked(row: Mapping[str, Any]) -> bool:
            return str(row.get("question_id")) in paper.ids

        return Official(
            questions=part_of_rows(questions, "questions", is_asked, folder / "questions.json"),
            truth=part_of_rows(truth, "annotations", is_asked, folder / "annotations.json"),
        )

    def grade(self, files: Files) -> Graded:
        """Grade the answers of a results file."""
        if files.truth is None:
            raise PictusError(
                "vqav2 needs the annotations to score with",
                where="the command",
                mend="give `--truth` for train or val; the answers of the test splits are not public: send the "
                "results to the evaluation server",
            )
        answers = answers_of(read_rows(files.predictions), "question_id", "answer", files.predictions)
        refuse_other_than_text(answers.by_id, files.predictions)
        if files.questions is not None:
            _refuse_other_split(files.questions, answers)
        graded = list(_graded(files.truth, answers, files.predictions))
        return Graded(grades=tuple(grade for grade, _, _ in graded), figures=_figures(graded))


def _graded(truth: Path, answers: Answers, predictions: Path) -> Iterator[_Graded]:
    """Grade the annotated questions in their order."""
    repeated, seen, words_of = frozenset(answers.repeated), dict[str, None](), WordsOf()
    for batch in read_batches(truth, ("annotations",)):
        for number, row in enumerate(batch.rows, batch.first):
            try:
                if isinstance(row, Reject):
                    raise BadRow(row.reasons[0])
                key = id_of(row["question_id"])
                if key in seen:
                    raise BadRow("its question is annotated twice")
                seen[key] = None
                answer = answers.by_id.get(key)
                if answer is not None:
                    yield _grade(key, row, answer, key in repeated, words_of)
            except ROW_ERRORS as error:
                where, mend = f"{truth}, row {number}", "give the official annotations, as they were published"
                raise PictusError(reason_of(error), where=where, mend=mend) from None
    if not seen:
        mend = "give the official annotations: questions alone cannot be scored, and the test splits have nothing else"
        raise PictusError("there are no annotations in this file", where=str(truth), mend=mend)
    if seen.keys() != answers.by_id.keys():
        refuse_missing(answers.by_id, seen, predictions)
        refuse_extra(answers.by_id, seen, predictions)


def _grade(key: str, row: Mapping[str, Any], answer: str, is_repeated: bool, words_of: WordsOf) -> _Graded:
    people = list_in(row, "answers")
    texts = [one["answer"] for one in people]
    given, parsed, note = [words_of[text] for text in texts], words_of[answer], ""
    if _all_same(given) and _all_same(agreed := list(map(trimmed, texts))):  # the same text has the same words
        is_near, given, parsed = parsed == given[0], agreed, trimmed(answer)
        if is_near and parsed != given[0]:
            note = f"all people answered {given[0]!r}: then case, articles and marks count"
    score = _score(people, given, parsed) if people else None
    if score is None:
        parsed, note = trimmed(answer), "nobody answered this question"
    if is_repeated:
        note = f"{note}; {LAST_OF_SEVERAL}".removeprefix("; ")
    grade = Grade(
        id=key,
        score=None if score is None else _rounded(score),
        parsed=parsed,
        note=note,
        outcome=outcome_of(answer),
        kind=text_in(row, "question_type"),
        picture=str(row.get("image_id", "")),
    )
    return grade, text_in(row, "answer_type"), score


def _all_same(texts: list[str]) -> bool:
    return bool(texts) and texts.count(texts[0]) == len(texts)


def _score(people: list[Any], given: list[str], answer: str) -> float:
    if answer not in given:
        return 0.0
    try:
        if [one["answer_id"] for one in people] == _USUAL_IDS:  # then no two are the same record
            return agreement(given, answer)
    except KeyError:
        pass  # what has no ids is compared by what it has
    records = [{**one, "answer": text} for one, text in zip(people, given, strict=True)]
    same = [record for record in records if record["answer"] == answer]
    return mean_of_people([sum(record != other for other in same) for record in records])


@lru_cache(4096)  # ten people give an answer one of some few scores
def _rounded(score: float) -> float:
    """Round as the official scorer does, which has percent."""
    return round(100 * score, _PLACES) / 100


def _figures(graded: list[_Graded]) -> dict[str, Any]:
    """Work out the official figures; those of kinds in the order in which the kinds come first."""
    overall: list[float] = []
    by_question: dict[str, list[float]] = {}
    by_answer: dict[str, list[float]] = {}
    for grade, answer_type, score in graded:
        if score is not None:
            overall.append(score)
            by_question.setdefault(grade.kind, []).append(score)
            by_answer.setdefault(answer_type, []).append(score)
    return {
        "overall": _figure(overall) if overall else None,
        "perQuestionType": {kind: _figure(scores) for kind, scores in by_question.items()},
        "perAnswerType": {kind: _figure(scores) for kind, scores in by_answer.items()},
    }


def _figure(scores: list[float]) -> float:
    return round(100 * float(sum(scores)) / len(scores), _PLACES) / 100


def _refuse_other_split(questions: Path, answers: Answers) -> None:
    """Refuse questions of which none is answered; the official scorer does not look at them."""
    for item in rows_under(questions, "questions"):
        if isinstance(item, tuple) and isinstance(item[1], dict) and str(item[1].get("question_id")) in answers.by_id:
            return
    raise PictusError("none of these questions is answered", where=str(questions), mend="give those of the same split")
