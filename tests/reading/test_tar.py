"""The samples of a shard: as `tarfile` sees its members, and whatever is done to it."""

import gzip
import io
import tarfile
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.reading import tar
from pictus.reading.tar import is_tar, read_samples
from pictus.record import Reject
from tars import tar_of


@pytest.fixture
def read(tmp_path):
    def _read(data):
        path = tmp_path / "s.tar"
        path.write_bytes(data)
        return list(read_samples(path))

    return _read


def keys(rows):
    return [row.key for row in rows if not isinstance(row, Reject)]


def reasons(rows):
    return [row.reasons[0] for row in rows if isinstance(row, Reject)]


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_a_sample_is_what_shares_a_name_up_to_its_first_dot_and_stands_together(read):
    rows = read(
        tar_of(
            [
                ("a.seg.png", b"1"),
                ("a.JPG", b"2"),
                ("b.v1/c.jpg", b"3"),
                ("b.v1/c.txt", b"4"),
                ("a.txt", b"5"),
                ("./d.txt", b"6"),
            ]
        )
    )
    assert [(row.key, row.fields) for row in rows] == [
        ("a", {"seg.png": b"1", "jpg": b"2"}),
        ("b.v1/c", {"jpg": b"3", "txt": b"4"}),
        ("a", {"txt": b"5"}),
        ("d", {"txt": b"6"}),
    ]
    assert rows[1].where == "s.tar, byte 2048"


names = st.lists(st.sampled_from("abé/_-0" * 8 + "x"), min_size=1, max_size=150).map("".join)


@given(
    members=st.lists(
        st.tuples(names.map(lambda name: f"k{name.strip('/')}.txt"), st.binary(max_size=1200)), max_size=4
    ),
    kind=st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    packed=st.booleans(),
)
def test_it_sees_the_members_that_tarfile_sees(members, kind, packed, tmp_path_factory):
    path = tmp_path_factory.mktemp("t") / "s.tar"
    fits = [one for one in members if kind != tarfile.USTAR_FORMAT or len(one[0].encode()) < 100]
    data = tar_of(fits, kind=kind)
    path.write_bytes(gzip.compress(data, 1) if packed else data)
    found = [(row.key + ".txt", row.fields["txt"]) for row in read_samples(path) if not isinstance(row, Reject)]
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        theirs = [(member.name, archive.extractfile(member).read()) for member in archive]
    twice = any(one[0] == other[0] for one, other in pairwise(theirs))
    assert twice or found == theirs


def test_a_name_in_two_fields_of_the_header_is_put_together(read):
    name = f"{'folder/' * 18}0001.txt"
    assert keys(read(tar_of([(name, b"a")], kind=tarfile.USTAR_FORMAT))) == [name.removesuffix(".txt")]


def test_links_devices_and_names_that_lead_out_are_set_aside_and_the_rest_is_read(read):
    rows = read(
        tar_of(
            [
                ("a.txt", b"1"),
                (special("b.txt", tarfile.SYMTYPE, "/etc/passwd"), b""),
                (special("c.txt", tarfile.LNKTYPE, "a.txt"), b""),
                (special("d.txt", tarfile.CHRTYPE), b""),
                (special("e.txt", tarfile.FIFOTYPE), b""),
                ("/etc/f.txt", b"2"),
                ("../g.txt", b"3"),
                ("x\\..\\h.txt", b"4"),
                (special("folder/", tarfile.DIRTYPE), b""),
                ("i.txt", b"5"),
            ]
        )
    )
    assert keys(rows) == ["a", "i"]
    assert reasons(rows) == [
        "a link in the archive, which is not followed",
        "a hard link in the archive, which is not followed",
        "a device in the archive, which is not followed",
        "a pipe in the archive, which is not followed",
        *["a name that leads out of the archive"] * 3,
    ]
    assert all(row.where.startswith("s.tar, byte ") for row in rows)


def test_files_of_a_file_system_are_passed_over_and_others_without_an_ending_told(read):
    rows = read(tar_of([("._a.txt", b"1"), ("__meta__/x.txt", b"2"), ("README", b"3"), ("a.txt", b"4")]))
    assert keys(rows) == ["a"]
    assert [row.row for row in rows if isinstance(row, Reject)] == ["README"]


@pytest.mark.parametrize("cut", [513, 700, 1024, 1100, 1536, 2048])
def test_the_sample_in_which_an_archive_breaks_off_is_set_aside(read, cut):
    rows = read(tar_of([("a.txt", b"1"), ("b.txt", b"2"), ("b.json", b"{}")])[:cut])
    assert keys(rows) == ["a"][: cut >= 1536]
    (reason,) = reasons(rows)
    assert reason.startswith("the archive breaks off in or after this sample: it ")
    assert rows[-1].where.startswith("s.tar, byte ")


def test_a_packed_archive_that_is_cut_short_is_told_of(read):
    many = [(f"{number:03d}.txt", bytes([number]) * 3000) for number in range(200)]
    packed = gzip.compress(tar_of(many), mtime=0)
    rows = read(packed[: len(packed) // 2])
    assert 0 < len(keys(rows)) < 200
    assert "cannot be unpacked" in reasons(rows)[0]


def test_a_damaged_header_ends_the_archive_with_its_place(read):
    data = bytearray(tar_of([("a.txt", b"1"), ("b.txt", b"2"), ("c.txt", b"3")]))
    data[1024 + 5] ^= 1
    rows = read(bytes(data))
    assert (keys(rows), len(rows)) == ([], 1)
    assert reasons(rows) == ["the archive breaks off in or after this sample: a header is damaged"]


def test_a_field_that_stands_twice_spoils_its_sample_alone(read):
    rows = read(tar_of([("a.txt", b"1"), ("a.txt", b"2"), ("b.txt", b"3")]))
    assert (keys(rows), reasons(rows)) == (["b"], ["its field `txt` stands twice"])


def test_a_sample_too_large_to_hold_is_set_aside_unread(read, monkeypatch):
    monkeypatch.setattr(tar, "SAMPLE_LIMIT_BYTES", 5000)
    rows = read(tar_of([("a.jpg", b"x" * 6000), ("a.txt", b"1"), ("b.jpg", b"y" * 4000)]))
    assert (keys(rows), reasons(rows)) == (["b"], ["it is larger than 5,000 bytes"])


def test_a_header_that_claims_gigabytes_is_not_believed(read):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2**33
    rows = read(info.tobuf(tarfile.GNU_FORMAT) + b"27 path=a.txt\n")
    assert reasons(rows) == ["the archive breaks off: a header claims 8,589,934,592 bytes"]


@pytest.mark.parametrize("line", [b"0 path=a.txt\n", b"000 path=a.txt\n", b"x path=a.txt\n", b"1 path=a.txt\n"])
def test_a_line_of_no_length_ends_the_reading(read, line):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, len(line)
    rows = read(info.tobuf(tarfile.GNU_FORMAT) + line.ljust(512, b"\0"))
    assert reasons(rows) == ["the archive breaks off: a header is damaged"]


@given(data=st.binary(max_size=600), at=st.integers(0, 3000))
def test_no_bytes_make_it_raise(data, at, tmp_path_factory):
    path = tmp_path_factory.mktemp("t") / "s.tar"
    whole = bytearray(tar_of([(f"é{'long' * 40}.txt", b"1"), ("b.txt", b"2")], kind=tarfile.PAX_FORMAT))
    whole[at : at + len(data)] = data
    path.write_bytes(whole)
    is_tar(path)
    for row in read_samples(path):
        assert not isinstance(row, Reject) or row.reasons[0]
