"""What is named to type next can be typed, and does something with what was made."""

from pathlib import Path

import pytest

from pictus import plugins

DATA = Path(__file__).parent.parent / "data/sources"


def following(err):
    return [line.removeprefix("next: ") for line in err.splitlines() if line.startswith("next: ")]


def test_captions_alone_are_not_sent_to_a_program_that_can_ask_nothing_about_them(run, tmp_path):
    _, err = run("import", "wikiart", "--from", DATA / "wikiart", "--to", tmp_path / "to")
    assert following(err) == [f"pictus check {tmp_path / 'to'}"]


BY_ADDRESS = [name for name in plugins.names("sources") if plugins.load_class("sources", name).card.by_address]


@pytest.mark.parametrize("name", BY_ADDRESS)
def test_what_has_only_addresses_is_acquired_next(run, tmp_path, name):
    _, err = run("import", name, "--from", DATA / name, "--to", tmp_path / "to", code=(0, 3))
    (said,) = following(err)
    if name == "openimages_v7":  # what people drew can be asked about without a picture
        assert said.startswith("pictus generate ")
        return
    assert said == f"pictus acquire {tmp_path / 'to'} --to {tmp_path / 'to'}-pictures"
    out, _ = run(*said.split()[1:], "--allow-network", "0.0.0.0/32", "--tries", 1, "--dry-run")
    assert "would get the pictures of" in out


@pytest.mark.parametrize(("name", "first"), [("cc12m", "acquire"), ("laion400m", "import")])
def test_a_dataset_that_can_be_fetched_is_acquired_first(run, name, first):
    said = following(run("show", name)[1])
    assert said[0].startswith(f"pictus {first} {name} ") and said[-1].startswith(f"pictus import {name} ")


def test_annotations_are_sent_to_the_program(run, tmp_path):
    to = tmp_path / "to"
    _, err = run("import", "coco2017", "--from", DATA / "coco2017", "--to", to)
    assert following(err) == [f"pictus generate {to} --backend program --to {to}-instruct"]


def test_an_import_of_nothing_says_so(run, tmp_path):
    root = tmp_path / "gqa"
    _, err = run("import", "coco2017", "--from", DATA / "coco2017", "--to", root, "--embed", code=3)
    assert following(err) == []
    assert "no row was read" in err and "`pictus show coco2017`" in err


def test_where_nothing_was_made_or_written_the_corpus_is_shown(run, tmp_path):
    corpus, made = tmp_path / "corpus", tmp_path / "made"
    run("import", "cc12m", "--from", DATA / "cc12m", "--to", corpus)
    _, err = run("generate", corpus, "--backend", "program", "--to", made, code=3)
    assert following(err) == [f"pictus show {corpus}"]
    _, err = run("export", corpus, "--format", "llava", "--to", tmp_path / "chat.json", code=3)
    assert following(err) == [f"pictus show {corpus}"]
