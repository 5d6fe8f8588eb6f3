"""Small corpora for tests: any records, in shards as small as wanted."""

from pictus.engine.events import Events
from pictus.engine.making import make_from_stream
from pictus.record import Origin, Record, Turn, make_record
from pictus.store.corpus import begin_corpus


def write_corpus(folder, records, *, shard_rows=10_000, roots=("/pictures",)):
    """Make a corpus of records."""
    corpus = begin_corpus(folder, roots={f"root{n}": root for n, root in enumerate(roots)}, made={"step": "test"})
    return make_from_stream(corpus, lambda: records, Events(), shard_rows=shard_rows)


def talk(number: int = 0, *, words: str = "A red dog.", media=(), dataset="made", **licences) -> Record:
    """A question with its answer, by default without a picture."""
    return make_record(
        Origin(dataset=dataset, key=str(number), **licences),
        media=media,
        turns=[Turn.of("user", f"What is number {number}?", images=len(media)), Turn.of("assistant", words)],
    )
