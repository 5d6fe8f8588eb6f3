"""SA-1B: masks without names, read from tars as they are or from one folder of all files."""

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/sa1b"
TOLD = (DATA / "images/sa_990001.json").read_bytes()


def read(root, **settings):
    rows = list(plugins.load("sources", "sa1b", settings).records(root, "train"))
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Reject)]


def pack(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def test_masks_have_boxes_in_fractions_and_no_label_is_invented():
    records, rejects = read(DATA)
    assert rejects == [] and [record.origin.key for record in records] == ["sa_100000", "sa_990001", "sa_990002"]
    first, second, third = records
    assert second.facts.boxes == () and second.facts.present == () and third.facts.extra is None
    mask, outside = json.loads(second.facts.extra)["masks"]
    assert mask["box"] == [round(10 / 2250, 6), 0.008, round(50 / 2250, 6), 0.028] and mask["id"] == 1
    assert (mask["iou"], mask["stability"], mask["crop"]) == (0.93, 0.97, [0, 0, 1, 1])
    assert mask["points"] == [[round(20.5 / 2250, 6), 0.015]] and mask["area"] == round(900 / 3375000, 8)
    assert "box" not in outside and json.loads(first.facts.extra)["masks"][0]["box"] == [0, 0, 1, 1]
    assert (second.media[0].path, second.media[0].width) == ("images/sa_990001.jpg", 2250)


def test_the_masks_themselves_are_read_where_they_are_asked_for():
    assert "counts" not in json.loads(read(DATA)[0][1].facts.extra)["masks"][0]
    assert json.loads(read(DATA, outlines=True)[0][1].facts.extra)["masks"][0]["counts"] == "abc01"


@pytest.mark.parametrize("order", ["pairs", "pictures first", "json first"])
def test_tars_are_read_as_they_are_in_whatever_order_their_files_stand(tmp_path, order):
    files = {f"./sa_{key}.{end}": TOLD if end == "json" else f"jpeg {key}".encode() for key in (5, 4) for end in ENDS}
    if order != "pairs":
        files = dict(sorted(files.items(), key=lambda one: one[0].endswith("jpg") == (order == "json first")))
    pack(tmp_path / "sam/sa_000001.tar", files)
    pack(tmp_path / "sam/sa_000000.tar", {"sa_9.jpg": b"jpeg 9"})
    records, rejects = read(tmp_path)
    assert rejects == [] and {record.origin.key for record in records} == {"sa_9", "sa_5", "sa_4"}
    assert records[0].origin.key == "sa_9" and records[0].facts.extra is None
    assert [record.media[0].data for record in records] == [
        f"jpeg {record.origin.key[3:]}".encode() for record in records
    ]
    assert all(len(json.loads(record.facts.extra)["masks"]) == 2 for record in records[1:])


ENDS = ("jpg", "json")


def test_a_picture_that_was_unpacked_beside_its_tar_is_named_and_not_carried(tmp_path):
    pack(tmp_path / "sam/sa_000000.tar", {"sa_1.jpg": b"jpeg", "sa_1.json": TOLD})
    ((carried,), _) = read(tmp_path)
    (tmp_path / "sam/images").mkdir()
    (tmp_path / "sam/images/sa_1.jpg").write_bytes(b"jpeg")
    ((named,), _) = read(tmp_path)
    assert (named.media[0].data, named.media[0].path) == (None, "sam/images/sa_1.jpg")
    assert carried.media[0].data == b"jpeg" and carried.id == named.id


def test_a_folder_of_pictures_alone_is_read_in_the_order_of_their_numbers(tmp_path):
    (tmp_path / "sam/images").mkdir(parents=True)
    for name in ("sa_10.jpg", "sa_9.jpg", "sa_x.jpg", "other.jpg", "sa_7.txt"):
        (tmp_path / "sam/images" / name).write_bytes(b"jpeg")
    records, _ = read(tmp_path)
    assert [record.media[0].path for record in records] == ["sam/images/sa_9.jpg", "sam/images/sa_10.jpg"]


def test_what_cannot_be_read_is_set_aside_and_the_others_stay(tmp_path):
    bad = {"sa_1.json": b"{", "sa_2.json": b"[]", "sa_3.json": TOLD.replace(b"2250,", b"0,", 1)}
    bad |= {"sa_4.json": TOLD.replace(b'"area"', b'"size"', 1)}
    pictures = {name.replace("json", "jpg"): b"jpeg" for name in bad}
    pack(tmp_path / "sa_000000.tar", {**bad, **pictures, "sa_5.json": TOLD, "sa_6.jpg": b"jpeg", "._sa_6.jpg": b"x"})
    records, rejects = read(tmp_path)
    assert [record.origin.key for record in records] == ["sa_6"]
    assert [(reject.where, reject.reasons[0]) for reject in rejects] == [
        ("sa_000000.tar, sa_1", "what is told of it is not valid JSON"),
        ("sa_000000.tar, sa_2", "it does not say of which image it is"),
        ("sa_000000.tar, sa_3", "the size of the picture is missing"),
        ("sa_000000.tar, sa_4", "it has no 'area'"),
        ("sa_000000.tar, sa_5", "the archive has no picture of that name"),
    ]


@pytest.mark.parametrize("kept", [100, 700, 1100])
def test_a_tar_that_was_cut_short_is_told_before_any_record(tmp_path, kept):
    pack(tmp_path / "sa_000000.tar", {"sa_1.jpg": b"j" * 600, "sa_2.jpg": b"j" * 600})
    data = (tmp_path / "sa_000000.tar").read_bytes()
    (tmp_path / "sa_000000.tar").write_bytes(data[:kept])
    with pytest.raises(PictusError, match="the archive cannot be read"):
        read(tmp_path)


def test_a_folder_with_none_of_it_is_told(tmp_path):
    shutil.copy(__file__, tmp_path)
    with pytest.raises(PictusError, match="neither tars of SA-1B nor files"):
        read(tmp_path)
