"""A Parquet file holds whole records, pictures included, and `datasets` shows them."""

import io
from dataclasses import replace
from pathlib import Path

import datasets
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictus import plugins
from pictus.record import Media
from records import records, simple_record


@given(st.lists(records(), max_size=4))
def test_nothing_is_lost(tmp_path_factory, some):
    path = tmp_path_factory.mktemp("f") / "rows.parquet"
    format_ = plugins.load("formats", "parquet", {"embed": False})
    assert format_.write(iter(some), path).rows == len(some)

    def rooted(record):
        # A folder of media is not part of the file; who reads it says where the media are.
        media = [m if m.data is None and m.path else replace(m, root=None) for m in record.media]
        return replace(record, media=tuple(media))

    assert list(format_.read(path, pictures=Path("/pictures"))) == [rooted(record) for record in some]


def test_pictures_on_disk_go_into_the_file(tmp_path):
    Image.new("RGB", (8, 6), (200, 30, 30)).save(tmp_path / "7.png")
    record = replace(simple_record(7), media=(Media(path="7.png", root=str(tmp_path), width=8, height=6),))
    missing = replace(simple_record(8), media=(Media(path="8.png", root=str(tmp_path)),))
    written = plugins.load("formats", "parquet").write([record, missing], tmp_path / "rows.parquet")
    assert written.rows == 1
    assert written.rejected[0].reasons == ("a picture cannot be read: No such file or directory",)
    rows = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "rows.parquet"), split="train", cache_dir=str(tmp_path / "c")
    )
    assert rows[0]["images"][0].size == (8, 6)
    (back,) = plugins.load("formats", "parquet").read(tmp_path / "rows.parquet")
    assert Image.open(io.BytesIO(back.media[0].data)).getpixel((0, 0)) == (200, 30, 30)


def test_a_motion_that_is_not_here_keeps_its_path_and_is_named_as_lost(tmp_path):
    (tmp_path / "here.npy").write_bytes(b"\x93NUMPY and so on")
    some = [
        replace(simple_record(number), media=(Media(kind="motion", path=f"{name}.npy", root=str(tmp_path)),))
        for number, name in enumerate(("here", "away"))
    ]
    format_ = plugins.load("formats", "parquet")
    written = format_.write(some, tmp_path / "rows.parquet")
    assert (written.rows, written.rejected) == (2, ())
    assert written.lost == {"the motions whose files are not here: only their paths are written": 1}
    here, away = (record.media[0] for record in format_.read(tmp_path / "rows.parquet"))
    assert (here.kind, here.data) == ("motion", b"\x93NUMPY and so on")
    assert (away.kind, away.data, away.path, away.root) == ("motion", None, "away.npy", str(tmp_path))
    written = plugins.load("formats", "parquet", {"embed": False}).write(some, tmp_path / "rows.parquet")
    assert (written.rows, written.lost) == (2, {})
