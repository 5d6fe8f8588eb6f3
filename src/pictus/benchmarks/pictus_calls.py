"""Score function calls from pictures: made or not, the function's name, the arguments' names, and their values."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded
from pictus.reading.rows import ROW_ERRORS, reason_of
from pictus.scoring.answers import answers_of, refuse_extra, refuse_missing, refuse_repeated
from pictus.scoring.calls.call import Call, shown
from pictus.scoring.calls.decoding import decode
from pictus.scoring.calls.likeness import PARTS, likeness
from pictus.scoring.calls.outcome import call_outcome
from pictus.scoring.lines import read_python_lines, rows_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Calls from pictures, as `pictus generate --kind tools` makes them from known facts.

    Truth, JSON Lines: `{"id": …, "tools": […], "calls": [{"name": …, "arguments": {…}}], "control": …, "picture": …}`,
    with an empty list where nothing is to be called; `control` and `picture` may be left out. Predictions:
    `{"id": …, "result": …}`, where a text is read as Python code and a list as `{name: arguments as JSON}`.

    `called` is right when there is a call where one is expected, and none where none is. `name`, `argument_names` and
    `argument_values` are of the items that expect a call, and each is right only where those before it are. Values are
    compared as texts without case, spaces and `,./-_*^`, numbers by value. An item is right when all of its parts are.
    Items with a `control`, such as a blank or a swapped picture, are left out of the figures and have their own, by
    the control's name.
    """

    source: ClassVar[str] = ""  # a corpus of one's own
    needs: ClassVar[tuple[str, ...]] = ("truth",)

    def grade(self, files: Files) -> Graded:
        """Grade the answers, in the order of the truth."""
        assert files.truth is not None
        truth = rows_by_id(files.truth)
        answers = answers_of(read_python_lines(files.predictions), "id", "result", files.predictions)
        refuse_repeated(answers.repeated, files.predictions)
        refuse_extra(answers.by_id, truth, files.predictions)
        refuse_missing(answers.by_id, truth, files.predictions)
        groups: dict[str, list[Grade]] = defaultdict(list)
        grades = []
        for key, row in truth.items():
            try:
                expected = [Call(call["name"], dict(call["arguments"])) for call in row["calls"]]
            except ROW_ERRORS as error:
                mend = "give each row `calls`, with a `name` and `arguments` each"
                raise PictusError(reason_of(error), where=f"{files.truth}, id {key}", mend=mend) from None
            grades.append(_grade(key, answers.by_id[key], expected, str(row.get("picture") or "")))
            groups[str(row.get("control") or "")].append(grades[-1])
        figures: dict[str, Any] = {**_figures(groups.pop("", []))}
        if groups:
            figures |= {f"control_{name}": _figures(group) for name, group in sorted(groups.items())}
        return Graded(grades=tuple(grades), figures=figures)


def _grade(key: str, result: Any, expected: list[Call], picture: str) -> Grade:
    decoded = decode(result, "python")
    parts = likeness(decoded.calls, expected)
    wrong = next((part for part in parts if not parts[part]), "")
    return Grade(
        id=key,
        score=float(not wrong),
        parsed=None if decoded.problem else shown(decoded.calls),
        note=f"wrong: {wrong}" if wrong else "",
        outcome=call_outcome(result, decoded, is_call_expected=bool(expected)),
        kind="call" if expected else "no_call",
        picture=picture,
        figures=parts,
    )


def _figures(grades: Sequence[Grade]) -> dict[str, float | None]:
    """Give the share of right items, and of each part among those that have it."""
    found = {part: [grade.figures[part] for grade in grades if part in grade.figures] for part in PARTS}
    whole = [grade.score for grade in grades if grade.score is not None]
    return {
        name: sum(values) / len(values) if values else None for name, values in {"accuracy": whole, **found}.items()
    }
