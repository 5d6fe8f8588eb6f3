"""The head of a GGUF file, which tells what the model is: read without the weights and without llama.cpp."""

import struct
from pathlib import Path
from typing import BinaryIO, TypeAlias

from pictus.errors import PictusError

Value: TypeAlias = str | int | float | bool
_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_LIMIT = 2**28  # bytes or values of one entry: more is a torn file


def read_gguf_head(path: Path) -> dict[str, Value]:
    """Read the single values of a GGUF file's head; the lists, which are its vocabulary, are passed over."""
    try:
        with path.open("rb") as file:
            return _head(file, path)
    except OSError as error:
        mend = "check the path; a GGUF file is downloaded whole, as one file or as all its parts"
        raise PictusError(f"the model cannot be read: {error.strerror}", where=str(path), mend=mend) from None
    except (struct.error, EOFError, ValueError, RecursionError):
        mend = "download the file again"
        raise PictusError("the head of the GGUF file is torn", where=str(path), mend=mend) from None


def _head(file: BinaryIO, path: Path) -> dict[str, Value]:
    if file.read(4) != _MAGIC:
        mend = "choose the .gguf file; other layouts are for the backend `huggingface`, or for llama.cpp's converter"
        raise PictusError("this is no GGUF file", where=str(path), mend=mend)
    version = _number(file, "I")
    if version not in (2, 3):
        mend = "convert the model again with a llama.cpp of today"
        raise PictusError(f"GGUF version {version} is not known", where=str(path), mend=mend)
    _number(file, "Q")  # tensors
    head: dict[str, Value] = {}
    for _ in range(_size(file)):
        key, kind = _string(file), _number(file, "I")
        value = _value(file, int(kind))
        if value is not None:
            head[key] = value
    return head


def _value(file: BinaryIO, kind: int) -> Value | None:
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return _number(file, _NUMBERS.get(kind, ""))
    inner, count = int(_number(file, "I")), _size(file)
    if inner in _NUMBERS:
        file.seek(count * struct.calcsize(f"<{_NUMBERS[inner]}"), 1)
    else:
        for _ in range(count):
            _value(file, inner)
    return None


def _string(file: BinaryIO) -> str:
    size = _size(file)
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data.decode("utf-8")


def _size(file: BinaryIO) -> int:
    size = int(_number(file, "Q"))
    if size > _LIMIT:
        raise EOFError
    return size


def _number(file: BinaryIO, kind: str) -> int | float | bool:
    value: int | float | bool
    (value,) = struct.unpack(f"<{kind}", file.read(struct.calcsize(f"<{kind}")))
    return value
