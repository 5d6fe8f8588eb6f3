"""What commands say of what they counted: one of a thing as one, and of pictures whether they are there."""

import json


def write_rows(folder, names):
    rows = [
        {
            "id": name,
            "image": name,
            "conversations": [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A mug."}],
        }
        for name in names
    ]
    (folder / "rows.json").write_text(json.dumps(rows))
    return folder / "rows.json"


def test_one_record_is_said_as_one(run, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG and so on")
    rows, corpus = write_rows(tmp_path, ["a.png"]), tmp_path / "corpus"
    out, _ = run("import", "llava", "--from", rows, "--to", corpus)
    assert out == f"{corpus}: 1 record, 1 picture\n"
    out, _ = run("export", corpus, "--format", "trl", "--to", tmp_path / "rows.jsonl")
    assert out == f"{tmp_path / 'rows.jsonl'}: 1 row\n"
    out, _ = run("check", corpus, "--only", "turn_order")
    assert out.endswith("1 record, nothing is wrong\n")


def test_pictures_that_are_not_there_are_told(run, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG and so on")
    rows = write_rows(tmp_path, ["a.png", "gone.png", "https://pictures.example/b.png"])
    out, _ = run("import", "llava", "--from", rows, "--to", tmp_path / "corpus")
    assert out.endswith(": 3 records, 3 pictures (1 only by name and 1 only by an address)\n")
