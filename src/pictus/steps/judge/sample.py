"""Which records are judged: those whose ids have the smallest hashes, however the corpus is cut into shards.

A larger sample holds every smaller one, so that going on costs only what is new.
"""

from collections.abc import Callable
from hashlib import blake2b
from heapq import nsmallest
from itertools import islice

from pictus.steps.judge.plan import JudgePlan
from pictus.store.corpus import Corpus
from pictus.store.shards import shard_ids


def chosen(plan: JudgePlan, source: Corpus) -> Callable[[str], bool]:
    """Give the test of whether a record is in the sample, by its id."""
    if plan.sample is None or plan.sample >= plan.records:
        return lambda identity: True
    ids = (one for number, rows, _ in plan.shards for one in islice(shard_ids(source.place, number), rows))
    last = nsmallest(plan.sample, (_rank(one, plan.seed) for one in ids))[-1]
    return lambda identity: _rank(identity, plan.seed) <= last


def _rank(identity: str, seed: int) -> bytes:
    return blake2b(f"sample {seed} {identity}".encode(), digest_size=8).digest()
