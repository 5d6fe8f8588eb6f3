"""A corpus is made shard after shard; a run that goes on must be given what the first one had."""

import pytest

from pictus.engine.events import Events
from pictus.engine.making import make_from_stream
from pictus.errors import PictusError
from pictus.record import Origin, Turn, make_record
from pictus.store.corpus import begin_corpus

RECORDS = [
    make_record(Origin(dataset="d", key=str(n)), turns=(Turn.of("user", "What?"), Turn.of("assistant", "A dog.")))
    for n in range(30)
]


def test_a_stream_that_ends_before_what_was_made_of_it_is_told(tmp_path):
    def broken():
        yield from RECORDS[:15]
        raise ZeroDivisionError

    corpus = begin_corpus(tmp_path / "c", roots={}, made={"step": "test"})
    with pytest.raises(ZeroDivisionError):
        make_from_stream(corpus, broken, Events(), shard_rows=10)
    with pytest.raises(PictusError, match="ends before the rows that shard 0 was made of"):
        make_from_stream(corpus, lambda: RECORDS[:5], Events(), shard_rows=10)
    made = make_from_stream(corpus, lambda: RECORDS, Events(), shard_rows=10)
    assert [record.id for record in made.records()] == [one.id for one in RECORDS]
