"""Alpaca-GPT4: the instructions of Stanford Alpaca, answered by GPT-4."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading.alpaca_gpt4 import gpt4_asset, gpt4_card
from pictus.reading.alpaca_rows import alpaca_file, alpaca_records
from pictus.record import Record, Reject

_FILE = "alpaca_gpt4_data.json"


@dataclass(frozen=True, slots=True)
class Source:
    """Alpaca-GPT4. Rows are text alone, one question and one answer each; one without an answer is set aside."""

    card: ClassVar[Card] = gpt4_card(
        title="Alpaca-GPT4",
        what="The 52,002 instructions of Stanford Alpaca, each answered by GPT-4, in English.",
        size="52,002 questions with answers, text only",
        checked="2,000 rows of a public copy: 4 have an empty answer",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = _FILE

    def assets(self) -> tuple[Asset, ...]:
        """List the one file there is."""
        return (gpt4_asset(_FILE),)

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the file."""
        return [alpaca_file(root, split, "alpaca_gpt4", _FILE, mend=f"fetch it from {self.card.data}")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records, one an instruction, in the order of the file."""
        (path,) = self.files(root, split)
        return alpaca_records(path, self.card, dataset="alpaca_gpt4", split=split)
