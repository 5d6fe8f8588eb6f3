"""ImageBind-LLM's META file, and the captions or conversations that it lists, as pandas reads them back whole."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.imagebind import CAPTION, URL, is_meta, listed_files, meta_records
from pictus.reading.marked_text import picture_names, text_of
from pictus.reading.rows import BadRow
from pictus.reading.tabbed_captions import captions_in
from pictus.record import NO_FACTS, Origin, Record, Reject, Turn, reject_record
from pictus.store.row_file import write_array_each
from pictus.store.whole_file import whole_file

_SILENT = "there are no turns: captions alone are written with the setting `stage=pretrain`"
_CHANGED = "captions that pandas would change: numbers, words for nothing such as NA, lists"
_ALONE = "what was said before a question: each is a row of its own, since the original reads one answer of a row"
_PLACE = "the place of a picture: the original shows it before the question"


@dataclass(frozen=True, slots=True)
class Format:
    """`NAME.yaml` lists `NAME.json` with conversations, or `NAME.csv` with captions between tabs.

    The original opens pictures by their whole paths, so those are written, and a picture that is only an address is
    refused. It reads one answer of a row: a conversation becomes a row for each answer, which say that they belong
    together. A caption is a row; neighbouring rows of one picture are read as one record. Pictures must lie below the
    folder after `--pictures`.
    """

    stage: Literal["finetune", "pretrain"] = "finetune"  # write conversations, or captions

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "facts"})
    suffixes: ClassVar[tuple[str, ...]] = (".yaml",)

    def sniff(self, path: Path) -> bool:
        """Say whether a file is YAML that lists others under `META`."""
        return is_meta(path)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream the records of the files that are listed."""
        root = str(Path(pictures or path.parent).absolute())
        return meta_records(listed_files(path), root, lambda key: Origin(dataset=path.stem, key=key))

    def files(self, path: Path) -> list[Path]:
        """List the META file and the files that it lists."""
        return [path, *(listed.path for listed in listed_files(path))]

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write the rows, and then the file that lists them."""
        if path.suffix not in (".yaml", ".yml"):
            raise PictusError("this is no name of a META file", where=str(path), mend="let it end in .yaml")
        write = _write_conversations if self.stage == "finetune" else _write_captions
        written = write(records, path.with_suffix(".json" if self.stage == "finetune" else ".csv"))
        meta = {"META": [str(file.absolute()) for file in written.files]}
        with whole_file(path) as file:
            file.write(yaml.safe_dump(meta, allow_unicode=True).encode())
        return replace(written, files=(path, *written.files))


def _write_conversations(records: Iterable[Record], path: Path) -> Written:
    silent: list[Reject] = []

    def speaking() -> Iterator[Record]:
        for record in records:
            if record.turns:
                yield record
            else:
                silent.append(reject_record(record, [_SILENT], where=f"record {record.id}"))

    written = write_array_each(path, speaking(), _rows)
    return replace(written, rejected=(*silent, *written.rejected))


def _rows(record: Record, lost: set[str]) -> list[dict[str, Any]]:
    """Make a row for each answer; without the mark of a picture, which the original would leave in its prompt."""
    image = _image(record) if picture_names(record) else None
    turns = [turn for turn in record.turns if turn.role != "system"]
    if any(turn.calls or turn.role == "tool" for turn in turns):
        raise BadRow("it calls tools, which this format cannot hold")
    if not turns or len(turns) % 2:
        raise BadRow("a question in it has no answer, and a row holds both")
    losses = {
        "turns of the system": len(turns) < len(record.turns),
        "tools that nobody called": bool(record.tools),
        "facts (captions, boxes, labels)": record.facts != NO_FACTS,
        _ALONE: len(turns) > 2,
        _PLACE: image is not None and [part.type for part in turns[0].parts][:1] != ["image"],
    }
    lost |= {words for words, is_so in losses.items() if is_so}
    said = [_words(turn, lost) for turn in turns]
    if len(said) == 2:
        return [{"id": record.id, **_row(image, said)}]
    return [
        {
            "id": f"{record.id}-{number // 2 + 1}",
            "conversation": record.id,
            "turn": number // 2 + 1,
            **_row(image, said[number : number + 2]),
        }
        for number in range(0, len(said), 2)
    ]


def _row(image: str | None, said: Sequence[str]) -> dict[str, Any]:
    question, answer = said
    if image is None:
        return {"instruction": question, "input": "", "output": answer}  # the original wants `input`
    speakers = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    return {"image": image, "conversations": speakers}


def _words(turn: Turn, lost: set[str]) -> str:
    text = text_of(replace(turn, parts=tuple(part for part in turn.parts if part.type == "text")), lost)
    if not text:
        raise BadRow("a question or an answer in it has no words")
    return text


def _write_captions(records: Iterable[Record], path: Path) -> Written:
    counts: Counter[str] = Counter()
    rejected: list[Reject] = []
    rows = 0
    with whole_file(path) as file:
        file.write(f"{URL}\t{CAPTION}\n".encode())
        for record in records:
            lost: set[str] = set()
            try:
                lines = _lines(record, lost)
            except BadRow as error:
                rejected.append(reject_record(record, [str(error)], where=f"record {record.id}"))
                continue
            counts.update(lost)
            file.write(lines)
            rows += 1
    return Written(files=(path,), rows=rows, lost=dict(counts), rejected=tuple(rejected))


def _lines(record: Record, lost: set[str]) -> bytes:
    image = _image(record)
    if image != image.strip() or any(sign in image for sign in "\t\n\r\0"):
        raise BadRow("the path of its picture holds a tab, a line end, or a space at its end")
    safe = [cell for caption in record.facts.captions if (cell := _cell(caption)) is not None]
    if not safe:
        raise BadRow("it has no caption" if not record.facts.captions else f"it has only {_CHANGED}")
    losses = {
        _CHANGED: len(safe) < len(record.facts.captions),
        "tabs and line ends in captions, which become spaces": any(
            caption != " ".join(caption.split()) for caption in record.facts.captions
        ),
        "facts other than captions": replace(record.facts, captions=()) != NO_FACTS,
        "turns, which are written with the setting `stage=finetune`": bool(record.turns),
        "tools": bool(record.tools),
    }
    lost |= {words for words, is_so in losses.items() if is_so}
    try:
        return "".join(f"{image}\t{cell}\n" for cell in safe).encode()
    except UnicodeEncodeError:
        raise BadRow("a text in it holds half a character") from None


def _cell(caption: str) -> str | None:
    """Write a caption so that pandas and we read the same; None where pandas would read something else."""
    text = " ".join(caption.replace("\0", " ").split())
    cell = '"' + text.replace('"', '""') + '"' if '"' in text else text
    try:
        is_read_back = captions_in(text) == (text,)
    except BadRow:
        return None
    return cell if is_read_back and not _may_be_number(text) else None


def _may_be_number(text: str) -> bool:
    """Say whether pandas might take a column of such texts for numbers or truth values, and write them anew."""
    try:
        float(text)
    except ValueError:
        return text.lower() in ("true", "false")
    return True


def _image(record: Record) -> str:
    """Give the whole path of the one picture of a record."""
    if len(record.media) != 1 or record.media[0].kind != "image":
        raise BadRow("it has not one picture, and a row names one")
    (medium,) = record.media
    if medium.path is None or "://" in (medium.root or ""):
        raise BadRow("its picture is only an address, and the original opens files")
    if medium.file is None:
        raise BadRow("the path of its picture leads out of the folder of pictures")
    return os.path.abspath(medium.file)  # noqa: PTH100 - a link stays what it is called
