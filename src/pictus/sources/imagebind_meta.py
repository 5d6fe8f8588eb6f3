"""ImageBind-LLM's META files: your own captions between tabs, and conversations as JSON, listed in YAML."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.imagebind import is_meta, listed_files, meta_records
from pictus.record import Origin, Record, Reject


@dataclass(frozen=True, slots=True)
class Source:
    """META files, each of which is a split. The data root is one of them, or the folder that they lie in.

    They name pictures by their whole paths. So that no row can name another file of this machine, the pictures
    must lie below one folder: `pictures` names it. A row of captions may hold several as a list, and neighbouring
    rows of one picture are one record. A conversation is kept whole, of which the original takes the first answer.
    """

    pictures: str = ""  # folder that all pictures lie below, such as /data; empty: that of the META file

    card: ClassVar[Card] = Card(
        title="META files of ImageBind-LLM",
        what="Your own pictures with captions, or with conversations, as ImageBind-LLM is trained on them.",
        size="yours",
        stages=("align", "instruct"),
        picture_licence="unknown",
        text_licence="unknown",
        licence_note="The files say nothing of licences: state them with `--picture-licence` and `--text-licence`.",
        homepage="https://github.com/OpenGVLab/LLaMA-Adapter/tree/main/imagebind_LLM",
        paper="https://arxiv.org/abs/2309.03905",
        code="https://github.com/OpenGVLab/LLaMA-Adapter",
        advice="The original reads captions with pandas, which swallows rows after a caption that begins with a quote, "
        "and takes `NA` or `null` for the word nan. Here the first are read, and the second are set aside.",
        written_by="imagebind",
        checked="the original's own reader and its documentation, commit 521a09d",
        citation="""\
@article{han2023imagebind,
  title   = {ImageBind-LLM: Multi-modality Instruction Tuning},
  author  = {Han, Jiaming and Zhang, Renrui and Shao, Wenqi and Gao, Peng and Xu, Peng and Xiao, Han and others},
  journal = {arXiv preprint arXiv:2309.03905},
  year    = {2023}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ()
    layout: ClassVar[str] = """\
pretrain.yaml     (META: a list of files of captions)
cc3m.csv          (url and caption in its first line, a tab between them)
finetune.yaml     (META: a list of files of conversations)
chats.json        (rows of LLaVA, or of Alpaca)"""

    def assets(self) -> tuple[Asset, ...]:
        """Nothing is to be fetched: the files are yours."""
        return ()

    def splits_in(self, root: Path) -> tuple[str, ...]:
        """Name the META files."""
        if root.is_file():
            return (root.stem,)
        found = tuple(sorted(path.stem for path in root.glob("*.y*ml") if is_meta(path)))
        if not found:
            raise PictusError(
                "there is no META file: YAML with the key `META`, a list of files",
                where=str(root),
                mend="name the folder that it lies in, or the file itself, after --from",
            )
        return found

    def media_root(self, root: Path) -> Path:
        """Give the folder that all pictures lie below."""
        return Path(self.pictures or (root.parent if root.is_file() else root)).resolve()

    def files(self, root: Path, split: str) -> list[Path]:
        """List the files that a META file lists."""
        return [listed.path for listed in listed_files(self._meta(root, split))]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of the files that a META file lists, in its order."""

        def origin(key: str) -> Origin:
            return Origin(dataset="imagebind_meta", split=split, key=key)

        return meta_records(listed_files(self._meta(root, split)), str(self.media_root(root)), origin)

    def _meta(self, root: Path, split: str) -> Path:
        if root.is_file() and root.stem == split:
            return root
        found = [path for path in root.glob(f"{split}.y*ml") if is_meta(path)]
        if not found:
            known = ", ".join(self.splits_in(root))
            raise PictusError(f"there is no META file {split}.yaml", where=str(root), mend=f"known: {known}")
        return found[0]
