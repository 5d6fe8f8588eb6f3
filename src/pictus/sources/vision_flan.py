"""Vision-FLAN: 191 tasks from 101 academic datasets, a thousand examples of each, written by people."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.hub import hub_assets, hub_page
from pictus.reading.llava_rows import Row, rows_in
from pictus.reading.places import find_file
from pictus.reading.rows import json_of
from pictus.record import NO_FACTS, Facts, Record, Reject
from pictus.store.llava_file import LlavaFile

_REPOSITORY = "Vision-Flan/vision-flan_191-task_1k"
_PAGE = hub_page(_REPOSITORY)
_FILE = "annotation_191-task_1k.json"
_MISNAMED = f"xn{_FILE[2:]}"  # as one version of the repository has it
_ARCHIVE = "image_191-task_1k.zip"
_FOLDER = "vflan"
_CITATION = """\
@article{xu2024visionflan,
  title   = {Vision-Flan: Scaling Human-Labeled Tasks in Visual Instruction Tuning},
  author  = {Xu, Zhiyang and Feng, Chao and Shao, Rulin and Ashby, Trevor and Shen, Ying and Jin, Di and
             Cheng, Yu and Wang, Qifan and Huang, Lifu},
  journal = {arXiv:2402.11690},
  year    = {2024}
}
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Vision-FLAN, 191 tasks. The task of a row stands in `extra`, as `{"task": …}`."""

    card: ClassVar[Card] = Card(
        title="Vision-FLAN (191 tasks, 1k each)",
        what="Tasks that people wrote over 101 academic datasets, a thousand examples of each.",
        size="186,103 examples of 191 tasks, 36.3 GB; annotations 0.11 GB",
        stages=("pretrain", "instruct"),
        picture_licence="per-item",
        text_licence="per-item",
        licence_note="There is no one licence: each task has that of its dataset.",
        homepage="https://vision-flan.github.io",
        paper="https://arxiv.org/abs/2402.11690",
        data=_PAGE,
        advice="Some pictures are COCO's of 2014, those of its val split too: who evaluates on VQAv2 should leave "
        "them out. The archive is called image_191-task_1k.zip, and its folder images_191task_1k.",
        written_by="llava",
        citation=_CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
vflan/annotation_191-task_1k.json
vflan/images_191task_1k/Zoo+animal_naming_42.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        sizes, makes = (110 * 10**6, 36_300 * 10**6), f"{_FOLDER}/images_191task_1k"
        return hub_assets(_REPOSITORY, _FOLDER, _FILE, _ARCHIVE, unpack=_FOLDER, makes=makes, about_bytes=sizes)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of annotations."""
        return [
            find_file(
                root,
                [f"{folder}{name}" for name in (_FILE, _MISNAMED) for folder in (f"{_FOLDER}/", "")],
                mend=f"fetch it from {self.card.data}",
            )
        ]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        origin = origin_of(self.card, "vision_flan", split)
        rows = rows_in(
            root, [f"{_FOLDER}/images_191task_1k", "images_191task_1k"], origin, _facts, reads=("task_name",)
        )
        return LlavaFile(self.files(root, split)[0], rows)


def _facts(row: Row) -> Facts:
    task = row.get("task_name")
    return Facts(extra=json_of({"task": task})) if task else NO_FACTS
