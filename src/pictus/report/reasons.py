"""Reasons counted by their code, with a few samples of each: what was found, how often, and where to look."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from pictus.record import Record

SAMPLES = 10  # kept of each reason
_EXCERPT = 160  # characters
_CHECK = re.compile(r"[\w/.-]+: (?:unusable answer: )?")  # a check, or the entry of a prompt set
_QUOTE = re.compile("[\"“«`]|(?<![^\\W_])'|: ")
_PLACE = re.compile(r"(?:turn|picture|row) \d+: ")
_NUMBER = re.compile(r"\d[\d,.]*(?<![,.])")
_TURN = re.compile(r"\bturn (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One place where a reason was found."""

    id: str
    where: str
    reason: str
    text: str = ""  # what was said there


@dataclass(slots=True)
class Reasons:
    """Reasons by code: how many, and the first few of each."""

    counts: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def add(self, reason: str, *, id: str = "", where: str = "", text: str = "") -> None:  # noqa: A002 - as in Record
        """Count a reason, and keep it as a sample while there are few."""
        code = reason_code(reason)
        self.counts[code] += 1
        kept = self.samples.setdefault(code, [])
        if len(kept) < SAMPLES:
            kept.append(Sample(id=id, where=where, reason=reason, text=text))

    def is_full(self, reason: str) -> bool:
        """Say whether a reason of this kind has all the samples that are kept."""
        return len(self.samples.get(reason_code(reason), ())) >= SAMPLES

    def without_text(self) -> set[str]:
        """List the ids of samples whose text is not known yet."""
        return {sample.id for kept in self.samples.values() for sample in kept if not sample.text}

    def show(self, record: Record) -> None:
        """Take the text of a record's samples from the record."""
        for kept in self.samples.values():
            for place, sample in enumerate(kept):
                if sample.id == record.id and not sample.text:
                    kept[place] = replace(sample, text=excerpt(record, sample.reason))


def reason_code(reason: str) -> str:
    """Give what is the same in all reasons of a kind: the words before the first quotation or colon, without numbers.

    The name of a check in front stays: `grounding: verified absent: "dog"` has the code `grounding: verified absent`.
    """
    named = _CHECK.match(reason)
    head = named.group() if named else ""
    told = _QUOTE.split(_PLACE.sub("", reason[len(head) :], count=1), maxsplit=1)[0]
    return head + _NUMBER.sub("#", told).strip(" ,;(") if told.strip() else head.rstrip(": ") or reason


def excerpt(record: Record, reason: str) -> str:
    """Show the turn that a reason names, or else the last that says something, cut to a line."""
    named = _TURN.search(reason)
    number = int(named[1]) if named else 0
    if 1 <= number <= len(record.turns):
        text = record.turns[number - 1].text
    else:
        said = [turn for turn in reversed(record.turns) if turn.text.strip()]
        text = next((turn.text for turn in said if turn.role == "assistant"), said[0].text if said else "")
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1]}…"
