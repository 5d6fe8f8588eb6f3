"""The mix that LLaVA-1.5 was tuned on: talk by GPT-4, questions of nine datasets, and text alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pictus.card import Asset, Card
from pictus.reading import llava_release
from pictus.reading.llava_rows import LlavaRows
from pictus.reading.picture_folders import folder_of
from pictus.reading.places import find_file
from pictus.record import Facts, Origin, Record, Reject
from pictus.store.llava_file import LlavaFile

_FILE = "llava_v1_5_mix665k.json"
_OPENAI = "openai-output-terms"
# What a row was made for is told by its folder, and among COCO's pictures by how the first question ends or asks.
# For each: the licence of its texts, and the terms of the model that wrote them.
_TASKS = {
    "llava": ("CC-BY-4.0", _OPENAI),
    "vqa": ("unknown", None),  # VQAv2 or OK-VQA, which look the same here
    "aokvqa": ("unknown", None),
    "refcoco": ("unknown", None),
    "gqa": ("CC-BY-4.0", None),
    "visual_genome": ("CC-BY-4.0", None),
    "ocr_vqa": ("unknown", None),
    "textcaps": ("CC-BY-4.0", None),
    "sharegpt": ("unknown", _OPENAI),
    "other": ("unknown", "unknown"),
}
_OF_SOURCE = {"gqa": "gqa", "visual_genome": "visual_genome", "ocr_vqa": "ocr_vqa", "textvqa": "textcaps"}
_ENDINGS = {
    "Answer the question using a single word or phrase.": "vqa",
    "Answer with the option's letter from the given choices directly.": "aokvqa",
}
_BOX, _REGION = "bounding box coordinate", "for this region"


@dataclass(frozen=True, slots=True)
class Source:
    """LLaVA-1.5's mix of 665,298 rows. What each row was made for stands in `extra`, as `{"task": …}`.

    The file does not say it: it is told from the folder of the picture and from the first question. Each record has
    the licences that go with it. Conversations that begin with an answer lose it, as LLaVA's own loader has it; its
    words stand in `extra` as `said_before`.
    """

    card: ClassVar[Card] = Card(
        title="LLaVA-1.5 mix665k",
        what="The instruction mix of LLaVA-1.5: talk by GPT-4, questions of VQA datasets, regions, and text alone.",
        size="665,298 conversations, 40,688 of them without a picture, 1.03 GB",
        stages=("instruct",),
        picture_licence="per-item",
        text_licence="per-item",
        model_terms=_OPENAI,
        licence_note="The licences of ten datasets come together here, and OpenAI's terms for what GPT wrote: each "
        "record carries those that go with it.",
        homepage=llava_release.HOME,
        paper="https://arxiv.org/abs/2310.03744",
        code=llava_release.CODE,
        data=llava_release.INSTRUCT_PAGE,
        needs=("coco2017", "gqa", "ocr_vqa", "textvqa", "visual_genome"),
        advice="355 pictures of OCR-VQA are no longer to be had, and about 170 of VG_100K_2 unpack empty for some. All "
        "of OCR-VQA's are named .jpg here, while many come as GIF: `pictus arrange` converts them.",
        written_by="llava",
        citation=llava_release.CITATION
        + """\
@inproceedings{liu2024llava15,
  title     = {Improved Baselines with Visual Instruction Tuning},
  author    = {Liu, Haotian and Li, Chunyuan and Li, Yuheng and Lee, Yong Jae},
  booktitle = {Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year      = {2024}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
llava/llava_v1_5_mix665k.json       (or without llava/)
coco/train2017/000000000042.jpg
gqa/images/42.jpg
ocr_vqa/images/0000000042.jpg
textvqa/train_images/000000000000002a.jpg
vg/VG_100K/42.jpg
vg/VG_100K_2/43.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return (llava_release.instruct_asset(_FILE, 1_030 * 10**6),)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file."""
        return [find_file(root, [f"llava/{_FILE}", _FILE], mend=f"fetch it from {llava_release.INSTRUCT_PAGE}")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        return LlavaFile(self.files(root, split)[0], LlavaRows(str(root), _about, may_begin_with_gpt=True))


def _about(row: Mapping[str, Any]) -> tuple[Origin, Facts]:
    """Tell what a row was made for, and what licences go with that."""
    image = row.get("image")
    if image is None:
        return _told("sharegpt", "unknown")
    folder = folder_of(image) if isinstance(image, str) else None
    if folder is None:
        return _told("other", "unknown")
    task = _task_on_coco(row) if folder.source == "coco2017" else _OF_SOURCE.get(folder.source, "other")
    return _told(task, folder.licence)


def _task_on_coco(row: Mapping[str, Any]) -> str:
    try:
        question = row["conversations"][0]["value"].removesuffix("\n<image>").rstrip()
    except (KeyError, IndexError, TypeError, AttributeError):
        return "other"
    if _BOX in question or _REGION in question:
        return "refcoco"
    return _ENDINGS.get(question.rpartition("\n")[2], "llava")


@cache
def _told(task: str, licence: str) -> tuple[Origin, Facts]:
    text_licence, terms = _TASKS[task]
    origin = Origin(
        dataset="llava_mix665k",
        split="train",
        key="",
        picture_licence=licence,
        text_licence=text_licence,
        model_terms=terms,
        made_by=llava_release.BY_GPT4 if task == "llava" else None,
    )
    return origin, Facts(extra=f'{{"task":"{task}"}}')
