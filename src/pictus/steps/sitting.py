"""A benchmark with the split of it that is meant, as people name it: `vqav2`, or `gqa:val_balanced`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictus import plugins
from pictus.errors import ManyErrors, PictusError
from pictus.grade import Item
from pictus.reading.rows import ROW_ERRORS, reason_of
from pictus.record import Record, Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One benchmark, and the split that is asked."""

    benchmark: str
    split: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name it, as its folder: several splits of a benchmark may be asked in one run."""
        return self.benchmark if self.split == self.exam.usual_split else f"{self.benchmark}-{self.split}"

    @property
    def exam(self) -> plugins.Exam:
        """Make the benchmark."""
        found: plugins.Exam = plugins.load("benchmarks", self.benchmark, self.options)
        return found

    @property
    def source(self) -> plugins.Questions:
        """Make the reader of the questions' dataset."""
        exam: Any = self.exam
        found: plugins.Questions = exam
        if exam.source:
            found = plugins.load("sources", exam.source, getattr(exam, "source_settings", None))
        return found

    def questions(self, root: Path) -> Iterator[tuple[Record, list[Item]] | Reject]:
        """Stream the records of the split, each with what is asked about it."""
        exam = self.exam
        for record in self.source.records(root, self.split):
            if isinstance(record, Reject):
                yield record
                continue
            try:
                yield record, list(exam.items(record))
            except ROW_ERRORS as error:
                yield Reject(where=record.origin.key, reasons=(reason_of(error),))


def sittings_of(on: Sequence[str], options: Mapping[str, Any], *, flag: str = "--on") -> tuple[Sitting, ...]:
    """Read which benchmarks are meant, each with its own options; all that is wrong is told together.

    Args:
        on: benchmarks, each as `name` or `name:split`.
        options: of benchmarks, each as `name.option`.
        flag: what people wrote them after.
    """
    if not on:
        mend = f"name benchmarks: `{flag} vqav2,gqa`"
        raise PictusError("nothing is asked", where=flag, mend=mend)
    sittings, problems = [], []
    taken: set[str] = set()
    known = plugins.names("benchmarks")
    for told in on:
        name, _, split = told.strip().partition(":")
        name = name.replace("-", "_")
        own = {key.partition(".")[2]: value for key, value in options.items() if key.partition(".")[0] == name}
        taken |= {f"{name}.{key}" for key in own}
        exam = plugins.load("benchmarks", name, own, where="--option" if name in known and own else flag)
        if not hasattr(exam, "items"):
            mend = f"score answers of your own: `pictus score {name} --predictions FILE`"
            problems.append(PictusError(f"{name} has no questions to ask", where=flag, mend=mend))
        else:
            sittings.append(Sitting(benchmark=name, split=split or exam.usual_split, options=own))
    names = [one.name for one in sittings]
    problems += [
        PictusError(f"{name} stands here twice", where=flag, mend="name it once")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    problems += [
        PictusError(
            f"no benchmark takes `{key}`", where="--option", mend=f"write `NAME.OPTION=VALUE`, NAME after `{flag}`"
        )
        for key in options
        if key not in taken
    ]
    if problems:
        raise ManyErrors(problems, where="the benchmarks") if len(problems) > 1 else problems[0]
    return tuple(sittings)
