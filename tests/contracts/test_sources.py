"""Every source states what it is and what is permitted, and reads the small data beside it."""

from contextlib import suppress
from pathlib import Path

import pytest

from pictus import licence, plugins
from pictus.errors import PictusError
from pictus.record import Record

DATA = Path(__file__).parent.parent / "data/sources"
NAMES = plugins.names("sources")


def read(name):
    source = plugins.load("sources", name)
    rows = []
    for split in source.splits or source.splits_in(DATA / name):
        with suppress(PictusError):  # the small data need not have every split
            rows += source.records(DATA / name, split)
    return rows


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_complete_and_its_licences_are_known(name):
    source = plugins.load("sources", name)
    card = source.card
    known = {one.name for one in licence.known()}
    assert card.title and card.what.endswith(".") and card.size and card.stages and card.homepage
    assert {card.picture_licence, card.text_licence} <= known
    assert card.model_terms is None or card.model_terms in known
    assert card.citation.startswith("@") or not source.assets(), "a public dataset wants to be cited"
    assert source.layout


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_the_data_beside_it_the_same_every_time(name):
    rows = read(name)
    assert len(rows) >= 3 and all(isinstance(row, Record) for row in rows)
    assert read(name) == rows
    assert len({row.id for row in rows}) == len(rows)
    known = {one.name for one in licence.known()}
    for row in rows:
        assert row.media or row.turns
        assert {row.origin.picture_licence, row.origin.text_licence} <= known
        assert row.origin.key and row.origin.dataset
        assert all(0 <= side <= 1 for box in row.facts.boxes for side in (box.left, box.top, box.right, box.bottom))
        assert all(caption == " ".join(caption.split()) for caption in row.facts.captions)


@pytest.mark.parametrize("name", NAMES)
def test_assets_are_whole_addresses_with_a_place(name):
    for asset in plugins.load("sources", name).assets():
        assert asset.url.startswith(("http://", "https://")) and asset.path and not asset.path.startswith("/")
