"""A file is here when it is whole, whatever happens on the way."""

import errno
import fcntl
import hashlib
import os
import socket
from pathlib import Path
from urllib.error import URLError

import pytest

from fileserver import file_server
from pictus.errors import ManyErrors, PictusError
from pictus.store.download import Known, Ways, bytes_here, download
from pictus.store.remote import remote_size

DATA = bytes(range(256)) * 40
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def server():
    with file_server({"/files/a.bin": DATA}) as server:
        yield server


def get(server, to, *, ways=None, tell=lambda done: None, **known):
    waits = []
    download(f"{server.base}/a.bin", to, Known(**known), Ways(**{"wait": waits.append, **(ways or {})}), tell=tell)
    return waits


def ranges(server):
    return [range_ for _, _, range_ in server.log]


def only(to):
    return [path.name for path in to.parent.iterdir()] == [to.name]


def test_a_file_comes_whole_once(server, tmp_path):
    to = tmp_path / "new/a.bin"
    get(server, to, size_bytes=len(DATA), sha256=SHA256)
    get(server, to)
    assert to.read_bytes() == DATA and only(to)
    assert server.got() == ["/files/a.bin"]
    assert remote_size(f"{server.base}/a.bin") == len(DATA)


def test_a_connection_that_ends_early_is_gone_on_with(server, tmp_path):
    server.stop_after = [1000, 500]
    waits = get(server, tmp_path / "a.bin", sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert ranges(server) == [None, "bytes=1000-", "bytes=1500-"]
    assert waits == [1, 1]


def test_a_run_goes_on_where_one_was_stopped(server, tmp_path):
    server.stop_after, server.statuses = [4000], []
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.base}/a.bin", tmp_path / "a.bin", ways=Ways(wait=_stop))
    assert (tmp_path / "a.bin.part").stat().st_size == 4000 and not (tmp_path / "a.bin").exists()
    get(server, tmp_path / "a.bin", sha256=SHA256)
    assert ranges(server) == [None, "bytes=4000-"]
    assert only(tmp_path / "a.bin")


def _stop(seconds):
    raise KeyboardInterrupt


