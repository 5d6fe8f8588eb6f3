"""Citations: BibTeX that BibTeX reads, and every work once, whichever datasets share it."""

from types import SimpleNamespace

import pytest

from bibtex_program import ask_bibtex, needs_bibtex
from pictus import plugins
from pictus.reading.bibtex import in_ascii, read_entries
from pictus.steps.citations import citation_keys, citations

NAMES = plugins.names("sources")
CARDS = {name: plugins.load_class("sources", name).card for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_citation_of_each_card_is_whole(name):
    text = in_ascii(CARDS[name].citation)
    assert text.isascii(), "write letters that LaTeX has no short name for as LaTeX does"
    for entry in read_entries(text):
        assert {"title", "author", "year"} <= set(entry.fields), entry.key


def test_one_key_means_one_work_in_all_cards():
    found = {}
    for name in NAMES:
        for entry in read_entries(in_ascii(CARDS[name].citation)):
            other, text = found.setdefault(entry.key.lower(), (name, entry.text))
            assert entry.text == text, f"{name} and {other} differ in {entry.key}"


def test_each_work_stands_once_and_sorted():
    keys = [entry.key for entry in read_entries(citations(["coco2017", "coco2014", "humanml3d", "coco2017"]))]
    assert keys == ["chen2015microsoft", "Guo_2022_CVPR", "lin2014microsoft"]
    assert citation_keys(["humanml3d", "coco2014", "coco2017"]) == keys
    assert citations(["humanml3d", "coco2017"]) == citations(["coco2017", "humanml3d"])


def test_what_has_no_citation_is_told_where_bibtex_passes_over_it(monkeypatch):
    texts = {"broken": "@misc{a, title = {B}", "accents": "@misc{b, title = {Dollár}}"}
    monkeypatch.setattr(plugins, "names", lambda family: tuple(texts))
    monkeypatch.setattr(
        plugins, "load_class", lambda family, name: SimpleNamespace(card=SimpleNamespace(citation=texts[name]))
    )
    text = citations(["my@data{x,\n@misc{y,", "broken", "accents"])
    assert text == (
        "% my(at)data{x, (at)misc{y,: no citation is known\n"
        "% broken: its citation is no BibTeX: a: no comma after title\n\n"
        "@misc{b, title = {Doll{\\'a}r}}\n"
    )


@needs_bibtex
def test_bibtex_reads_all_citations_and_says_nothing(tmp_path):
    text = citations([*NAMES, "a@b{c,"])
    status, keys, said = ask_bibtex(text, tmp_path)
    assert (status, sorted(keys, key=str.lower)) == (0, citation_keys(NAMES)), said
    assert "warning" not in said.lower() and "error" not in said.lower()
