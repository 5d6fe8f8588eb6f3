"""What the English and the Chinese edition of Alpaca-GPT4 have in common: the repository, its terms, the paper."""

from pictus.card import STATED, Asset, Card

_REPOSITORY = "https://github.com/Instruction-Tuning-with-GPT-4/GPT-4-LLM"


def gpt4_card(*, title: str, what: str, size: str, checked: str = STATED) -> Card:
    """Make the card of an edition."""
    return Card(
        title=title,
        what=what,
        size=size,
        stages=("instruct",),
        picture_licence="no-picture",
        text_licence="CC-BY-NC-4.0",
        model_terms="openai-output-terms",
        licence_note="The repository puts its data under CC BY-NC 4.0, for research only; GPT-4 wrote the answers.",
        homepage="https://instruction-tuning-with-gpt-4.github.io/",
        paper="https://arxiv.org/abs/2304.03277",
        code=_REPOSITORY,
        data=f"{_REPOSITORY}/tree/main/data",
        checked=checked,
        citation="""\
@article{peng2023instruction,
  title   = {Instruction Tuning with GPT-4},
  author  = {Peng, Baolin and Li, Chunyuan and He, Pengcheng and Galley, Michel and Gao, Jianfeng},
  journal = {arXiv preprint arXiv:2304.03277},
  year    = {2023}
}
""",
    )


def gpt4_asset(name: str) -> Asset:
    """Say where one file of the repository is fetched from."""
    return Asset(url=f"{_REPOSITORY}/raw/main/data/{name}", path=name)
