"""The side table `judge`: what was found of each record that stands, so that later steps can choose by it."""

from collections import Counter, deque
from typing import Any

import pyarrow as pa

from pictus.prompt_sets.judging import SCORES
from pictus.report.reasons import reason_code
from pictus.steps.judge.verdicts import Verdict
from pictus.store.corpus import Corpus
from pictus.store.receipts import Receipt
from pictus.store.side import read_side, side_name, write_side

NAME = "judge"


class VerdictTable:
    """Verdicts wait here until their shard is whole, then they are written beside it."""

    def __init__(self, corpus: Corpus, tests: tuple[str, ...]) -> None:
        self.corpus, self.tests = corpus, tests
        self._waiting: deque[tuple[str, Verdict]] = deque()

    def add(self, identity: str, verdict: Verdict) -> None:
        """Keep the verdict on the next record that is written."""
        self._waiting.append((identity, verdict))

    def is_there(self, shard: int) -> bool:
        """Say whether the part beside a shard was written."""
        return self.corpus.place.exists(side_name(NAME, shard))

    def write(self, receipt: Receipt) -> None:
        """Write the part beside a shard, or pass over its rows where that was done."""
        rows = [self._waiting.popleft() for _ in range(receipt.rows)]
        if not self.is_there(receipt.shard):
            columns = self._columns([verdict for _, verdict in rows])
            write_side(self.corpus, NAME, receipt.shard, [identity for identity, _ in rows], columns)

    def _columns(self, verdicts: list[Verdict]) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        if "blind" in self.tests:
            columns["blind"] = pa.array([one.blind for one in verdicts], pa.float32())
        if "quality" in self.tests:
            for name in SCORES:
                scores = [None if one.scores is None else getattr(one.scores, name) for one in verdicts]
                columns[name] = pa.array(scores, pa.int8())
            columns["why"] = pa.array([one.scores and one.scores.why for one in verdicts], pa.string())
        columns["unjudged"] = pa.array([one.unjudged for one in verdicts], pa.list_(pa.string()))
        return columns


def unjudged(corpus: Corpus) -> Counter[str]:
    """Count the records of which a test has nothing to say, by the reason."""
    counts: Counter[str] = Counter()
    for shard in corpus.shards:
        told = read_side(corpus, NAME, shard)["unjudged"].to_pylist()
        counts.update(reason_code(reason) for reasons in told for reason in reasons)
    return counts
