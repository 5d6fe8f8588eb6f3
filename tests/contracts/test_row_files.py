"""Rows and data files are read whatever they are called, packed in, and ended with, and packing changes no record."""

import gzip
import json
import shutil
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data"
FORMATS = plugins.names("formats")
PACKERS = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": lambda data: pa.Codec("zstd").compress(data, asbytes=True),
}
BOM = b"\xef\xbb\xbf"


def example(name):
    return next((DATA / "formats" / name).glob("example*"))


OF_ROWS = [name for name in FORMATS if example(name).suffix in (".json", ".jsonl")]


def rows_in(path):
    text = path.read_text()
    return (
        json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.split("\n") if line]
    )


def written(rows, layout):
    """The rows as an array, on one line or on many, or as lines."""
    if layout == "lines":
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode() + b"\n"
    return json.dumps(rows, ensure_ascii=False, indent=1 if layout == "indented" else None).encode()


def ended(data, bom, crlf):
    return (BOM if bom else b"") + (data.replace(b"\n", b"\r\n") if crlf else data)


def with_beside(name, path, pack):
    """Put the other files of an example beside it, packed as it is."""
    for other in (DATA / "formats" / name).glob("*/*.json"):
        place = path.parent / other.parent.name
        place.mkdir(exist_ok=True)
        (place / f"{other.name}{pack}").write_bytes(PACKERS[pack](other.read_bytes()))


def unplaced(row):
    """A record without what follows from the place of its row, where that stands for an id."""
    if isinstance(row, Reject):
        return row.reasons
    return replace(row, id="", origin=replace(row.origin, key="")) if row.origin.key.startswith("example.") else row


@pytest.mark.parametrize("name", OF_ROWS)
def test_a_format_reads_its_rows_whatever_the_file_is(name, tmp_path):
    format_, nowhere = plugins.load("formats", name), Path("/pictures")
    plain = list(map(unplaced, format_.read(example(name), pictures=nowhere)))
    rows = rows_in(example(name))
    forms = product(("lines", "array", "indented"), PACKERS, (False, True), (False, True), (".json", ".jsonl"))
    for number, (layout, pack, bom, crlf, suffix) in enumerate(forms):
        path = tmp_path / f"{number}/example{suffix}{pack}"
        path.parent.mkdir()
        path.write_bytes(PACKERS[pack](ended(written(rows, layout), bom, crlf)))
        if not (suffix == ".jsonl" and name == "bfcl"):  # whose answers have the same name
            with_beside(name, path, pack)
            assert list(map(unplaced, format_.read(path, pictures=nowhere))) == plain, path
        assert format_.sniff(path), path


@pytest.mark.parametrize("name", OF_ROWS)
@pytest.mark.parametrize("layout", ["lines", "array"])
def test_no_form_of_a_file_is_taken_for_another_format(name, layout, tmp_path):
    for suffix, pack in product((".json", ".jsonl"), PACKERS):
        path = tmp_path / f"example{suffix}{pack}"
        path.write_bytes(PACKERS[pack](written(rows_in(example(name)), layout)))
        assert [other for other in FORMATS if plugins.load("formats", other).sniff(path)] == [name], path


@pytest.mark.parametrize("name", OF_ROWS)
def test_the_first_rows_are_there_before_the_file_is_read_to_its_end(name, tmp_path):
    for layout in ("lines", "array"):
        path = tmp_path / f"example.{layout}"
        path.write_bytes(written(rows_in(example(name)) * 3, layout)[:-3])
        rows = plugins.load("formats", name).read(path)
        assert isinstance(next(rows), Record)
        with suppress(PictusError):  # it was cut short
            assert isinstance(list(rows)[-1], Reject)


