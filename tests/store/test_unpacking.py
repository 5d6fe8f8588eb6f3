"""An archive is unpacked below its folder, or not at all."""

import stat
import zipfile

import pytest

from pictus.errors import PictusError
from pictus.store.unpacking import unpack


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def test_what_is_there_already_is_left_be(tmp_path):
    path = archive(tmp_path / "a.zip", {"one/": "", "one/a.json": "new", "one/two/b.json": "b"})
    (tmp_path / "to/one").mkdir(parents=True)
    (tmp_path / "to/one/a.json").write_text("mine")
    assert unpack(path, tmp_path / "to") == [tmp_path / "to/one/two/b.json"]
    assert (tmp_path / "to/one/a.json").read_text() == "mine"
    assert unpack(path, tmp_path / "to") == []


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil", "..\\evil", "C:\\evil", "\\\\host\\evil"])
def test_nothing_is_written_when_a_name_leads_out(tmp_path, name):
    path = archive(tmp_path / "a.zip", {"good.json": "{}", name: "evil"})
    with pytest.raises(PictusError, match="outside its folder"):
        unpack(path, tmp_path / "to")
    assert [path.name for path in tmp_path.rglob("*")] == ["a.zip"]


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("annotations")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = archive(tmp_path / "a.zip", {link: "/etc"})
    with pytest.raises(PictusError, match="outside its folder"):
        unpack(path, tmp_path / "to")


def test_a_damaged_archive_leaves_no_half_file(tmp_path):
    path = archive(tmp_path / "a.zip", {"a.json": "x" * 1000})
    data = bytearray(path.read_bytes())
    data[40] ^= 255
    path.write_bytes(data)
    with pytest.raises((PictusError), match="damaged"):
        unpack(path, tmp_path / "to")
    assert not list((tmp_path / "to").iterdir())
    path.write_bytes(b"no archive")
    with pytest.raises(PictusError, match="damaged"):
        unpack(path, tmp_path / "to")


def test_an_archive_too_large_for_the_disk_is_not_begun(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5}))
    with pytest.raises(PictusError, match="10 bytes, and the disk has room for 5"):
        unpack(archive(tmp_path / "a.zip", {"a": "0123456789"}), tmp_path / "to")
    assert not list((tmp_path / "to").iterdir())
