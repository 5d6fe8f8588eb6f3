"""The head of a GGUF file is read whatever it holds, and a torn one is told."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.reading.gguf import read_gguf_head


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, kind, packed):
    return text(key) + struct.pack("<I", kind) + packed


ENTRIES = [
    entry("general.name", 8, text("A model")),
    entry("llama.context_length", 4, struct.pack("<I", 4096)),
    entry("tokens", 9, struct.pack("<IQ", 8, 2) + text("a") + text("b")),
    entry("scores", 9, struct.pack("<IQ", 6, 3) + struct.pack("<3f", 1, 2, 3)),
    entry("nested", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ", 0, 2) + b"\1\2"),
    entry("big", 10, struct.pack("<Q", 2**40)),
    entry("yes", 7, b"\1"),
]


def head(entries=ENTRIES, version=3):
    return b"GGUF" + struct.pack("<IQQ", version, 5, len(entries)) + b"".join(entries)


def test_single_values_are_read_and_lists_passed_over(tmp_path):
    (tmp_path / "a.gguf").write_bytes(head())
    expected = {"general.name": "A model", "llama.context_length": 4096, "big": 2**40, "yes": True}
    assert read_gguf_head(tmp_path / "a.gguf") == expected


@given(cut=st.integers(24, len(head()) - 1))
def test_a_torn_file_is_told(cut, tmp_path_factory):
    path = tmp_path_factory.mktemp("g") / "a.gguf"
    path.write_bytes(head()[:cut])
    with pytest.raises(PictusError, match="torn") as caught:
        read_gguf_head(path)
    assert caught.value.mend == "download the file again"


@given(place=st.integers(0, len(head()) - 1), byte=st.integers(0, 255))
def test_a_damaged_file_is_read_or_told(place, byte, tmp_path_factory):
    path = tmp_path_factory.mktemp("g") / "a.gguf"
    data = bytearray(head())
    data[place] = byte
    path.write_bytes(data)
    try:
        assert isinstance(read_gguf_head(path), dict)
    except PictusError as error:
        assert error.where == str(path) and error.mend


def test_other_files_are_told(tmp_path):
    (tmp_path / "a.gguf").write_bytes(b"PK\3\4 and so on")
    (tmp_path / "b.gguf").write_bytes(head(version=1))
    for name, what in (("a.gguf", "no GGUF file"), ("b.gguf", "version 1"), ("none.gguf", "cannot be read")):
        with pytest.raises(PictusError, match=what):
            read_gguf_head(tmp_path / name)
