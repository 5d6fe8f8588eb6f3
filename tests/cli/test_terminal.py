"""Tables where there is no room for columns."""

from pictus.cli import terminal


def test_where_a_row_becomes_a_list_it_names_nothing_that_it_lacks(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    terminal.table(["do", "what", "size"], [["link", "x" * 60, ""], ["unpack", "y" * 60, "1 KB"]])
    assert capsys.readouterr().out.splitlines() == [
        "link",
        f"  what: {'x' * 60}",
        "unpack",
        f"  what: {'y' * 60}",
        "  size: 1 KB",
    ]


def test_a_current_folder_that_was_removed_is_told(run, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    _, err = run("arrange", ".", "--from", "there", code=1)
    assert err.startswith("error: the folder that this runs in was removed\nwhere: the current folder\nmend:")


def test_licences_that_are_too_long_for_a_column_are_filled_line_by_line(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out, _ = run("list", "sources")
    assert all(len(line) <= 80 and line.split() != ["/"] for line in out.splitlines())
    assert "third-" in out
