"""The files of Open Images V7: what they are called, where people put them, and where they come from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path

from pictus.card import Asset, Card
from pictus.errors import PictusError, unknown_name
from pictus.reading.files import PACKED

DATASET = "openimages_v7"
SPLITS = ("train", "validation", "test")
_BUCKET = "https://storage.googleapis.com/openimages"
_NARRATIVES = "https://storage.googleapis.com/localized-narratives/annotations"
_SHARDS = 10
_SHORT = {"train": "train", "validation": "val", "test": "test"}
# Flat in the data root, sorted by hand, as the address names them, or as FiftyOne and others keep them.
_FOLDERS = ("", "annotations", "metadata", "labels", "csv", "narratives", "localized_narratives", "v7", "v6", "v5")
LAYOUT = """\
oidv7-class-descriptions.csv
oidv6-train-images-with-labels-with-rotation.csv
oidv6-train-annotations-bbox.csv
oidv7-train-annotations-human-imagelabels.csv
oidv6-train-annotations-vrd.csv
oidv6-attributes-description.csv
train-annotations-object-segmentation.csv
open_images_train_v6_localized_narratives-00000-of-00010.jsonl
train/0123456789abcdef.jpg"""

_CITATION = """\
@article{OpenImages,
  title   = {The {O}pen {I}mages {D}ataset {V}4: Unified Image Classification, Object Detection, and Visual
             Relationship Detection at Scale},
  author  = {Kuznetsova, Alina and Rom, Hassan and Alldrin, Neil and Uijlings, Jasper and Krasin, Ivan and
             Pont-Tuset, Jordi and Kamali, Shahab and Popov, Stefan and Malloci, Matteo and Kolesnikov, Alexander and
             Duerig, Tom and Ferrari, Vittorio},
  journal = {International Journal of Computer Vision},
  year    = {2020}
}
@inproceedings{OpenImagesSegmentation,
  title     = {Large-scale Interactive Object Segmentation with Human Annotators},
  author    = {Benenson, Rodrigo and Popov, Stefan and Ferrari, Vittorio},
  booktitle = {IEEE Conference on Computer Vision and Pattern Recognition},
  year      = {2019}
}
@inproceedings{PontTuset_eccv2020,
  title     = {Connecting Vision and Language with Localized Narratives},
  author    = {Pont-Tuset, Jordi and Uijlings, Jasper and Changpinyo, Soravit and Soricut, Radu and
               Ferrari, Vittorio},
  booktitle = {European Conference on Computer Vision},
  year      = {2020}
}
"""
CARD = Card(
    title="Open Images V7",
    what="Pictures from Flickr with boxes, labels that people confirmed or denied, relations, masks and narratives.",
    size="9,178,275 pictures, of which 1,743,042 + 41,620 + 125,436 may have boxes, 14.6 million in training; "
    "in training: list of pictures 2.5 GB, human labels 2.7 GB, machine labels 7.4 GB, narratives 16 GB",
    stages=("align", "generate"),
    picture_licence="per-item",
    text_licence="CC-BY-4.0",
    licence_note="The pictures are listed as CC BY 2.0, without warranty: some owners have since taken other terms, so "
    "look at a picture's page before commercial use. Each record carries licence, author, page and title for credit.",
    homepage="https://storage.googleapis.com/openimages/web/index.html",
    paper="https://arxiv.org/abs/1811.00982",
    code="https://github.com/openimages/dataset",
    data="https://storage.googleapis.com/openimages/web/download_v7.html",
    home="openimages_v7",
    by_address=True,
    citation=_CITATION,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFiles:
    """The files of a split that are there, by what they tell."""

    names: tuple[Path, ...] = ()
    pictures: tuple[Path, ...] = ()
    boxes: tuple[Path, ...] = ()
    verified: tuple[Path, ...] = ()
    guessed: tuple[Path, ...] = ()
    relations: tuple[Path, ...] = ()
    masks: tuple[Path, ...] = ()
    narratives: tuple[Path, ...] = ()

    @property
    def labelled(self) -> tuple[Path, ...]:
        """List the files that mention labels, whose names must be known."""
        return (*self.boxes, *self.verified, *self.guessed, *self.relations, *self.masks)

    def all(self) -> list[Path]:
        """List every file."""
        return [path for field in fields(self) for path in getattr(self, field.name)]


def find_files(root: Path, split: str, *, guessed: bool) -> SplitFiles:
    """Find the files of a split below a data root: any part of them will do, but labels need their names.

    Args:
        root: the data root.
        split: train, validation or test.
        guessed: whether the labels that a machine gave are wanted.
    """
    if split not in SPLITS:
        raise unknown_name("split", split, SPLITS, where=DATASET)
    found = _found(root, split, guessed)
    if not any(path.name.startswith(CLASS_FILES) for path in found.names):
        # Of any split, lest the one that is asked for first, and is not here, hides what is wrong with the others.
        labelled = [path for one in (split, *SPLITS) for path in _found(root, one, guessed).labelled]
        if labelled:
            raise PictusError(
                f"no file says what the labels of {labelled[0].name} are called",
                where=str(root),
                mend=f"fetch {CLASS_FILES[1]} from {_BUCKET}/v7/",
            )
    if not (found.labelled or found.pictures or found.narratives):
        raise PictusError(
            f"no file of the split `{split}`: looked for {_box_files(split)[0]}, {_picture_lists(split)[0]} and others",
            where=str(root),
            mend="fetch some of them, by these names, into this folder: any part of them will do",
        )
    return found


def picture_folder(root: Path, split: str) -> str:
    """Find the folder, below a data root, in which the pictures of a split lie or will lie."""
    places = (split, f"images/{split}", f"{split}/data", f"{split}/images")
    return next((place for place in reversed(places) if (root / place).is_dir()), split)


def assets(*, guessed: bool) -> tuple[Asset, ...]:
    """List the tables to acquire; the pictures are many single files, whose addresses stand in the lists.

    Args:
        guessed: whether the labels that a machine gave are wanted.
    """
    names = (
        "v7/oidv7-class-descriptions-boxable.csv",
        "v7/oidv7-class-descriptions.csv",
        "v6/oidv6-attributes-description.csv",
    )
    return (
        *(Asset(url=f"{_BUCKET}/{path}", path=path.rpartition("/")[2]) for path in names),
        *(asset for split in SPLITS for asset in _split_assets(split, guessed)),
    )


def _split_assets(split: str, guessed: bool) -> Iterator[Asset]:
    short = _SHORT[split]
    paths = [
        f"v7/oidv7-{short}-annotations-human-imagelabels.csv",
        *([f"v7/oidv7-{short}-annotations-machine-imagelabels.csv"] if guessed else []),
        f"v6/oidv6-{split}-annotations-vrd.csv",
        f"v5/{split}-annotations-object-segmentation.csv",
    ]
    if split == "train":
        paths[:0] = ["v6/oidv6-train-images-with-labels-with-rotation.csv", "v6/oidv6-train-annotations-bbox.csv"]
        stories = _shards(split)
    else:
        paths[:0] = [f"2018_04/{split}/{split}-images-with-rotation.csv", f"v5/{split}-annotations-bbox.csv"]
        # Of these splits only the files without the pointer's track have names that are certain.
        stories = [f"open_images_{split}_captions.jsonl"]
    for path in paths:
        yield Asset(url=f"{_BUCKET}/{path}", path=path.rpartition("/")[2], split=split)
    for name in stories:
        yield Asset(url=f"{_NARRATIVES}/{name}", path=name, split=split)


CLASS_FILES = (
    "oidv7-class-descriptions-boxable.csv",
    "oidv7-class-descriptions.csv",
    "class-descriptions-boxable.csv",
    "class-descriptions.csv",
)
NAME_FILES = (*CLASS_FILES, "oidv6-attributes-description.csv")


def _found(root: Path, split: str, guessed: bool) -> SplitFiles:
    short = _SHORT[split]
    human = [f"oidv7-{short}-annotations-human-imagelabels.csv", f"{split}-annotations-human-imagelabels-boxable.csv"]
    machine = [f"oidv7-{short}-annotations-machine-imagelabels.csv", f"{split}-annotations-machine-imagelabels.csv"]
    stories = [f"open_images_{split}_localized_narratives.jsonl", f"open_images_{split}_v6_localized_narratives.jsonl"]
    captions = [f"open_images_{split}_v6_captions.jsonl", f"open_images_{split}_captions.jsonl"]
    return SplitFiles(
        names=_all(root, split, NAME_FILES),
        pictures=_all(root, split, _picture_lists(split))[:1],
        boxes=_all(root, split, _box_files(split))[:1],
        verified=_all(root, split, human),
        guessed=_all(root, split, machine)[:1] if guessed else (),
        relations=_all(root, split, [f"oidv6-{split}-annotations-vrd.csv"]),
        masks=_all(root, split, [f"{split}-annotations-object-segmentation.csv"]),
        # Those with the pointer's track first: the other files have the same texts without it.
        narratives=_all(root, split, [*_shards(split), *stories, *captions]),
    )


def _box_files(split: str) -> tuple[str, ...]:
    return (f"oidv6-{split}-annotations-bbox.csv", f"{split}-annotations-bbox.csv")


def _picture_lists(split: str) -> tuple[str, ...]:
    """Name the lists of pictures of a split, the widest first: one picture's row is the same in all."""
    everything = "image_ids_and_rotation.csv"
    if split == "train":
        return (
            everything,
            "oidv6-train-images-with-labels-with-rotation.csv",
            "train-images-boxable-with-rotation.csv",
        )
    return (f"{split}-images-with-rotation.csv", everything)


def _shards(split: str) -> list[str]:
    stem = f"open_images_{split}_v6_localized_narratives"
    return [f"{stem}-{number:05d}-of-{_SHARDS:05d}.jsonl" for number in range(_SHARDS)]


def _places(root: Path, split: str, name: str) -> Iterator[Path]:
    folders = (*_FOLDERS, "2018_04", f"2018_04/{split}", split, f"{split}/labels", f"{split}/metadata")
    for folder, packing in product(folders, PACKED):
        yield root / folder / f"{name}{packing}"


def _all(root: Path, split: str, names: Sequence[str]) -> tuple[Path, ...]:
    found = (next((path for path in _places(root, split, name) if path.is_file()), None) for name in names)
    return tuple(path for path in found if path)
