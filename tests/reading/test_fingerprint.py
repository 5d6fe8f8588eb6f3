"""Large files are told apart by pieces of them, wherever they lie."""

import shutil

from pictus.reading.fingerprint import fingerprint


def test_it_follows_names_and_content_and_not_the_folder(tmp_path):
    for name, data in (("a", b"x"), ("b", b"y")):
        (tmp_path / name).write_bytes(data)
    both = fingerprint([tmp_path / "a", tmp_path / "b"])
    assert fingerprint([tmp_path / "b", tmp_path / "a"]) == both != fingerprint([tmp_path / "a"])
    (tmp_path / "c").mkdir()
    moved = [shutil.copy(tmp_path / name, tmp_path / "c" / name) for name in "ab"]
    assert fingerprint(moved) == both
    (tmp_path / "a").write_bytes(b"z")
    assert fingerprint([tmp_path / "a", tmp_path / "b"]) != both


def test_a_large_file_is_told_by_its_beginning_its_end_and_what_lies_between(tmp_path):
    path, size = tmp_path / "weights", 20 * 2**20
    path.write_bytes(bytes(size))
    seen = {fingerprint([path])}
    for place in (0, size - 1, size // 3):
        with path.open("r+b") as file:
            file.seek(place)
            file.write(b"\1" * 400_000 if place == size // 3 else b"\1")
        seen.add(fingerprint([path]))
    assert len(seen) == 4
