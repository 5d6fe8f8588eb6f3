"""Which shards a path stands for."""

import pytest

from pictus.errors import PictusError
from pictus.reading.shards import dataset_name, shards_of


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(b"")


def names(path):
    return [shard.name for shard in shards_of(path)]


def test_a_pattern_counts_with_its_zeros(tmp_path):
    put(tmp_path, *(f"set-{number:06d}.tar" for number in range(12)), "set-00.tar", "set-a.tar", "set-b.tar")
    assert names(tmp_path / "set-{000009..000011}.tar") == ["set-000009.tar", "set-000010.tar", "set-000011.tar"]
    assert names(tmp_path / "set-{b,a}.tar") == ["set-b.tar", "set-a.tar"]


def test_a_file_with_braces_in_its_name_is_that_file(tmp_path):
    put(tmp_path, "a{1..2}.tar")
    assert names(tmp_path / "a{1..2}.tar") == ["a{1..2}.tar"]


def test_shards_that_a_pattern_names_and_nobody_has_are_an_error(tmp_path):
    put(tmp_path, "s0.tar")
    with pytest.raises(PictusError, match=r"2 of 3 shards of this pattern are missing, the first is s1\.tar"):
        shards_of(tmp_path / "s{0..2}.tar")
    with pytest.raises(PictusError):
        shards_of(tmp_path / "s{3..2}.tar")


def test_a_folder_gives_its_shards_and_those_one_folder_down_in_order(tmp_path):
    put(tmp_path, "b.tar", "a.tar.gz", "shards/c.tgz", "notes.txt", ".hidden.tar")
    assert names(tmp_path) == ["a.tar.gz", "b.tar", "c.tgz"]
    with pytest.raises(PictusError, match="no shards"):
        put(tmp_path, "empty/notes.txt")
        shards_of(tmp_path / "empty")


@pytest.mark.parametrize(
    ("path", "name"),
    [("x/set-{0..9}.tar", "set"), ("x/{0..9}.tar", "x"), ("x/a.b.tar", "a"), ("x/pairs.tar.gz", "pairs")],
)
def test_a_dataset_is_called_as_its_files_are(path, name, tmp_path):
    assert dataset_name(tmp_path / path) == name