@pytest.mark.parametrize("name", OF_ROWS)
def test_a_key_that_stands_twice_sets_its_row_aside_and_no_other(name, tmp_path):
    first, *_ = rows = rows_in(example(name))
    key = next(iter(first))
    twice = json.dumps(first)[:-1] + f", {json.dumps(key)}: null}}"
    path = tmp_path / "example.json"
    path.write_text("\n".join([twice, *map(json.dumps, rows)]))
    read = list(plugins.load("formats", name).read(path))
    rejects = [row for row in read if isinstance(row, Reject)]
    assert [f"the key `{key}` stands twice" in reject.reasons[0] for reject in rejects].count(True) == 1
    assert any(isinstance(row, Record) for row in read)


CUT = gzip.compress(b"[1, 2]", mtime=0)[:-9]  # without the time, which would give each process other names of cases


@pytest.mark.parametrize("name", OF_ROWS)
@pytest.mark.parametrize("data", ["[1]".encode("utf-16"), b"PK\x03\x04", b"<html>", CUT])
def test_a_file_that_is_no_rows_is_one_clear_error(name, data, tmp_path):
    path = tmp_path / "example.json"
    path.write_bytes(data)
    format_ = plugins.load("formats", name)
    assert not format_.sniff(path)
    with pytest.raises(PictusError) as told:
        list(format_.read(path))
    assert "example.json" in told.value.where and told.value.mend


def is_data(path):
    return path.suffix in (".json", ".jsonl", ".csv")


OF_TEXT = [name for name in plugins.names("sources") if any(map(is_data, (DATA / "sources" / name).rglob("*")))]
LOOSE = ("sa1b",)  # a JSON file for each of eleven million pictures, in tars


def everything(name, root):
    """What a source reads, by split, without the name of the data root."""
    source = plugins.load("sources", name)
    found = {}
    for split in source.splits or source.splits_in(root):
        with suppress(PictusError):  # the small data need not have every split
            found[split] = [repr(row).replace(str(root), "ROOT") for row in source.records(root, split)]
    return found


@pytest.mark.parametrize("name", [name for name in OF_TEXT if name not in LOOSE])
@pytest.mark.parametrize("form", [".gz", ".zst", "as Windows writes"])
def test_a_source_reads_its_files_packed_and_as_windows_writes_them(name, form, tmp_path):
    root = tmp_path / name
    shutil.copytree(DATA / "sources" / name, root)
    plain = everything(name, root)
    assert sum(map(len, plain.values())) >= 3
    for path in filter(is_data, sorted(root.rglob("*"))):
        data = path.read_bytes()
        path.unlink()
        pack = form if form in PACKERS else ""
        path.with_name(path.name + pack).write_bytes(PACKERS[pack](data if pack else ended(data, bom=True, crlf=True)))
    read = everything(name, root)
    assert read.keys() == plain.keys()
    for split, rows in plain.items():
        assert read[split] == rows, split


@pytest.mark.parametrize("name", [name for name in OF_TEXT if name not in LOOSE])
@pytest.mark.parametrize("packed", [False, True])
def test_a_source_tells_of_any_json_file_that_was_cut_short(name, packed, tmp_path):
    for number, (split, path) in enumerate(read_from(name)):
        root = tmp_path / str(number)
        shutil.copytree(DATA / "sources" / name, root)
        cut = root / path.relative_to(DATA / "sources" / name)
        data = path.read_bytes().rstrip()
        if packed:
            cut.unlink()
            cut = cut.with_name(f"{cut.name}.gz")
        cut.write_bytes(gzip.compress(data)[:-12] if packed else data[:-2])
        assert tells(name, root, split), path.name


def read_from(name):
    """The JSON files that the splits of a source are read from."""
    source, root = plugins.load("sources", name), DATA / "sources" / name
    for split in source.splits or source.splits_in(root):
        with suppress(PictusError):  # the small data need not have every split
            found = (path for path in source.files(root, split) if path.suffix == ".json")
            # Of the files that describe BFCL's classes, those are read whose classes a question names.
            yield from ((split, path) for path in found if path.parent.name != "multi_turn_func_doc")


def tells(name, root, split):
    """Say whether the reading of a split ends in an error, or sets something aside."""
    try:
        return any(isinstance(row, Reject) for row in plugins.load("sources", name).records(root, split))
    except PictusError as error:
        return "missing" not in error.what
