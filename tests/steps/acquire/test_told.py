"""What is told while pictures come: by the log where it is seen, and by the receipts where it is not."""

from collections import Counter
from pathlib import Path

from pictus.cli.visits import VisitLines
from pictus.engine.events import Events
from pictus.steps.acquire.pictures.fetching import Progress
from pictus.steps.acquire.pictures.progress import followed, teller

RECEIPT = {"event": "shard", "rows": 8, "rejected": 2, "size_bytes": 100, "reasons": {"timeout: it took too long": 2}}


def test_a_machine_that_does_not_see_the_log_works_without(tmp_path):
    for log in (None, str(tmp_path / "another machine/events.jsonl")):
        with teller(log, 3) as tell:
            tell(Progress(left=1))


def test_receipts_stand_for_shards_that_told_nothing_on_their_way():
    lines = VisitLines()
    lines.take({**RECEIPT, "shard": 0})  # of the list, which is read first
    lines.take({"event": "wanted", "rows": 40, "late": 0})
    lines.take({**RECEIPT, "shard": 0})
    told = {"left": 9, "done": 11, "got": 10, "got_bytes": 50, "missed": {"reset": 1}, "hosts": 2}
    lines.take({"event": "acquiring", "shard": 1, **told})
    lines.take({**RECEIPT, "shard": 1})
    figures = lines.figures()
    assert (figures["got"], figures["left"], figures["hosts"]) == ("18 of 21", "19", "2")
    assert lines.why() == [("timeout", 2), ("reset", 1)]


def test_a_line_in_which_two_machines_are_mixed_is_passed_over(tmp_path):
    heard = []
    events = Events((heard.append,), tmp_path)
    progress = Progress(left=1, done=2, missed=Counter(reset=1))
    with followed(events):
        with Path(events.log).open("ab") as file:
            file.write(b'{"event":"acquiring","shard":{"event":"acquiring"\n')
        with teller(events.log, 4) as tell:
            tell(progress)
    events.close()
    assert [(event["shard"], event["missed"]) for event in heard] == [(4, {"reset": 1})]
