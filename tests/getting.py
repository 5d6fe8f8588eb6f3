"""Pictures got in this process, by the step itself."""

from pictus.engine.events import Events
from pictus.engine.making import make_from_stream
from pictus.record import Facts, Origin, make_record
from pictus.steps.acquire.pictures import run as acquire
from pictus.steps.acquire.pictures.plan import plan
from pictus.store.corpus import begin_corpus
from pictus.web.manners import Manners


def manners(**more):
    """Give manners that lose no time between tries, and have patience with a busy machine."""
    patient = {"connect_seconds": 30, "idle_seconds": 30, "total_seconds": 60, "tries": 2, "backoff_seconds": 0.01}
    return Manners(**{"allowed": ("127.0.0.0/8",), "most_bytes": 2**20, "per_host": 64, **patient, **more})


def got(target, to, *, retry=(), tell=(), **options):
    """Get the pictures of a list or a corpus."""
    given = {"workers": 1, "manners": manners(), **options}
    return acquire.run(plan(str(target), str(to), **given), Events(tell), retry=retry)


def row(key, *media, **facts):
    """Make a record of media."""
    return make_record(Origin(dataset="d", key=key), media=media, facts=Facts(captions=(key,), **facts))


def corpus_of(rows, to, *, roots=None, shard_rows=2):
    """Write records to a corpus."""
    corpus = begin_corpus(to, roots=roots or {}, made={"step": "test"})
    return make_from_stream(corpus, lambda: iter(rows), Events(()), shard_rows=shard_rows)
