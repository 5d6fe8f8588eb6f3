"""What the documents say runs, and is what the code says."""

import importlib
import json
import re
import runpy
import sys
import tomllib
from pathlib import Path

import pytest

from pictus import plugins
from pictus.engine.events import Events
from pictus.steps import import_

ROOT = Path(__file__).parent.parent


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)


def test_the_worked_example_of_a_dataset_in_one_file_works(tmp_path, monkeypatch):
    (tmp_path / "plugins").mkdir()
    path = tmp_path / "plugins/birds.py"
    path.write_text(next(block for block in blocks("CONTRIBUTING.md", "python") if "class Source" in block))
    own = plugins._own("sources")
    monkeypatch.setattr(plugins, "_own", lambda family: {**own, "birds": path} if family == "sources" else {})
    monkeypatch.setattr(
        "pictus.sources.__path__", [*importlib.import_module("pictus.sources").__path__, str(path.parent)]
    )
    rows = [
        {"file": "robin.jpg", "caption": "A robin."},
        {"file": "wren.jpg"},
        {"file": "tit.jpg", "caption": "A tit."},
    ]
    (tmp_path / "train.json").write_text(json.dumps(rows))
    assert "birds" in plugins.names("sources")
    corpus = import_.run(import_.plan("birds", tmp_path, str(tmp_path / "c")), Events())
    assert corpus.summary["rows"] == 2
    assert corpus.summary["reasons"] == {"it has no 'caption'": 1}
    assert corpus.summary["licences"] == [["CC-BY-4.0", "CC0-1.0", None, 2]]
    assert "@misc{birds" in (tmp_path / "c/CITATIONS.bib").read_text()
    sys.modules.pop("pictus.sources.birds")


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    from pictus.demo.coco import write_coco

    write_coco(tmp_path / "my-data", 4)
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("README.md", "python")
    exec(compile(code, "README.md", "exec"), {})
    assert "CC0-1.0" in capsys.readouterr().out


BUILD = runpy.run_path(str(ROOT / "docs/build.py"))


@pytest.mark.parametrize("name", BUILD["PAGES"])
def test_a_generated_page_is_what_the_code_says(name):
    assert (ROOT / name).read_text() == BUILD["PAGES"][name](), "run `make docs`"


def test_the_page_of_the_datasets_has_a_row_and_a_section_for_each():
    text = BUILD["dataset_page"]()
    rows = {row[0]: row[1:] for row in re.findall(r"^\| \[(\w+)\]\(#\w+\) \| (.*) \|$", text, re.MULTILINE)}
    assert tuple(rows) == plugins.names("sources") == tuple(re.findall(r"^## (\w+)$", text, re.MULTILINE))
    for name, (row,) in rows.items():
        card = plugins.load_class("sources", name).card
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]
        assert len(cells) == 8 and cells[1] == ", ".join(card.stages) and cells[4] in ("yes", "no", "depends")
        assert cells[2:4] == [card.text_licence, card.picture_licence] and cells[6] == card.written_by


def test_nothing_of_a_card_breaks_the_page():
    (line,) = re.findall(r".*", BUILD["_line"](["a|b", BUILD["_prose"]("As `<image>` or\n<PERSON>.")]))[:1]
    assert line == "| a\\|b | As `<image>` or &lt;PERSON>. |"


def test_every_file_that_a_page_links_to_is_there():
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert page.parent.joinpath(link).exists(), f"{page} links to {link}"


def test_what_is_packed_has_the_citations_of_the_datasets_too():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    packed = build["targets"]["sdist"]["include"]
    assert {path.name for path in ROOT.glob("CITATION*")} <= set(packed)
    assert all((ROOT / name).exists() for name in packed)


def test_the_architecture_names_every_folder():
    text = (ROOT / "docs/architecture.md").read_text()
    for folder in (ROOT / "src/pictus").iterdir():
        if folder.is_dir() and not folder.name.startswith("__"):
            assert folder.name in text, folder.name


def test_the_readme_counts_the_question_families():
    from pictus.backends.program.families import EVERY

    assert f"{len(EVERY)} families of questions" in (ROOT / "README.md").read_text()
