"""Chinese instructions with answers, crawled from ChatGPT for Chinese-LLaMA-Alpaca."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading.alpaca_rows import alpaca_file, alpaca_records
from pictus.record import Record, Reject

_FILE = "alpaca_data_zh_51k.json"
_REPOSITORY = "https://github.com/ymcui/Chinese-LLaMA-Alpaca"


@dataclass(frozen=True, slots=True)
class Source:
    """alpaca_data_zh_51k. Rows are text alone, one question and one answer each; one without an answer is set aside."""

    card: ClassVar[Card] = Card(
        title="alpaca_data_zh_51k",
        what="Chinese instructions with answers, both written by gpt-3.5-turbo.",
        size="about 51,000 questions with answers, text only",
        stages=("instruct",),
        picture_licence="no-picture",
        text_licence="Apache-2.0",
        model_terms="openai-output-terms",
        licence_note="The repository is under Apache-2.0; the text was crawled from ChatGPT, whose terms apply too.",
        homepage=_REPOSITORY,
        paper="https://arxiv.org/abs/2304.08177",
        code=_REPOSITORY,
        data=f"{_REPOSITORY}/tree/main/data",
        advice="Some rows have an empty answer, and are set aside.",
        citation="""\
@article{cui2023chinesellama,
  title   = {Efficient and Effective Text Encoding for Chinese LLaMA and Alpaca},
  author  = {Cui, Yiming and Yang, Ziqing and Yao, Xin},
  journal = {arXiv preprint arXiv:2304.08177},
  year    = {2023}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = _FILE

    def assets(self) -> tuple[Asset, ...]:
        """List the one file there is."""
        return (Asset(url=f"{_REPOSITORY}/raw/main/data/{_FILE}", path=_FILE),)

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the file."""
        return [alpaca_file(root, split, "alpaca_zh_51k", _FILE, mend=f"fetch it from {self.card.data}")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records, one an instruction, in the order of the file."""
        (path,) = self.files(root, split)
        return alpaca_records(path, self.card, dataset="alpaca_zh_51k", split=split)
