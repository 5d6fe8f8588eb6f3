from pathlib import Path

import pytest

from pictus.errors import PictusError
from pictus.reading.places import find_file, home_of


def test_a_dataset_has_a_folder_of_its_own_or_is_the_root(tmp_path):
    (tmp_path / "gqa").mkdir()
    assert (home_of(tmp_path, "gqa").folder, home_of(tmp_path, "gqa").prefix) == (tmp_path / "gqa", "gqa/")
    assert (home_of(tmp_path / "gqa", "gqa").folder, home_of(tmp_path / "gqa", "gqa").prefix) == (tmp_path / "gqa", "")


def test_a_file_is_found_plain_or_packed_the_first_name_before_the_others(tmp_path):
    for name in ("b.json", "a.json.gz"):
        (tmp_path / name).touch()
    assert find_file(tmp_path, ["a.json", "b.json"], mend="fetch it") == tmp_path / "a.json.gz"
    (tmp_path / "a.json.gz").unlink()
    assert find_file(tmp_path, ["a.json", "b.json"], mend="fetch it") == tmp_path / "b.json"
    with pytest.raises(PictusError, match=r"c\.json is missing, under its other names too: d\.json") as caught:
        find_file(Path(tmp_path), ["c.json", "d.json"], mend="fetch it")
    assert caught.value.mend == "fetch it"
