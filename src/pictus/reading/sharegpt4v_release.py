"""What the files of ShareGPT4V have in common: addresses, the folders of pictures, the citation."""

from pictus.card import Asset
from pictus.reading.hub import hub_file, hub_page

HOME = "https://sharegpt4v.github.io"
CODE = "https://github.com/ShareGPT4Omni/ShareGPT4V"
PAPER = "https://arxiv.org/abs/2311.12793"
_REPOSITORY = "Lin-Chen/ShareGPT4V"
PAGE = hub_page(_REPOSITORY)
_DRIVE = "https://drive.google.com/drive/folders/1tCUQ-sq6vdshZVkF0ZeF3K4eztkXJgax"
CITATION = """\
@article{chen2023sharegpt4v,
  title   = {{ShareGPT4V}: Improving Large Multi-Modal Models with Better Captions},
  author  = {Chen, Lin and Li, Jinsong and Dong, Xiaoyi and Zhang, Pan and He, Conghui and Wang, Jiaqi and
             Zhao, Feng and Lin, Dahua},
  journal = {arXiv:2311.12793},
  year    = {2023}
}
"""
LAYOUT = """\
coco/train2017/000000000042.jpg
llava/llava_pretrain/images/00042/000000042.jpg
sam/images/sa_42.jpg"""
WEB_LAYOUT = """\
web-celebrity/images/Ada_Lovelace.jpg
web-landmark/images/Old_Bridge.jpg
wikiart/images/42.jpg
share_textvqa/images/000000000000002a.jpg"""


def asset(name: str, *, split: str) -> Asset:
    """Give an annotation file."""
    return Asset(url=hub_file(_REPOSITORY, name), path=f"sharegpt4v/{name}", split=split)


def web_pictures(folder: str) -> tuple[Asset, ...]:
    """Give the one place where pictures from the web are to be had."""
    hand = f"for academic use: fetch the archive of {folder} from this folder, and unpack it to {folder}/images"
    return (Asset(url=_DRIVE, path=f"{folder}/images", kind="pictures", by_hand=hand),)
