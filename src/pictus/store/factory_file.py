"""Write a data file of LLaMA-Factory, and its entry in the `dataset_info.json` beside it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import orjson

from pictus.plugins import Written
from pictus.reading.dataset_info import INFO, Formatting, read_info, with_entry
from pictus.record import Record
from pictus.store.row_file import RowMaker, write_array
from pictus.store.whole_file import whole_file


def write_with_entry(path: Path, records: Iterable[Record], row_of: RowMaker, formatting: Formatting) -> Written:
    """Write a JSON array and then its entry; the entries of other files stay."""
    with_entry(read_info(path.parent), path, formatting)  # what is wrong there is told before the work, not after it
    written = write_array(path, records, row_of)
    info = with_entry(read_info(path.parent), path, formatting)
    with whole_file(path.parent / INFO) as file:
        file.write(orjson.dumps(info, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return replace(written, files=(*written.files, path.parent / INFO))
