"""Read what the labels of Open Images are called: machine ids such as `/m/01g317` to names such as "person"."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pictus.errors import PictusError
from pictus.reading.files import open_file, reading_packed
from pictus.record import Reject

_IDS = ("/m/", "/g/")
_NOTE = re.compile(r"\(made of\)\s*")  # stands before materials: "(made of)Leather"


@dataclass(slots=True)
class Names:
    """The names of labels, by a number that takes less room than the id does."""

    texts: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def read(self, paths: Sequence[Path]) -> Iterator[Reject]:
        """Take in the rows of files with two columns, with or without a header; where ids repeat, the first counts."""
        for path in paths:
            with open_file(path) as packed, reading_packed(path):
                text = io.TextIOWrapper(packed, "utf-8-sig", errors="replace", newline="")
                rows = csv.reader(text)
                try:
                    for number, row in enumerate(rows):
                        is_header = number == 0 and not "".join(row[:1]).startswith(_IDS)
                        if row and not is_header and (fault := self._take(row)):
                            where = f"{path.name}, line {rows.line_num}"
                            yield Reject(where=where, reasons=(fault,), row=",".join(row))
                except csv.Error as error:
                    raise PictusError(
                        f"the names of labels cannot be read: {error}",
                        where=f"{path}, line {rows.line_num}",
                        mend="fetch the file again",
                    ) from None

    def numbers_of(self, ids: Any) -> npt.NDArray[np.int32]:
        """Give the number of each id in a column; -1 where it has no name."""
        known = pa.array(list(self._numbers), pa.string())
        found: npt.NDArray[np.int32] = pc.index_in(ids, value_set=known).fill_null(-1).to_numpy()
        return found

    def _take(self, row: Sequence[str]) -> str | None:
        """Take one row in, or say what is wrong with it."""
        if len(row) != 2:
            return f"it has {len(row)} cells, and a name has 2"
        name = " ".join(_NOTE.sub("", row[1]).split()).lower()
        if not row[0].startswith(_IDS):
            return "its first cell is no id of a label"
        if not name or "\ufffd" in name:
            return "the name is empty, or not UTF-8 text"
        if row[0] not in self._numbers:
            self._numbers[row[0]] = len(self.texts)
            self.texts.append(name)
        return None
