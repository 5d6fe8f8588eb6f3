"""Archives of any kind are listed and read alike, and one that is not to be trusted is refused."""

import io
import tarfile

import pytest

from downloads import write_tar, write_zip
from pictus.errors import PictusError
from pictus.store.archives import DAMAGES, contents, is_archive, members

FILES = {"a/1.jpg": b"one", "a/2.jpg": b"second", "./3.jpg": b""}
NAMES = ("x.zip", "x.tar", "x.tar.gz", "X.TGZ")


def write(path, files):
    (write_zip if path.suffix == ".zip" else write_tar)(path, files)


@pytest.mark.parametrize("name", NAMES)
def test_files_are_listed_and_opened_alike(tmp_path, name):
    path = tmp_path / name
    write(path, FILES)
    assert is_archive(path) and not is_archive(tmp_path / "x.zip.part")
    assert {one.name: one.size_bytes for one in members(path)} == {key: len(data) for key, data in FILES.items()}
    assert {one.name: opener().read() for one, opener in contents(path)} == FILES
    assert [one.name for one, _ in contents(path, ["a/2.jpg"])] == ["a/2.jpg"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("evil", ["../1.jpg", "/1.jpg", "a\\..\\..\\1.jpg"])
def test_names_that_lead_out_are_refused(tmp_path, name, evil):
    write(tmp_path / name, {evil: b"1"})
    with pytest.raises(PictusError, match="outside its folder"):
        list(members(tmp_path / name))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        entry = tarfile.TarInfo("1.jpg")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(PictusError, match="outside its folder"):
        list(contents(tmp_path / "x.tar"))


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_that_was_cut_anywhere_is_told(tmp_path, name):
    write(tmp_path / name, {f"{n}.jpg": bytes(range(256)) * 4 for n in range(5)})
    data = (tmp_path / name).read_bytes()
    if name == "x.tar":
        data = data[: data.rindex(b"\xff") + 1]  # without the empty blocks at its end
    for length in range(0, len(data), 97):
        (tmp_path / name).write_bytes(data[:length])
        with pytest.raises((PictusError, *DAMAGES)):  # told of the archive, or of the file that is read
            for _, opener in contents(tmp_path / name):
                assert len(opener().read()) == 1024, "what is given is whole"


def test_a_tar_without_a_single_file_is_no_error(tmp_path):
    with tarfile.open(tmp_path / "x.tar", "w", fileobj=io.FileIO(tmp_path / "x.tar", "w")):
        pass
    assert list(members(tmp_path / "x.tar")) == []
