"""A file is here when it is whole, whatever happens on the way."""

import fcntl
import hashlib

import pytest

from fileserver import file_server
from pictus.errors import PictusError
from pictus.store.download import download, remote_size

DATA = bytes(range(256)) * 40
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def server():
    with file_server({"/files/a.bin": DATA}) as server:
        yield server


def get(server, to, **known):
    waits = []
    download(f"{server.base}/a.bin", to, wait=waits.append, **known)
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
        download(f"{server.base}/a.bin", tmp_path / "a.bin", wait=_stop)
    assert (tmp_path / "a.bin.part").stat().st_size == 4000 and not (tmp_path / "a.bin").exists()
    get(server, tmp_path / "a.bin", sha256=SHA256)
    assert ranges(server) == [None, "bytes=4000-"]
    assert only(tmp_path / "a.bin")


def _stop(seconds):
    raise KeyboardInterrupt


def test_a_file_that_changed_in_between_is_begun_again(server, tmp_path):
    server.stop_after = [4000]
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.base}/a.bin", tmp_path / "a.bin", wait=_stop)
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
        download(f"{server.base}/none.bin", tmp_path / "n.bin", wait=_stop)
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