def test_a_file_that_changed_in_between_is_begun_again(server, tmp_path):
    server.stop_after = [4000]
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.base}/a.bin", tmp_path / "a.bin", ways=Ways(wait=_stop))
    server.files["/files/a.bin"], server.etag = b"other" * 1000, '"two"'
    get(server, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == b"other" * 1000


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_mark_nothing_is_put_together(server, tmp_path, etag):
    server.etag, server.stop_after = etag, [4000]
    get(server, tmp_path / "a.bin", sha256=SHA256)
    assert ranges(server) == [None, None]


def test_a_server_without_ranges_begins_again(server, tmp_path):
    server.ranges, server.stop_after = False, [4000]
    get(server, tmp_path / "a.bin", sha256=SHA256)
    assert ranges(server) == [None, "bytes=4000-"]


@pytest.mark.parametrize("changed", [False, True])
def test_a_run_stopped_after_the_last_byte_needs_no_more(server, tmp_path, changed):
    (tmp_path / "a.bin.part").write_bytes(DATA)
    (tmp_path / "a.bin.part.etag").write_text('"one"')
    if changed:
        server.files["/files/a.bin"] = DATA[:-1]
    get(server, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == (DATA[:-1] if changed else DATA)
    assert len(server.log) == 1 + changed


def test_a_passing_fault_is_waited_for_and_others_are_not(server, tmp_path):
    server.statuses = [503, 429, 500]
    assert get(server, tmp_path / "a.bin") == [1, 2, 4]
    server.statuses = [500] * 4
    with pytest.raises(PictusError, match="500") as told:
        get(server, tmp_path / "b.bin")
    assert "goes on here" in told.value.mend
    before = len(server.log)
    with pytest.raises(PictusError, match="404"):
        download(f"{server.base}/none.bin", tmp_path / "n.bin", ways=Ways(wait=_stop))
    assert len(server.log) == before + 1
    assert remote_size(f"{server.base}/none.bin") is None


def test_another_file_than_the_known_one_is_refused(server, tmp_path):
    with pytest.raises(PictusError, match=r"it has 10,240 bytes, and 7 were expected"):
        get(server, tmp_path / "a.bin", size_bytes=7)
    with pytest.raises(PictusError, match="sha256"):
        get(server, tmp_path / "a.bin", sha256="0" * 64)
    assert not list(tmp_path.iterdir())


def test_two_runs_do_not_write_one_file(server, tmp_path):
    with (tmp_path / "a.bin.part").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(PictusError, match="another run is fetching"):
            get(server, tmp_path / "a.bin")
    assert server.log == []


def test_only_web_addresses_are_fetched(tmp_path):
    with pytest.raises(PictusError, match="only http"):
        download(f"file://{__file__}", tmp_path / "a.bin")


PARTS = {"connections": 3, "part_bytes": 1000, "expected_bytes": len(DATA)}


def test_a_host_that_cannot_be_looked_up_is_told_in_plain_words(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise URLError(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))

    monkeypatch.setattr("pictus.store.remote.urlopen", refuse)
    with pytest.raises(PictusError, match="its host cannot be looked up") as caught:
        download("https://files.example/a.bin", tmp_path / "a.bin", ways=Ways(wait=lambda seconds: None))
    assert "https_proxy" in caught.value.mend


def spans(server):
    return sorted(int(range_.removeprefix("bytes=").partition("-")[0]) for range_ in ranges(server) if range_)


def test_a_large_file_comes_in_parts_at_once(server, tmp_path):
    told = []
    get(server, tmp_path / "a.bin", ways=PARTS, tell=told.append, sha256=SHA256, md5=hashlib.md5(DATA).hexdigest())
    assert (tmp_path / "a.bin").read_bytes() == DATA and only(tmp_path / "a.bin")
    assert spans(server) == [0, *range(0, len(DATA), 1000)] and told[-1] == len(DATA)
    server.log.clear()
    server.files["/files/a.bin"] = DATA[:1900]  # smaller than two parts
    get(server, tmp_path / "b.bin", ways=PARTS)
    assert (tmp_path / "b.bin").read_bytes() == DATA[:1900] and ranges(server) == ["bytes=0-0", None]


def test_parts_that_are_cut_short_are_gone_on_with(server, tmp_path):
    server.stop_after = [1, 300, 300, 300]  # the first is the byte that is asked for to begin with
    waits = get(server, tmp_path / "a.bin", ways=PARTS, sha256=SHA256)
    assert waits == [1, 1, 1] and len(spans(server)) == 1 + 11 + 3
    assert sum(first % 1000 > 0 for first in spans(server)) == 3  # none is begun anew


def test_a_run_with_parts_goes_on_where_one_was_stopped(server, tmp_path):
    def tell(done):
        if done >= 5000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(server, tmp_path / "a.bin", ways={**PARTS, "connections": 2}, tell=tell)
    listed = tmp_path / "a.bin.part.list"
    with listed.open("ab") as file:
        file.write(b"1")  # a line that a kill cut off
    here = bytes_here(tmp_path / "a.bin")
    assert 2000 <= here < len(DATA)
    server.log.clear()
    get(server, tmp_path / "a.bin", ways=PARTS, sha256=SHA256)
    assert len(spans(server)) - 1 == (len(DATA) - here + 999) // 1000 and only(tmp_path / "a.bin")


def test_a_list_of_parts_without_its_file_is_not_believed(server, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        get(server, tmp_path / "a.bin", ways=PARTS, tell=lambda done: _stop(0) if done > 5000 else None)
    (tmp_path / "a.bin.part").unlink()
    get(server, tmp_path / "a.bin", ways=PARTS)
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_what_came_in_one_piece_is_gone_on_with_in_parts(server, tmp_path):
    server.stop_after = [4500]
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.base}/a.bin", tmp_path / "a.bin", ways=Ways(wait=_stop))
    server.log.clear()
    get(server, tmp_path / "a.bin", ways=PARTS, sha256=SHA256)
    assert spans(server) == [0, *range(4000, len(DATA), 1000)]


def test_parts_of_two_editions_are_never_put_together(server, tmp_path):
    other = b"other" * 2000

    def change(done):
        server.files["/files/a.bin"], server.etag = other, '"two"'

    get(server, tmp_path / "a.bin", ways={**PARTS, "connections": 1 + 1}, tell=change)
    assert (tmp_path / "a.bin").read_bytes() == other and only(tmp_path / "a.bin")


def test_parts_of_an_older_edition_are_begun_anew(server, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        get(server, tmp_path / "a.bin", ways=PARTS, tell=lambda done: _stop(0) if done > 3000 else None)
    server.files["/files/a.bin"], server.etag = b"other" * 2000, '"two"'
    get(server, tmp_path / "a.bin", ways=PARTS)
    assert (tmp_path / "a.bin").read_bytes() == b"other" * 2000


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_mark_a_file_comes_in_one_piece(server, tmp_path, etag):
    server.etag = etag
    get(server, tmp_path / "a.bin", ways=PARTS, sha256=SHA256)
    assert ranges(server) == ["bytes=0-0", None]


def test_a_server_that_gives_no_parts_after_all(server, tmp_path):
    server.ranges_for = 1
    get(server, tmp_path / "a.bin", ways=PARTS, sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == DATA and ranges(server)[-1] is None


def test_a_server_that_fails_is_asked_again_as_it_says(server, tmp_path):
    server.statuses, server.retry_after = [503, 503], "7"
    assert get(server, tmp_path / "a.bin") == [7, 7]
    server.statuses = [503] * 50
    with pytest.raises(PictusError, match="503"):
        get(server, tmp_path / "b.bin", ways=PARTS)
    server.statuses = [403]
    with pytest.raises(PictusError, match="403") as told:
        get(server, tmp_path / "c.bin", ways={"refused": "ask for a new link"})
    assert told.value.mend == "ask for a new link"


def test_a_mirror_is_asked_where_the_address_fails_or_has_another_file(server, tmp_path):
    server.files |= {"/files/short.bin": DATA[:100], "/files/wrong.bin": bytes(len(DATA))}
    mirrors = [f"{server.base}/{name}.bin" for name in ("short", "wrong", "a")]
    known = Known(size_bytes=len(DATA), sha256=SHA256)
    download(f"{server.base}/none.bin", tmp_path / "a.bin", known, Ways(mirrors=mirrors))
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert [Path(path).stem for path in server.got()] == ["none", "short", "wrong", "a"]
    with pytest.raises(ManyErrors, match=r"(?s)404.*100 bytes.*sha256"):
        download(f"{server.base}/none.bin", tmp_path / "b.bin", known, Ways(mirrors=mirrors[:2]))
    assert only(tmp_path / "a.bin")


def test_a_file_with_another_md5_is_refused(server, tmp_path):
    with pytest.raises(PictusError, match="md5"):
        get(server, tmp_path / "a.bin", md5="0" * 32)


@pytest.mark.parametrize(("body", "told"), [(b"", "empty"), (b"\n<!DOCTYPE html><p>Gone", "page for browsers")])
def test_what_stands_in_for_a_file_that_is_gone_is_refused(server, tmp_path, body, told):
    server.files["/files/a.bin"] = body
    with pytest.raises(PictusError, match=told):
        get(server, tmp_path / "a.bin")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_not_taken_for_a_server_that_fails(server, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    with pytest.raises(PictusError, match="No space left") as told:
        get(server, tmp_path / "a.bin", ways={**PARTS, "wait": _stop})
    assert "make room" in told.value.mend


def test_a_disk_that_takes_a_part_of_what_is_written_is_given_the_rest(server, tmp_path, monkeypatch):
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, place: pwrite(file, data[:700], place))
    get(server, tmp_path / "a.bin", ways=PARTS)
    assert (tmp_path / "a.bin").read_bytes() == DATA
