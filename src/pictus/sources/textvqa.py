"""TextVQA: questions that can only be answered by reading the text in a picture, each answered by ten people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.cut_short import refuse_cut_short
from pictus.reading.places import find_file, home_of
from pictus.reading.questions import (
    address_in,
    answers_in,
    line_in,
    most_given,
    notes,
    question_turns,
    rows_under,
    side_in,
)
from pictus.reading.rows import key_of, list_in, record_rows
from pictus.record import Facts, Media, Record, Reject, make_record

_FILES = "https://dl.fbaipublicfiles.com/textvqa"
_PICTURES = {"train": "train_images", "val": "train_images", "test": "test_images"}  # the split val has no folder


@dataclass(frozen=True, slots=True)
class Source:
    """TextVQA. A record is one question; its turn answers with what most of the ten people said, the first of equals.

    All ten answers stand in `facts.answers` in their order. The test split has none, so its records only ask. The
    classes of the picture stand in `facts.extra`, as `{"classes": [...]}`, with the address of a smaller picture under
    "smaller"; the question cut into words is left out, and so is what a machine read, which is a file of its own.
    """

    card: ClassVar[Card] = Card(
        title="TextVQA",
        what="Questions about the text in a picture, each with the answers of ten people.",
        size="45,336 questions on 28,408 pictures of Open Images, 7.5 GB",
        stages=("instruct", "evaluate"),
        picture_licence="per-item",
        text_licence="CC-BY-4.0",
        licence_note="The pictures are from Open Images, which lists them as CC BY 2.0 without warranty and asks to "
        "verify each.",
        homepage="https://textvqa.org",
        paper="https://arxiv.org/abs/1904.08920",
        code="https://github.com/facebookresearch/mmf",
        data="https://textvqa.org/dataset/",
        home="textvqa",
        needs=("openimages_v7",),
        advice="The pictures of the validation split are in train_images. TextCaps has the same pictures.",
        citation="""\
@inproceedings{singh2019towards,
  title     = {Towards {VQA} Models That Can Read},
  author    = {Singh, Amanpreet and Natarajan, Vivek and Shah, Meet and Jiang, Yu and Chen, Xinlei and
               Batra, Dhruv and Parikh, Devi and Rohrbach, Marcus},
  booktitle = {Proceedings of the IEEE Conference on Computer Vision and Pattern Recognition},
  pages     = {8317--8326},
  year      = {2019}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")
    layout: ClassVar[str] = """\
TextVQA_0.5.1_train.json, TextVQA_0.5.1_val.json, TextVQA_0.5.1_test.json
train_images/0aa00bb00cc00dd0.jpg     (of train and of val)
test_images/0aa00bb00cc00dd1.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        texts = zip(self.splits, (103 * 10**6, 16 * 10**6, 13 * 10**6), strict=True)
        pictures = (("train_val_images.zip", 6_600 * 10**6, "train"), ("test_images.zip", 926 * 10**6, "test"))
        return (
            *(
                Asset(url=f"{_FILES}/data/{name}", path=name, about_bytes=size, split=split)
                for split, size in texts
                for name in (f"TextVQA_0.5.1_{split}.json",)
            ),
            *(
                Asset(
                    url=f"{_FILES}/images/{name}",
                    path=name,
                    about_bytes=size,
                    kind="pictures",
                    unpack=".",
                    makes=_PICTURES[split],
                )
                for name, size, split in pictures
            ),
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the file of a split."""
        folder = home_of(root, "textvqa").folder
        path = find_file(folder, [f"TextVQA_0.5.1_{split}.json"], mend=f"fetch it from {self.card.data}")
        return [refuse_cut_short(path)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a question, in the order of the file."""
        (path,) = self.files(root, split)
        folder = home_of(root, "textvqa").prefix + _PICTURES.get(split, f"{split}_images")

        def make(row: Mapping[str, Any], where: str) -> Record:
            answers = answers_in(row)
            original, smaller = address_in(row, "flickr_original_url"), address_in(row, "flickr_300k_url")
            return make_record(
                origin_of(self.card, "textvqa", split, key_of(row, where, "question_id"), address=original or smaller),
                media=(
                    Media(
                        path=f"{folder}/{line_in(row, 'image_id')}.jpg",
                        root=str(root),
                        url=original or smaller,
                        width=side_in(row, "image_width"),
                        height=side_in(row, "image_height"),
                    ),
                ),
                turns=question_turns(line_in(row, "question"), most_given(answers)),
                facts=Facts(
                    answers=answers, extra=notes({"classes": list_in(row, "image_classes"), "smaller": smaller})
                ),
            )

        return record_rows(rows_under(path, "data"), make)
