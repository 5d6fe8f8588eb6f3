"""What the datasets of the LLaVA project have in common: addresses and citations."""

from pictus.card import Asset
from pictus.reading.hub import hub_file, hub_page

HOME = "https://llava-vl.github.io"
CODE = "https://github.com/haotian-liu/LLaVA"
PAPER = "https://arxiv.org/abs/2304.08485"
INSTRUCT = "liuhaotian/LLaVA-Instruct-150K"
INSTRUCT_PAGE = hub_page(INSTRUCT)
CITATION = """\
@inproceedings{liu2023llava,
  title     = {Visual Instruction Tuning},
  author    = {Liu, Haotian and Li, Chunyuan and Wu, Qingyang and Lee, Yong Jae},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = {2023}
}
"""
BY_GPT4 = "gpt-4-0314"  # which wrote what the project published first, from captions and boxes alone


def instruct_asset(name: str, about_bytes: int, *, split: str | None = None) -> Asset:
    """Give an annotation file of the repository that holds the instructions."""
    return Asset(url=hub_file(INSTRUCT, name), path=f"llava/{name}", about_bytes=about_bytes, split=split)
