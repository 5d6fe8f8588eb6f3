"""What the documents say runs, and is what the code says."""

import importlib
import json
import re
import runpy
import sys
from pathlib import Path

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


def test_the_reference_is_what_the_code_says():
    build = runpy.run_path(str(ROOT / "docs/build.py"))
    assert (ROOT / "docs/reference.md").read_text() == build["reference"](), "run `make docs`"


def test_every_file_that_a_page_links_to_is_there():
    guides = ("docs/generate.md", "docs/older-scripts.md", "docs/judging.md")
    for page in ("README.md", "CONTRIBUTING.md", "docs/architecture.md", *guides):
        links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text())
        for link in links:
            assert (ROOT / page).parent.joinpath(link).exists(), f"{page} links to {link}"


def test_the_architecture_names_every_folder():
    text = (ROOT / "docs/architecture.md").read_text()
    for folder in (ROOT / "src/pictus").iterdir():
        if folder.is_dir() and not folder.name.startswith("__"):
            assert folder.name in text, folder.name


def test_the_readme_counts_the_question_families():
    from pictus.backends.program.families import EVERY

    assert f"{len(EVERY)} families of questions" in (ROOT / "README.md").read_text()
