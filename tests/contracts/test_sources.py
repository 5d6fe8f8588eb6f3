"""Every source states what it is and what is permitted, and reads the small data beside it."""

import json
from pathlib import Path

import huggingface_hub
import pyarrow as pa
import pytest

from pictus import licence, plugins
from pictus.cli import pictus
from pictus.errors import PictusError
from pictus.record import Record, Reject, make_record
from pictus.steps import import_
from pictus.store import columns
from pictus.store.archives import is_archive
from pictus.store.hub import hub_file
from pictus.store.untrusted import leads_out

DATA = Path(__file__).parent.parent / "data/sources"
NAMES = plugins.names("sources")


def present(source, name):
    """List the splits of the small data."""
    found = []
    for split in source.splits or source.splits_in(DATA / name):
        try:
            source.files(DATA / name, split)
            found.append(split)
        except PictusError:
            pass
    return found


def read(name):
    source = plugins.load("sources", name)
    return [row for split in present(source, name) for row in source.records(DATA / name, split)]


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


@pytest.mark.parametrize("name", [name for name in NAMES if plugins.load_class("sources", name).splits])
def test_a_split_that_it_does_not_have_is_told_with_those_that_it_has(name):
    with pytest.raises(PictusError) as told:
        import_.plan(name, DATA / name, "corpus", splits=("nonesuch",))
    assert "nonesuch" in told.value.what and all(split in told.value.mend for split in known(name))


def known(name):
    return plugins.load_class("sources", name).splits


@pytest.mark.parametrize("name", NAMES)
def test_assets_are_whole_addresses_with_a_place(name):
    assets = plugins.load("sources", name).assets()
    for asset in assets:
        places = [asset.path, *filter(None, (asset.unpack, asset.makes))]
        assert all(url.startswith(("http://", "https://")) for url in (asset.url, *asset.mirrors))
        assert asset.path and not any(leads_out(place) for place in places)
        assert asset.unpack is None or is_archive(Path(asset.path))
        assert asset.unpack is not None or not (asset.makes or asset.flat or asset.nested)
        assert asset.unpack != "." or asset.makes, "the data root itself is always there"
        assert asset.by_hand or not asset.listed
        # An address that a program can fetch is one of a file, or of a repository of the Hub.
        assert asset.by_hand or hub_file(asset.url) or asset.url.endswith(f"/{asset.path.rpartition('/')[2]}")
    assert len({asset.path for asset in assets}) == len(assets)


@pytest.fixture
def offline(monkeypatch):
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setenv("no_proxy", "")
    huggingface_hub.close_session()  # it keeps the proxies that it began with, as the standard library does
    monkeypatch.setattr("urllib.request._opener", None)
    yield
    huggingface_hub.close_session()


@pytest.mark.parametrize("name", NAMES)
def test_acquiring_it_can_be_planned_without_a_network(name, capfd, offline, tmp_path):
    pictus.main(["acquire", name, "--to", str(tmp_path), "--dry-run", "--json", "--with-needs"], standalone_mode=False)
    told = json.loads(capfd.readouterr().out)
    assert told["source"] == name and len(told["files"]) == len(plugins.load("sources", name).assets())
    assert {one["state"] for one in told["files"]} <= {"missing", "by hand"}
    for one in (told, *told["needs"]):
        assert one["licences"]["pictures"] and Path(one["root"]).is_relative_to(tmp_path)
    pictus.main(["acquire", name, "--to", str(tmp_path), "--dry-run"], standalone_mode=False)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(plugins.load_class("sources", name), "table")])
@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_what_several_processes_read_is_what_one_reads(name, rows):
    source, root = plugins.load("sources", name), DATA / name
    for split in present(source, name):
        expected = list(source.records(root, split))
        names = {str(root): "pictures"}
        table = source.table(root, split)
        found = [row for portion in table.portions(rows) for row in table.batches(portion, names)]
        records = [row for row in expected if isinstance(row, Record)]
        batches = [row for row in found if not isinstance(row, Reject)]
        assert pa.Table.from_batches(batches).equals(pa.Table.from_batches([columns.encode(records, names)]))
        assert [row for row in found if isinstance(row, Reject)] == [row for row in expected if isinstance(row, Reject)]
        assert [remade(row) for row in records] == records


def remade(record):
    """Make a record of the parts of another: its id follows from them."""
    origin, media, turns, tools, facts = record.origin, record.media, record.turns, record.tools, record.facts
    return make_record(origin, media=media, turns=turns, tools=tools, facts=facts)
