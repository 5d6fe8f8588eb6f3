"""Every fact about a dataset or a licence stands in one place: whatever else tells it takes it from there."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from pictus import licence, plugins
from pictus.reading.bibtex import in_ascii, read_entries

ROOT = Path(__file__).parent.parent
GENERATED = ("docs/reference.md", "docs/datasets.md")
_PROSE, _LICENCE_PROSE = 25, 40  # characters: shorter sentences say nothing of one dataset or licence alone
_ADDRESS = re.compile(r"https?://[^\s\"'<>`{}]+[^\s\"'<>`{}.,;:)\]]")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)  # what a command prints, which other tests prove
# Round numbers and small ones may mean anything.
_NUMBER = re.compile(r"(?<![\d,.])(?!\d[\d,]*00(?![\d,]))\d{1,3}(?:,\d{3})+(?![\d,])")


@dataclass(frozen=True)
class Text:
    """A piece of text, and the file that it stands in."""

    file: str
    text: str


def texts_of(folder):
    """Give every string of the code below a folder, as Python joins them, docstrings as well."""
    return [
        Text(path.relative_to(folder).as_posix(), node.value)
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def places(fact, texts):
    """List the files in which a fact stands, as often as it does."""
    is_address = fact.startswith("http")
    return [
        one.file
        for one in texts
        for _ in range(_ADDRESS.findall(one.text).count(fact) if is_address else one.text.count(fact))
    ]


def facts_of(name):
    """Give what is known of a dataset that nothing else should say: addresses, prose, and how it is cited."""
    source = plugins.load("sources", name)
    card = source.card
    yield from {card.homepage, card.paper, card.code, card.data, *(asset.url for asset in source.assets())} - {""}
    prose = (card.what, card.size, card.licence_note, card.advice, *(asset.by_hand for asset in source.assets()))
    yield from {text for text in prose if len(text) >= _PROSE}
    yield from (f"{{{entry.key}," for entry in read_entries(in_ascii(card.citation)))


CODE = texts_of(ROOT / "src/pictus")
PAGES = [
    Text(path.name, _FENCED.sub("", path.read_text("utf-8")))
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
    if path.relative_to(ROOT).as_posix() not in GENERATED
]
NAMES = plugins.names("sources")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_known_of_a_dataset_stands_once_in_the_code_and_in_no_page_written_by_hand(name):
    for fact in facts_of(name):
        assert len(places(fact, CODE)) <= 1, fact
        assert not places(fact, PAGES), fact


@pytest.mark.parametrize("name", NAMES)
def test_the_counts_of_a_dataset_stand_in_one_file(name):
    for number in _NUMBER.findall(plugins.load_class("sources", name).card.size):
        told = {one.file for one in CODE if number in _NUMBER.findall(one.text)}
        assert len(told) <= 1, (number, told)
        assert not [page.file for page in PAGES if number in page.text], number


@pytest.mark.parametrize("one", licence.known(), ids=lambda one: one.name)
def test_what_is_known_of_a_licence_stands_with_the_licences_alone(one):
    elsewhere = [text for text in CODE if not text.file.startswith("licence/")] + PAGES
    for fact in filter(None, (one.url, *(text for text in (one.note, one.title) if len(text) >= _LICENCE_PROSE))):
        assert not places(fact, elsewhere), fact


def test_a_second_copy_is_found_however_it_is_written(tmp_path):
    (tmp_path / "a.py").write_text('"""See https://a.example/b."""\nX = "A sentence that " "goes on."\n')
    (tmp_path / "b.py").write_text('X = f"https://a.example/b ({1})"\nY = """A sentence that goes on."""\n')
    texts = texts_of(tmp_path)
    assert places("https://a.example/b", texts) == ["a.py", "b.py"]
    assert places("https://a.example", texts) == []
    assert places("A sentence that goes on.", texts) == ["a.py", "b.py"]
    assert _NUMBER.findall("44,970; 1,000; 1,743,042; 14.6; 665,2; 10,000,000") == ["44,970", "1,743,042"]
