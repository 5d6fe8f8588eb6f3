"""Every dataset, from its files to a corpus and on to every format that is written: nothing is lost in silence."""

from pathlib import Path

import pytest

from pictus import plugins
from pictus.engine.events import Events
from pictus.record import NO_FACTS, Record, Reject
from pictus.steps import export, import_
from pictus.steps.check import check
from pictus.store.corpus import open_corpus

DATA = Path(__file__).parent.parent / "data/sources"
WRITTEN = [name for name in plugins.names("formats") if plugins.load_class("formats", name).suffixes]
FACTS, ORIGIN = "facts (captions, boxes, labels)", "origin (licences, address, how it was made)"


@pytest.mark.parametrize("name", [name for name in plugins.names("sources") if (DATA / name).is_dir()])
def test_a_dataset_goes_into_a_corpus_and_on_to_every_format(name, tmp_path):
    made = import_.plan(name, DATA / name, str(tmp_path / "corpus"), workers=1)
    summary = import_.run(made, Events()).summary
    records = list(open_corpus(tmp_path / "corpus").records())
    source = plugins.load("sources", name)
    read = [row for split in made.splits for row in source.records(DATA / name, split)]
    assert summary["rejected"] == sum(isinstance(row, Reject) for row in read)
    assert [row.id for row in records] == [row.id for row in read if isinstance(row, Record)] != []
    looked_at = check(str(tmp_path / "corpus"), decode=False)
    assert looked_at.records == len(records) and looked_at.damages == []
    for format_name in WRITTEN:
        exported(tmp_path, format_name, records)


def exported(folder, format_name, records):
    class_ = plugins.load_class("formats", format_name)
    to = folder / format_name / f"rows{class_.suffixes[0]}"
    to.parent.mkdir()
    settings = {"embed": False} if hasattr(class_, "embed") else {}
    done = export.run(export.plan(str(folder / "corpus"), to, format_name, settings=settings), Events())
    assert done.rows + len(done.rejected) == len(records), format_name
    assert all(reject.reasons and all(reject.reasons) for reject in done.rejected)
    aside = {reject.id for reject in done.rejected}
    written = [record for record in records if record.id not in aside]
    assert len(written) == done.rows
    everywhere = Path("/") if format_name == "imagebind" else None  # it has whole paths
    back = list(plugins.load("formats", format_name).read(to, pictures=everywhere))
    assert [row for row in back if isinstance(row, Reject)] == [], format_name
    assert len(back) == done.rows, format_name
    for row, again in zip(written, back, strict=True):
        compare(format_name, class_.carries, row, again, done.lost)


def compare(format_name, carries, row, again, lost):
    """What a record had and has no more must be named."""
    if row.facts != NO_FACTS and again.facts == NO_FACTS:
        assert lost[FACTS], format_name
    if "origin" not in carries:
        assert lost[ORIGIN], format_name
    if row.tools and not again.tools:
        assert any("tools" in words for words in lost), format_name
    if len(row.media) != len(again.media) or len(row.turns) != len(again.turns):
        assert lost.keys() - {FACTS, ORIGIN}, format_name
    said = [turn.text for turn in row.turns if turn.role == "assistant" and not turn.calls]
    told = [turn.text for turn in again.turns if turn.role == "assistant" and not turn.calls]
    if said != told:
        assert lost.keys() - {FACTS, ORIGIN}, (format_name, said, told)
