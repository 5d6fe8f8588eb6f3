"""What is safe in an archive is unpacked, each file whole; what is not is refused and named."""

import os
import stat
import tarfile
import zipfile

import pytest

from pictus.errors import PictusError
from pictus.store import unpacking
from pictus.store.unpacking import Unpacking, missing, remove_leftovers, take, unpack
from pictus.store.untrusted import Limits
from tars import tar_of

ESCAPES = ["../evil", "a/../../evil", "/evil", "..\\evil", "C:\\evil", "\\\\host\\evil"]


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def tar(path, members):
    mode = {".gz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}.get(path.suffix, "w")
    path.write_bytes(tar_of(members, mode=mode))
    return path


def entry(name, kind, target=""):
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, target
    return found


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def go(path, to, **options):
    return unpack(Unpacking(archive=path, to=to, **options))


def test_what_is_there_already_is_passed_over_and_another_file_is_left_be(tmp_path):
    path = archive(tmp_path / "a.zip", {"one/": "", "one/a.json": "new", "one/two/b.json": "b", "one/empty": "full"})
    (tmp_path / "to/one").mkdir(parents=True)
    (tmp_path / "to/one/a.json").write_text("mine")
    (tmp_path / "to/one/empty").touch()
    done = go(path, tmp_path / "to")
    assert tree(tmp_path / "to") == {"one/a.json": b"mine", "one/two/b.json": b"b", "one/empty": b"full"}
    assert (done.written, done.there, done.bytes_written) == (2, 0, 5)
    assert list(done.refused.counts) == ["another file has its name, which was left as it is"]
    (tmp_path / "to/one/a.json").write_text("old")
    again = go(path, tmp_path / "to")
    assert (again.written, again.there) == (0, 3) and not again.refused.counts


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("kind", ["a.zip", "a.tar.gz"])
def test_a_name_that_leads_out_is_refused_and_the_others_are_unpacked(tmp_path, name, kind):
    files = {"good.json": b"{}", name: b"evil", "better.json": b"[]"}
    path = archive(tmp_path / kind, files) if kind == "a.zip" else tar(tmp_path / kind, files.items())
    done = go(path, tmp_path / "to")
    assert tree(tmp_path) == {kind: path.read_bytes(), "to/good.json": b"{}", "to/better.json": b"[]"}
    assert list(done.refused.counts) == ["its name leads out of the folder"]
    assert name in done.refused.samples["its name leads out of the folder"][0].where


def test_links_devices_and_what_is_no_file_are_refused(tmp_path):
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    bad = [(entry(f"bad{number}", kind, "/etc/passwd"), b"") for number, kind in enumerate(kinds)]
    done = go(tar(tmp_path / "a.tar", [*bad, ("good", b"1")]), tmp_path / "to")
    assert dict(done.refused.counts) == {"it is a link": 2, "it is no file": 3} and done.written == 1
    links = [zipfile.ZipInfo(f"bad{number}") for number in range(2)]
    for info, kind in zip(links, (stat.S_IFLNK, stat.S_IFIFO), strict=True):
        info.external_attr = (kind | 0o777) << 16
    done = go(archive(tmp_path / "a.zip", {**dict.fromkeys(links, "/etc"), "good": "1"}), tmp_path / "two")
    assert dict(done.refused.counts) == {"it is a link": 1, "it is no file": 1}
    assert tree(tmp_path / "to") == tree(tmp_path / "two") == {"good": b"1"}


def test_a_damaged_member_of_a_zip_leaves_no_half_file_and_the_others_come(tmp_path):
    path = archive(tmp_path / "a.zip", {"a.json": "x" * 1000, "b.json": "y"})
    data = bytearray(path.read_bytes())
    data[40] ^= 255
    path.write_bytes(data)
    done = go(path, tmp_path / "to")
    assert tree(tmp_path / "to") == {"b.json": b"y"} and done.refused.counts.total() == 1
    path.write_bytes(b"no archive")
    with pytest.raises(PictusError, match="damaged"):
        go(path, tmp_path / "to")


@pytest.mark.parametrize("kind", ["a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"])
@pytest.mark.parametrize("part", [0.4, 0.9])
def test_a_tar_that_is_cut_short_says_so_and_its_beginning_is_kept_whole(tmp_path, kind, part):
    files = [(f"{number}", os.urandom(3000)) for number in range(20)]
    path = tar(tmp_path / kind, files)
    whole = path.read_bytes()
    if kind == "a.tar":
        whole = whole[: 20 * 3584]  # without its end
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(PictusError, match="damaged"):
        go(path, tmp_path / "to")
    assert tree(tmp_path / "to").items() <= dict(files).items()


def test_a_hole_in_the_middle_of_a_tar_is_no_end(tmp_path):
    path = tar(tmp_path / "a.tar", [("1", b"a" * 512), ("2", b"b"), ("3", b"c")])
    data = bytearray(path.read_bytes())
    data[1024:1100] = os.urandom(76)
    path.write_bytes(data)
    with pytest.raises(PictusError, match="hole"):
        go(path, tmp_path / "to")


def test_bombs_are_refused_and_named(tmp_path):
    limits = Limits(times=20, always_bytes=1000)
    zeros = bytes(100_000)
    path = archive(tmp_path / "a.zip", {"bomb": zeros, "good": "1"})
    done = go(path, tmp_path / "to", limits=limits)
    assert tree(tmp_path / "to") == {"good": b"1"}
    assert ["more than" in sample.reason for code in done.refused.samples.values() for sample in code] == [True]
    with pytest.raises(PictusError, match=r"trap: 'bomb': .*100,000 bytes"):
        go(tar(tmp_path / "a.tar.gz", [("first", b"1"), ("bomb", zeros)]), tmp_path / "two", limits=limits)
    assert tree(tmp_path / "two") == {"first": b"1"}
    many = archive(tmp_path / "many.zip", {f"{number}": zeros[:2000] for number in range(50)})
    with pytest.raises(PictusError, match="trap"):
        go(many, tmp_path / "three", limits=Limits(size_bytes=50_000))
    for name, make in (("n.zip", archive), ("n.tar", lambda path, files: tar(path, files.items()))):
        with pytest.raises(PictusError, match="more than 2"):
            go(make(tmp_path / name, dict.fromkeys("abc", b"1")), tmp_path / "four", limits=Limits(members=2))


def test_a_sparse_file_and_an_endless_header_are_refused(tmp_path):
    sparse = entry("sparse", tarfile.GNUTYPE_SPARSE)
    path = tar(tmp_path / "a.tar", [(sparse, b""), ("good", b"1")])
    assert go(path, tmp_path / "to").refused.counts == {"it is a sparse file": 1}
    header = entry("x", tarfile.XHDTYPE)
    header.size = 2**40
    first = entry("first", tarfile.REGTYPE)
    path.write_bytes(first.tobuf() + header.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(PictusError, match="far too long"):
        go(path, tmp_path / "to")


def test_a_member_with_a_password_is_set_aside(tmp_path):
    path = archive(tmp_path / "a.zip", {"a": "1", "b": "2"})
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(data)
    done = go(path, tmp_path / "to")
    assert tree(tmp_path / "to") == {"b": b"2"} and done.refused.counts == {"it is locked by a password": 1}


def test_names_that_the_disk_cannot_keep_apart(tmp_path, monkeypatch):
    path = archive(tmp_path / "a.zip", {"A.jpg": "1", "a.jpg": "2", "b/c": "3", "b": "4"})
    monkeypatch.setattr(unpacking, "_folds_case", lambda folder: True)
    done = go(path, tmp_path / "to")
    assert tree(tmp_path / "to") == {"A.jpg": b"1", "b/c": b"3"}
    assert done.refused.counts == {"another member has its name here": 1, "a folder has its name": 1}


def test_folders_are_left_out_where_that_is_asked_and_no_name_is_taken_twice(tmp_path):
    path = archive(tmp_path / "a.zip", {"x/0/a.jpg": "1", "x/A.jpg": "2", "y/a.jpg": "3", "__MACOSX/x/._1.jpg": "4"})
    done = go(path, tmp_path / "to", flat=True)
    assert tree(tmp_path / "to") == {"a.jpg": b"1", "A.jpg": b"2"}
    assert done.refused.counts == {"another member has its name here": 1}


@pytest.mark.parametrize("kind", ["outer.zip", "outer.tar"])
def test_an_archive_inside_is_unpacked_where_it_lies(tmp_path, kind):
    inner = archive(tmp_path / "inner.zip", {"pictures/1.jpg": "1", "../evil": "2"}).read_bytes()
    deep = archive(tmp_path / "deep.zip", {"in/inner.zip": inner}).read_bytes()
    files = {"Drive/inner.zip": inner, "Drive/deep.zip": deep, "read me": b"r"}
    path = archive(tmp_path / kind, files) if kind == "outer.zip" else tar(tmp_path / kind, files.items())
    done = go(path, tmp_path / "to", nested=True)
    expected = {"read me": b"r", "Drive/pictures/1.jpg": b"1", "Drive/in/inner.zip": inner}  # one level, no more
    assert tree(tmp_path / "to") == expected and done.refused.counts.total() == 1
    assert go(path, tmp_path / "to", nested=True).written == 2  # the archives inside, which were removed
    assert tree(tmp_path / "to") == expected


def test_a_damaged_archive_inside_keeps_no_other_from_coming(tmp_path):
    good = archive(tmp_path / "good.zip", {"1.jpg": "1"}).read_bytes()
    path = archive(tmp_path / "a.zip", {"bad.zip": b"PK", "good.zip": good, "read me": "r"})
    done = go(path, tmp_path / "to", nested=True)
    assert tree(tmp_path / "to") == {"read me": b"r", "1.jpg": b"1"} and done.refused.counts.total() == 1


def test_parts_of_a_zip_are_unpacked_apart(tmp_path):
    files = {f"a/{number}": str(number) for number in range(10)}
    work = Unpacking(archive=archive(tmp_path / "a.zip", files), to=tmp_path / "to")
    places, done = missing(work)
    for part in (places[:3], places[3:]):
        done.add(take(work, part))
    assert done.written == 10 and tree(tmp_path / "to") == {name: data.encode() for name, data in files.items()}
    assert missing(work)[0] == []


def test_an_archive_too_large_for_the_disk_is_not_begun(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5}))
    with pytest.raises(PictusError, match="10 bytes, and the disk has room for 5"):
        go(archive(tmp_path / "a.zip", {"a": "0123456789"}), tmp_path / "to")
    assert not list((tmp_path / "to").iterdir())


def test_what_a_killed_run_left_is_removed(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("a/.1.jpg.77.part", "a/1.jpg", "a/.hidden", ".a.json.7.part", ".b.json.7.part"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "a")
    remove_leftovers(tmp_path / "a.json")
    assert set(tree(tmp_path)) == {"a/1.jpg", "a/.hidden", ".b.json.7.part"}
