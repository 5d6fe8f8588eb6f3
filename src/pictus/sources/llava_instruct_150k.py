"""LLaVA-Instruct-150K: what GPT-4 wrote about COCO's pictures, from their captions and boxes, without seeing one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import llava_release
from pictus.reading.card_origin import origin_of
from pictus.reading.llava_rows import rows_in
from pictus.reading.places import find_file
from pictus.record import Record, Reject
from pictus.store.llava_file import LlavaFile

_FILES = {
    "train": "llava_instruct_150k.json",
    "conversation": "conversation_58k.json",
    "detail": "detail_23k.json",
    "reasoning": "complex_reasoning_77k.json",
    "80k": "llava_instruct_80k.json",
}
_ABOUT_BYTES = {
    "train": 229 * 10**6,
    "conversation": 126 * 10**6,
    "detail": 20_500_000,
    "reasoning": 79_600_000,
    "80k": 131 * 10**6,
}


@dataclass(frozen=True, slots=True)
class Source:
    """LLaVA-Instruct-150K. The split `train` is the whole.

    Its parts are the splits `conversation`, `detail` and `reasoning`, which together are not exactly the whole; `80k`
    is a selection. A picture has a row for each kind of talk about it, all under the picture's id. The pictures are
    those of COCO 2017.
    """

    card: ClassVar[Card] = Card(
        title="LLaVA-Instruct-150K",
        what="Talk, descriptions and reasoning about COCO's pictures, which GPT-4 wrote from captions and boxes.",
        size="157,712 conversations, 0.23 GB",
        stages=("instruct",),
        picture_licence="per-item",
        text_licence="CC-BY-4.0",
        model_terms="openai-output-terms",
        licence_note="Its card names CC BY 4.0, where earlier versions named CC BY-NC 4.0, and asks to obey OpenAI's "
        "terms, which forbid to train competing models with the answers.",
        homepage=llava_release.HOME,
        paper=llava_release.PAPER,
        code=llava_release.CODE,
        data=llava_release.INSTRUCT_PAGE,
        needs=("coco2017",),
        advice="The model saw no picture, so some of what it tells is not there: `pictus check --only grounding` "
        "compares it with annotations. `pictus generate coco2017` makes such data for commercial use.",
        written_by="llava",
        citation=llava_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
llava/llava_instruct_150k.json      (or without llava/; the parts lie beside it)
coco/train2017/000000000042.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return tuple(
            llava_release.instruct_asset(name, _ABOUT_BYTES[split], split=split) for split, name in _FILES.items()
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of a split."""
        name = _FILES.get(split, split)
        mend = f"fetch it from {llava_release.INSTRUCT_PAGE}; its parts are splits: {', '.join(_FILES)}"
        return [find_file(root, [f"llava/{name}", name], mend=mend)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        origin = origin_of(self.card, "llava_instruct_150k", split, made_by=llava_release.BY_GPT4)
        rows = rows_in(root, ["coco/train2017", "train2017"], origin)
        return LlavaFile(self.files(root, split)[0], rows)
