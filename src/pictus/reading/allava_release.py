"""What the files of ALLaVA-4V have in common: addresses, where their pictures lie, the citation."""

from collections.abc import Mapping
from pathlib import Path

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.hub import hub_file, hub_page
from pictus.reading.llava_rows import LlavaRows, Row
from pictus.reading.places import find_file, find_folder, home_of
from pictus.reading.rows import json_of
from pictus.record import NO_FACTS, Facts

CODE = "https://github.com/FreedomIntelligence/ALLaVA"
PAPER = "https://arxiv.org/abs/2402.11684"
_REPOSITORY = "FreedomIntelligence/ALLaVA-4V"
PAGE = hub_page(_REPOSITORY)
NOTE = (
    "The card has an Apache-2.0 tag, and its authors claim no right to the pictures. GPT-4V wrote the texts: OpenAI's "
    "terms forbid to train competing models with them."
)
ADVICE = (
    "The files were uploaded anew several times, with other sizes: note which one you have. The pictures of VFLAN are "
    "those of Vision-FLAN, and are looked for in its folder too."
)
CITATION = """\
@article{chen2024allava,
  title   = {{ALLaVA}: Harnessing {GPT4V}-Synthesized Data for Lite Vision-Language Models},
  author  = {Chen, Guiming Hardy and Chen, Shunian and Zhang, Ruifei and Chen, Junying and Wu, Xiangbo and
             Zhang, Zhiyi and Chen, Zhihong and Li, Jianquan and Wan, Xiang and Wang, Benyou},
  journal = {arXiv:2402.11684},
  year    = {2024}
}
"""
PICTURES = """\
allava/allava_laion/images/42.jpeg
vflan/images_191task_1k/42.jpg      (or allava/allava_vflan/images/images_191task_1k/)"""
_LICENCES = {"laion": "third-party-copyright", "vflan": "per-item", "text": "unknown"}
_VFLAN = "allava_vflan/images/images_191task_1k/"
_CHUNKS = 10


def assets(files: Mapping[str, str]) -> tuple[Asset, ...]:
    """List the annotation files, and the archives with the pictures from LAION."""
    archives = [f"allava_laion/image_chunks/images_{number}.zip" for number in range(_CHUNKS)]
    return (
        *(Asset(url=hub_file(_REPOSITORY, name), path=f"allava/{name}", split=split) for split, name in files.items()),
        *(
            Asset(
                url=hub_file(_REPOSITORY, name),
                path=f"allava/{name}",
                kind="pictures",
                split="laion",
                unpack="allava/allava_laion/images",
                flat=True,
            )
            for name in archives
        ),
    )


def annotations(root: Path, split: str, files: Mapping[str, str]) -> Path:
    """Find the annotation file of a split, or the one of that name."""
    name = files.get(split, f"allava_laion/{split}")
    mend = f"fetch it from {PAGE}; the splits are {', '.join(files)}"
    return find_file(root, [f"allava/{name}", name, name.rpartition("/")[2]], mend=mend)


def rows(root: Path, card: Card, dataset: str, split: str) -> LlavaRows:
    """Say how the rows of a split become records."""
    prefix = home_of(root, "allava").prefix
    vflan = find_folder(root, [f"{prefix}{_VFLAN}", "vflan/images_191task_1k/"])
    writer = "gpt-4-turbo" if split == "text" else "gpt-4-vision"
    origin = origin_of(card, dataset, split, picture_licence=_LICENCES.get(split, "unknown"), made_by=writer)

    def place(name: str) -> str:
        return f"{vflan}{name.removeprefix(_VFLAN)}" if name.startswith(_VFLAN) else f"{prefix}{name}"

    return LlavaRows(
        str(root),
        lambda row: (origin, _facts(row)),
        place=place,
        key="idx" if split == "text" else "id",
        url="url",
        reads=("original_caption",),
    )


def _facts(row: Row) -> Facts:
    """Keep the words that stood beside the picture on the web: nobody who saw it wrote them as a caption."""
    caption = row.get("original_caption")
    return Facts(extra=json_of({"original_caption": caption})) if caption else NO_FACTS
