"""The demo leaves what it promises, and can be run again."""

import json
import sys

import pytest

from pictus.cli import main


def test_the_demo_goes_the_whole_way_and_again(tmp_path, monkeypatch, capsys):
    for _ in range(2):
        monkeypatch.setattr(sys, "argv", ["pictus", "demo", "--to", str(tmp_path / "d"), "--count", "8"])
        main()
        assert "nothing is wrong" in capsys.readouterr().out
    rows = json.loads((tmp_path / "d/llava.json").read_text())
    assert rows and (tmp_path / "d/drawn" / rows[0]["image"]).is_file()
    assert "sharegpt" in json.loads((tmp_path / "d/dataset_info.json").read_text())
    page = (tmp_path / "d/index.html").read_text()
    assert page.count("data:image/") >= 8 and "<script" not in page
    assert (tmp_path / "d/instruct/README.md").read_text().startswith("---\n")


def test_a_demo_that_was_stopped_while_drawing_goes_on_and_another_count_is_refused(tmp_path, monkeypatch, capsys):
    (tmp_path / "d/drawn/train2017").mkdir(parents=True)
    monkeypatch.setattr(sys, "argv", ["pictus", "demo", "--to", str(tmp_path / "d"), "--count", "3"])
    main()
    assert "drew 3 pictures" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", [*sys.argv[:-1], "2"])
    with pytest.raises(SystemExit, match="1"):
        main()
    err = capsys.readouterr().err
    assert "has 3 pictures, not 2" in err and "--count 3" in err


def test_a_folder_with_other_things_is_left_alone(tmp_path, monkeypatch, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setattr(sys, "argv", ["pictus", "demo", "--to", str(tmp_path)])
    with pytest.raises(SystemExit, match="1"):
        main()
    assert "not empty" in capsys.readouterr().err
