"""A signal ends a training between two steps, and the same command goes on."""

# ruff: noqa: E402

import signal
import threading

import pytest

from tiny_models import needs

needs("torch", "transformers")

import tiny_training as tiny
from pictus.learn.train.loop import train
from pictus.learn.train.stop import Stop


class _Told(tiny.Colours):
    """Sends signals to this process while its third step is made."""

    def __init__(self, *signals):
        super().__init__()
        object.__setattr__(self, "signals", signals)

    def steps(self, first, **options):
        for step in super().steps(first, **options):
            if step.number == 2:
                for number in self.signals:
                    signal.raise_signal(number)
            yield step


@pytest.mark.parametrize(
    "signals",
    [(signal.SIGTERM,), (signal.SIGINT,), (signal.SIGINT, signal.SIGINT, signal.SIGTERM)],  # torchrun passes it on
)
def test_a_signal_saves_and_leaves(tmp_path, signals):
    events, before = [], [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    stopped = train(tiny.job(tmp_path, feed=_Told(*signals), listeners=(events.append,)))
    assert (stopped.steps, stopped.cursor, stopped.exit_code) == (3, 24, 130)
    assert stopped.stopped == signals[0].name and stopped.model is None
    text = f"{signals[0].name} after step 3 of 12: it is saved, and the same command goes on from there"
    assert events[-1]["text"] == text
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-3"]
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    assert train(tiny.job(tmp_path)).exit_code == 0 and [*tiny.losses(tmp_path)] == [*range(1, 13)]


def test_outside_the_main_thread_signals_are_left_alone():
    before, seen = signal.getsignal(signal.SIGTERM), []

    def listen():
        with Stop():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [before]
