"""Score function calls from pictures: made or not, the function's name, the arguments' names, and their values."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import orjson

from pictus.benchmarks.pictus_calls.corpus import WHOLE, control_of, corpus_at, questions_in, with_controls
from pictus.benchmarks.pictus_calls.truth import asked_in, truth_of
from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.rows import ROW_ERRORS, reason_of
from pictus.record import Record
from pictus.scoring.answers import answers_of, refuse_extra, refuse_missing, refuse_repeated
from pictus.scoring.calls.call import Call, shown
from pictus.scoring.calls.decoding import decode
from pictus.scoring.calls.likeness import PARTS, likeness
from pictus.scoring.calls.outcome import call_outcome
from pictus.scoring.calls.prompting import in_words
from pictus.scoring.calls.results import write_results
from pictus.scoring.held_out import is_held_out, refuse_no_share
from pictus.scoring.lines import read_python_lines, rows_by_id
from pictus.scoring.part import write_lines

_BY_SIGHT = "call by sight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Calls from pictures, as `pictus generate CORPUS --kind tools` makes them from known facts.

    The questions are those of a corpus, the one after `--from`: its records that offer tools beside a picture, up to
    the last thing that the user says; what the assistant calls there at once is right. A split is what the records
    say theirs is. With `held_out`, a share such as 0.1, only pictures are asked about that the check `held_out`, of
    the same share and `seed`, keeps away from a training.

    Truth, JSON Lines: `{"id": …, "calls": [{"name": …, "arguments": {…}, "regions": […]}], "by_sight": …, "control":
    …, "picture": …}`, with an empty list where nothing is to be called; all behind `calls` may be left out.
    Predictions: `{"id": …, "result": …}`, where a text is read as Python code and a list as `{name: arguments as
    JSON}`.

    `called` is right when there is a call where one is expected, and none where none is. `name`, `argument_names` and
    `argument_values` are of the items that expect a call, and each is right only where those before it are. Values are
    compared as texts without case, spaces and `,./-_*^`, numbers by value; of `regions`, arguments that mark a part of
    the picture, half of what both cover must be shared. An item is right when all of its parts are. `by_sight` is the
    accuracy of the calls that only the picture tells: a place, writing, or a thing that nobody named.

    With `controls`, each question is asked three times: as it is, with a grey picture (`control_blank`), and with the
    picture of another record (`control_swapped`). What is right there was right without looking. Controls are left
    out of the figures and have their own; of a sample, those of its questions are asked.

    A model that knows no tools is asked with `in_words`: the functions then stand before the question.
    """

    held_out: float | None = None
    seed: int = 0
    controls: bool = True
    in_words: bool = False

    source: ClassVar[str] = ""  # a corpus of one's own
    needs: ClassVar[tuple[str, ...]] = ("truth",)

    usual_split: ClassVar[str] = WHOLE
    instruction: ClassVar[str] = ""  # the functions go beside the question, as tools
    max_tokens: ClassVar[int] = 1_024
    predictions: ClassVar[str] = "results.jsonl"

    def __post_init__(self) -> None:
        if self.held_out is not None:
            refuse_no_share(self.held_out, "--option pictus_calls.held_out")

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the corpus."""
        return [Path(corpus_at(root).place.where("corpus.json"))]

    def records(self, root: Path, split: str) -> Iterator[Record]:
        """Stream the records that ask, in the order of the corpus, each before its controls."""
        found = questions_in(corpus_at(root), split)
        if self.held_out is not None:
            share = self.held_out
            found = (record for record in found if is_held_out(record, share, self.seed))
        return with_controls(found) if self.controls else found

    def items(self, record: Record) -> Iterator[Item]:
        """Ask what comes before the calls, with the functions as tools."""
        turns, control, calls = asked_in(record), control_of(record), truth_of(record)["calls"]
        yield Item(
            id=record.id,
            turns=in_words(turns, record.tools, "python") if self.in_words else turns,
            media=record.media,
            tools=() if self.in_words else record.tools,
            truth=tuple(f"{one['name']} {orjson.dumps(one['arguments']).decode()}" for one in calls) or ("no call",),
            control_of=control.question if control else "",
        )

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the calls of each answer; where it has none, its words."""
        write_results(replies, path)

    def official(self, paper: Paper, folder: Path) -> Official:
        """Write what is true of the records that were asked about."""
        write_lines(map(truth_of, paper.records()), folder / "truth.jsonl")
        return Official(truth=folder / "truth.jsonl")

    def grade(self, files: Files) -> Graded:
        """Grade the answers, in the order of the truth."""
        assert files.truth is not None
        truth = rows_by_id(files.truth)
        answers = answers_of(read_python_lines(files.predictions), "id", "result", files.predictions)
        refuse_repeated(answers.repeated, files.predictions)
        refuse_extra(answers.by_id, truth, files.predictions)
        refuse_missing(answers.by_id, truth, files.predictions)
        groups: dict[str, list[Grade]] = defaultdict(list)
        for key, row in truth.items():
            try:
                grade = _grade(key, answers.by_id[key], row)
            except ROW_ERRORS as error:
                mend = "give each row `calls`, with a `name` and `arguments` each"
                raise PictusError(reason_of(error), where=f"{files.truth}, id {key}", mend=mend) from None
            groups[grade.control].append(grade)
        figures: dict[str, Any] = {**_figures(groups.get("", []))}
        figures |= {f"control_{name}": _figures(group) for name, group in sorted(groups.items()) if name}
        by_id = {grade.id: grade for group in groups.values() for grade in group}
        return Graded(grades=tuple(by_id[key] for key in truth), figures=figures)


def _grade(key: str, result: Any, row: Mapping[str, Any]) -> Grade:
    expected = [Call(call["name"], dict(call["arguments"])) for call in row["calls"]]
    regions = {(call["name"], argument) for call in row["calls"] for argument in call.get("regions") or ()}
    decoded = decode(result, "python")
    parts = likeness(decoded.calls, expected, regions)
    wrong = next((part for part in parts if not parts[part]), "")
    return Grade(
        id=key,
        score=float(not wrong),
        parsed=None if decoded.problem else shown(decoded.calls),
        note=f"wrong: {wrong}" if wrong else "",
        outcome=call_outcome(result, decoded, is_call_expected=bool(expected)),
        kind="no call" if not expected else _BY_SIGHT if row.get("by_sight") else "call",
        picture=str(row.get("picture") or ""),
        control=str(row.get("control") or ""),
        figures=parts,
    )


def _figures(grades: Sequence[Grade]) -> dict[str, float | None]:
    """Give the share of right items, of those by sight, and of each part among those that have it."""
    scores = [(grade.kind, grade.score) for grade in grades if grade.score is not None]
    found = {
        "accuracy": [score for _, score in scores],
        "by_sight": [score for kind, score in scores if kind == _BY_SIGHT],
        **{part: [grade.figures[part] for grade in grades if part in grade.figures] for part in PARTS},
    }
    return {name: sum(values) / len(values) if values else None for name, values in found.items()}
