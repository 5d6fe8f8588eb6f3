"""HumanML3D: recorded human motions, each with three or four sentences that people wrote about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import orjson

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.humanml3d import ReadText, Sentence, names_in, sentences_of, text_files
from pictus.reading.rows import BadRow
from pictus.record import Facts, Media, Record, Reject, make_record

_TEXTS = ("texts", "texts.zip")  # unpacked, or as the repository has them
_REPOSITORY = "https://github.com/EricGuo5513/HumanML3D"
_FILES = f"{_REPOSITORY}/raw/main/HumanML3D"


@dataclass(frozen=True, slots=True)
class Source:
    """HumanML3D. The sentences alone are enough: a motion file that is not there yet is only named.

    A record is one motion: `facts.motions` holds the sentences about the whole of it. Those about a part stand
    in `facts.extra`, as `{"segments": [{"text", "start", "end"}]}` in seconds: a medium cannot name a part of a
    file, so as records of their own they would describe more than they speak of. Besides train, val and test
    there are the lists `train_val` and `all`, which name the same motions again.
    """

    motion: Literal["new_joint_vecs", "new_joints"] = "new_joint_vecs"  # 263 features, or 22 joints, of a frame
    mirrored: bool = True  # also the motions with left and right exchanged, whose names begin with M

    card: ClassVar[Card] = Card(
        title="HumanML3D",
        what="Recorded motions of a person, 2 to 10 seconds long, each with three or four sentences about it.",
        size="14,616 motions and as many mirrored ones, 44,970 sentences, 28.6 hours at 20 frames a second",
        stages=("align", "generate"),
        picture_licence="amass-research",
        text_licence="MIT",
        licence_note="The repository with the sentences is under MIT. The motions are not in it: they are rebuilt from "
        "AMASS, with the SMPL body model, and from HumanAct12, whose terms allow non-commercial research only or "
        "are unread.",
        homepage=_REPOSITORY,
        paper="https://openaccess.thecvf.com/content/CVPR2022/html/"
        "Guo_Generating_Diverse_and_Natural_3D_Human_Motions_From_Text_CVPR_2022_paper.html",
        code=_REPOSITORY,
        data=_REPOSITORY,
        home="humanml3d",
        citation="""\
@inproceedings{Guo_2022_CVPR,
  title     = {Generating Diverse and Natural 3D Human Motions From Text},
  author    = {Guo, Chuan and Zou, Shihao and Zuo, Xinxin and Wang, Sen and Ji, Wei and Li, Xingyu and Cheng, Li},
  booktitle = {Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year      = {2022}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")
    layout: ClassVar[str] = """\
train.txt, val.txt, test.txt        (also train_val.txt and all.txt)
texts/000042.txt, texts/M000042.txt (or texts.zip)
new_joint_vecs/000042.npy           (263 numbers a frame; rebuilt by you from AMASS)
new_joints/000042.npy               (22 joints a frame; the same)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire: the lists and the sentences; the motions may not be passed on."""
        lists = (*self.splits, "train_val", "all")
        return (
            *(Asset(url=f"{_FILES}/{split}.txt", path=f"{split}.txt", split=split) for split in lists),
            Asset(url=f"{_FILES}/texts.zip", path="texts.zip"),
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """List the list of a split, and the folder or archive of the sentences."""
        path = root / f"{split}.txt"
        if not path.is_file():
            found = ", ".join(sorted(path.stem for path in root.glob("*.txt"))) or "none"
            raise PictusError(
                f"the list {path.name} is missing",
                where=str(root),
                mend=f"fetch it from {_REPOSITORY}, or name a list that is here with `--split`: {found}",
            )
        texts = next((root / name for name in _TEXTS if (root / name).exists()), None)
        if texts is None:
            raise PictusError(
                "the sentences are missing: there is neither texts/ nor texts.zip",
                where=str(root),
                mend=f"fetch texts.zip from {_REPOSITORY}",
            )
        return [path, texts]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a motion, in the order of its list."""
        names, texts = self.files(root, split)
        with text_files(texts) as read:
            for row in names_in(names):
                if isinstance(row, Reject):
                    yield row
                elif self.mirrored or not row[1].startswith("M"):
                    yield from self._motion(root, split, *row, read)

    def _motion(self, root: Path, split: str, where: str, name: str, read: ReadText) -> Iterator[Record | Reject]:
        """Give the record of a motion, and the lines about it that cannot be used."""
        try:
            data = read(name)
        except BadRow as error:
            yield Reject(where=where, reasons=(str(error),), row=name)
            return
        sentences = []
        for one in sentences_of(data, f"texts/{name}.txt"):
            if isinstance(one, Reject):
                yield one
            else:
                sentences.append(one)
        if not sentences:
            yield Reject(where=where, reasons=("its text file holds no sentence that can be used",), row=name)
            return
        yield make_record(
            origin_of(self.card, "humanml3d", split, name),
            media=(Media(kind="motion", path=f"{self.motion}/{name}.npy", root=str(root)),),
            facts=_facts(sentences),
        )


def _facts(sentences: list[Sentence]) -> Facts:
    segments = [
        {"text": one.text, "start": one.span[0], "end": one.span[1]} for one in sentences if one.span is not None
    ]
    return Facts(
        motions=tuple(one.text for one in sentences if one.span is None),
        extra=orjson.dumps({"segments": segments}).decode() if segments else None,
    )
