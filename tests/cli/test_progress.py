"""What is shown of a run while it goes on: one line, of whatever is done just now."""

import io
import sys

from pictus.cli import output


def send(events, step):
    events.send("training", told=f"step {step} of 9, loss 1.0000", done=step, total=9)


def test_a_training_is_shown_in_the_line_of_the_run_until_rows_are_read_again():
    lines = output._Lines()
    assert lines.line() == "starting"
    lines.take({"event": "shard", "rows": 60, "rejected": 0})
    assert lines.line().startswith("60 records, ")
    lines.take({"event": "training", "told": "step 3 of 9", "done": 3, "total": 9})
    assert lines.line() == "step 3 of 9"
    lines.take({"event": "shard", "rows": 100, "rejected": 1})
    assert lines.line().startswith("160 records, ")


def test_a_terminal_has_one_live_line_and_notes_above_it(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with output.progress() as events:
        for step in range(1, 10):
            send(events, step)
        print("a note", file=sys.stderr)
        (bar,) = events.listeners
        assert bar.progress.tasks[0].completed == 9 and bar.progress.tasks[0].total == 9
    shown = screen.getvalue()
    assert "a note\n" in shown and shown.count("\n") < 5


def test_a_log_does_not_say_the_same_twice(capsys):
    lines = output._Lines()
    waiting = {"event": "asked", "done": 0, "total": 80, "rate": 0.0, "spent": None, "in_flight": 4, "set_aside": 0}
    for done in (0, 0, 1):
        lines.take(waiting | {"done": done, "ending": False})
        lines.say()
    assert capsys.readouterr().err.splitlines() == [
        "0 done, 80 left, 0/s, 4 in flight",
        "1 done, 79 left, 0/s, 4 in flight",
    ]
