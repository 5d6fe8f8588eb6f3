"""VQAv2: open questions about the pictures of COCO 2014, each answered by ten people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.cut_short import refuse_cut_short
from pictus.reading.in_step import Partner
from pictus.reading.places import find_file, home_of
from pictus.reading.questions import each_once, line_in, most_given, notes, question_turns, rows_under
from pictus.reading.rows import BadRow, key_of, list_in, record_rows, row_text
from pictus.record import Facts, Media, Record, Reject, make_record

_FILES = "https://s3.amazonaws.com/cvmlp/vqa/mscoco/vqa"
_PARTS = {"train": "train2014", "val": "val2014", "test": "test2015", "test-dev": "test-dev2015"}
_ANSWERED = ("train", "val")
_MOST_PICTURES = 10**12  # the names of the files have twelve digits


@dataclass(frozen=True, slots=True)
class Source:
    """VQAv2. A record is one question; its turn answers with the answer that the dataset calls the most common one.

    All ten answers stand in `facts.answers` in their order. `facts.extra` has `question_type`, `answer_type` and
    `confidences`, which say of each of the ten whether the person was sure: yes, maybe or no. The test splits have no
    answers, so their records only ask; `test-dev` is a part of `test` and only read where it is named. Questions and
    answers are two files in the same order; in any other order they are joined on disk.
    """

    card: ClassVar[Card] = Card(
        title="VQAv2",
        what="Open questions about everyday scenes, balanced so that the picture is needed, each with ten answers.",
        size="443,757 + 214,354 questions with answers and 447,793 without, on the pictures of COCO; 0.2 GB packed",
        stages=("instruct", "evaluate"),
        picture_licence="per-item",
        text_licence="CC-BY-4.0",
        licence_note="The pictures are COCO's, from Flickr under eight licences, many of them NonCommercial: import "
        "coco2014 to see each picture's. CC BY 4.0 is what is said of the questions; nobody has read it for this card.",
        homepage="https://visualqa.org",
        paper="https://arxiv.org/abs/1612.00837",
        code="https://github.com/GT-Vision-Lab/VQA",
        data="https://visualqa.org/download.html",
        home="vqav2",
        needs=("coco2014",),
        advice="The test splits are about the pictures of COCO's test2015. Files from before 26 April 2017 are stale.",
        citation="""\
@inproceedings{goyal2017making,
  title     = {Making the {V} in {VQA} Matter: Elevating the Role of Image Understanding in Visual Question Answering},
  author    = {Goyal, Yash and Khot, Tejas and Summers-Stay, Douglas and Batra, Dhruv and Parikh, Devi},
  booktitle = {Proceedings of the IEEE Conference on Computer Vision and Pattern Recognition},
  year      = {2017}
}
@inproceedings{antol2015vqa,
  title     = {{VQA}: Visual Question Answering},
  author    = {Antol, Stanislaw and Agrawal, Aishwarya and Lu, Jiasen and Mitchell, Margaret and Batra, Dhruv and
               Zitnick, C. Lawrence and Parikh, Devi},
  booktitle = {Proceedings of the IEEE International Conference on Computer Vision},
  year      = {2015}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")
    layout: ClassVar[str] = """\
v2_OpenEnded_mscoco_train2014_questions.json   (and val2014, test2015, test-dev2015)
v2_mscoco_train2014_annotations.json           (and val2014)
train2014/COCO_train2014_000000990001.jpg      (or coco/train2014/…, beside vqav2/)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire; the pictures are those of COCO."""
        packed = [
            *(
                (f"v2_{kind}_{split.title()}_mscoco.zip", split)
                for split in _ANSWERED
                for kind in ("Questions", "Annotations")
            ),
            ("v2_Questions_Test_mscoco.zip", "test"),
        ]
        return tuple(
            Asset(
                url=f"{_FILES}/{name}", path=name, split=split, unpack=".", makes=_names(split)["Annotations" in name]
            )
            for name, split in packed
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the questions of a split, and the answers where it has any."""
        folder, mend = home_of(root, "vqav2").folder, f"fetch it from {self.card.data}"
        return [refuse_cut_short(find_file(folder, [name], mend=mend)) for name in _names(split)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a question, in the order of the questions."""
        folder = home_of(root, "coco").prefix + _subtype(split)

        def make(row: Mapping[str, Any], where: str) -> Record:
            asked, told = row["question"], row["annotation"]
            image = _image_id(asked)
            if told and _image_id(told) != image:
                raise BadRow("its annotation is about another picture")
            answers = [_answer(one) for one in list_in(told, "answers")]
            said = tuple(answer for answer, _ in answers)
            return make_record(
                origin_of(self.card, "vqav2", split, _key(asked, where)),
                media=(Media(path=f"{folder}/COCO_{_subtype(split)}_{image:012d}.jpg", root=str(root)),),
                turns=question_turns(
                    line_in(asked, "question"),
                    line_in(told, "multiple_choice_answer") if told.get("multiple_choice_answer") else most_given(said),
                ),
                facts=Facts(
                    answers=said,
                    extra=notes(
                        {
                            "question_type": told.get("question_type"),
                            "answer_type": told.get("answer_type"),
                            "confidences": [confidence for _, confidence in answers],
                        }
                    ),
                ),
            )

        return record_rows(_joined(self.files(root, split)), make)


def _names(split: str) -> list[str]:
    """Name the files of a split: the questions, and the answers where it has any."""
    part = _PARTS.get(split, split)
    answers = [f"v2_mscoco_{part}_annotations.json"] if split in _ANSWERED else []
    return [f"v2_OpenEnded_mscoco_{part}_questions.json", *answers]


def _joined(files: list[Path]) -> Iterator[tuple[str, Any] | Reject]:
    """Give each question with its annotation, which is empty in the test splits."""
    questions = each_once(rows_under(files[0], "questions"), _key)
    if len(files) == 1:
        for item in questions:
            yield item if isinstance(item, Reject) else (item[0], {"question": item[2], "annotation": {}})
        return
    with Partner(files[1].name, rows_under(files[1], "annotations"), _key) as annotations:
        for item in questions:
            if isinstance(item, Reject):
                yield item
                continue
            where, key, question = item
            annotation = yield from annotations.row_of(key)
            if annotation is None:
                reason = f"{files[1].name} has no answers to it"
                yield Reject(where=where, reasons=(reason,), row=row_text(question))
            else:
                yield where, {"question": question, "annotation": annotation[1]}
        yield from annotations.rest("question")


def _subtype(split: str) -> str:
    """Name the folder of COCO that has the pictures of a split, which is a part of their names as well."""
    return "test2015" if split.startswith("test") else _PARTS[split]


def _key(row: Any, where: str) -> str:
    if not isinstance(row, Mapping) or row.get("question_id") is None:
        raise BadRow("it has no question_id")
    return key_of(row, where, "question_id")


def _image_id(row: Mapping[str, Any]) -> int:
    image: Any = row["image_id"]
    if isinstance(image, str) and image.isdecimal():
        image = int(image)  # some copies write all ids as text
    if type(image) is not int or not 0 <= image < _MOST_PICTURES:
        raise BadRow("`image_id` is no number of a picture")
    return image


def _answer(row: Any) -> tuple[str, str | None]:
    if not isinstance(row, Mapping) or not isinstance(row.get("answer"), str):
        raise BadRow("an answer is no text")
    return row["answer"], row.get("answer_confidence")
