"""CC3M's lines with labels to records: caption, address, and what a model saw in the picture."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pictus.reading.files import open_file, reading_packed
from pictus.reading.rows import BadRow, json_of
from pictus.record import Facts, Media, Origin, Record, Reject, make_record

_BOM = b"\xef\xbb\xbf"
_CELLS = ("caption", "url", "labels", "mids", "confidences")
_KEPT = 10_000  # bytes of a line that are kept with the reason


def labelled_rows(path: Path, origin: Origin) -> Iterator[Record | Reject]:
    """Stream the lines of the file; each is named by its number."""
    with open_file(path) as file, reading_packed(path):
        for number, line in enumerate(file, 1):
            line = (line.removeprefix(_BOM) if number == 1 else line).rstrip(b"\r\n")
            if not line:
                continue
            try:
                yield _record(line, replace(origin, key=str(number)))
            except BadRow as error:
                row = line[:_KEPT].decode("utf-8", "replace")
                yield Reject(where=f"{path.name}, line {number}", reasons=(str(error),), row=row)


def _record(line: bytes, origin: Origin) -> Record:
    try:
        cells = line.decode("utf-8").split("\t")
    except UnicodeDecodeError:
        raise BadRow("it is not UTF-8 text") from None
    if not 3 <= len(cells) <= len(_CELLS):
        raise BadRow(f"it has {len(cells) - 1} TABs, and should have two to four")
    caption, url, labels, *more = cells
    caption, url = " ".join(caption.split()), url.strip()
    if not url.lower().startswith(("http://", "https://")):
        raise BadRow("it has no address that begins with http:// or https://")
    if not caption:
        raise BadRow("it has no caption")
    beside = {name: text for name, text in zip(_CELLS[3:], more, strict=False) if text}
    facts = Facts(
        captions=(caption,),
        present=tuple(label for part in labels.split(",") if (label := " ".join(part.split()))),
        extra=json_of(beside) if beside else None,
    )
    return make_record(origin, media=(Media(url=url),), facts=facts)
