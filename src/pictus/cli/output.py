"""How commands speak: results to stdout, talk to stderr, progress by the events of a run."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import click

from pictus.errors import PictusError
from pictus.reading.wording import count_of

DONE, SET_ASIDE = 0, 3
engine_option = click.option(
    "--engine",
    default="local",
    show_default=True,
    metavar="local|ray|ray://HOST:PORT",
    help="Where the work is done: on this machine, or on those of a Ray cluster.",
)


def result(data: Any) -> None:
    """Print the one JSON object of `--json`."""
    import orjson

    plain = asdict(data) if is_dataclass(data) and not isinstance(data, type) else data
    click.echo(orjson.dumps(plain, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))


def say(text: str) -> None:
    """Say something that is no result."""
    click.echo(text, err=True)


def next_command(text: str) -> None:
    """End with what to type next."""
    say(f"next: {text}")


def table(rows: Iterable[Sequence[str]], *, indent: int = 2) -> None:
    """Print columns, each as wide as its widest cell; the last may be of any length."""
    rows = [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo((" " * indent + "  ".join(cells)).rstrip())


def reasons(counts: Mapping[str, int] | Iterable[tuple[str, int]], *, most: int = 8) -> None:
    """Print why rows were set aside, the most frequent first."""
    pairs = counts.items() if isinstance(counts, Mapping) else counts
    items = sorted(pairs, key=lambda item: (-item[1], item[0]))
    for reason, count in items[:most]:
        say(f"  {count:>9,}  {reason}")
    if len(items) > most:
        say(f"  and {len(items) - most} more reasons")


def asked(text: bytes) -> None:
    """Say what was asked and what it cost, from the `asked.json` of a corpus."""
    import orjson

    told = orjson.loads(text)
    tokens = f"{told['prompt_tokens']:,} tokens in, {told['completion_tokens']:,} out"
    money = "" if told["dollars"] is None else f", ${told['dollars']:,.2f}"
    say(f"{told['model']}: {count_of(told['answers'], 'answer')}, {tokens}{money}")
    for note in told["notes"]:
        say(f"note: {note}")


def estimate(found: Any, *, takes_batches: bool = True) -> None:
    """Print what a run would take and cost."""
    rows = [
        ["tokens", f"{found.prompt_tokens:,} of prompts, {_range(*found.completion_tokens)} of answers (estimated)"]
    ]
    if found.picture_tokens:
        rows.append(["pictures", f"{found.picture_tokens:,} tokens more (estimated)"])
    if found.is_local and found.dollars is None:
        rows.append(["money", "nothing: the model runs on this machine"])
    elif found.dollars is None or found.dollars_by_batch is None:
        rows.append(["money", f"nobody knows the price of {found.model}; say `--price IN,OUT`"])
    else:
        since = f"prices of {found.price_date}, {found.price_source}" if found.price_date else found.price_source
        rows.append(["money", f"${found.dollars[0]:,.2f} to ${found.dollars[1]:,.2f} ({since})"])
        if takes_batches:
            low, high = found.dollars_by_batch
            rows.append(["", f"${low:,.2f} to ${high:,.2f} with `--batch`"])
    low, high = found.minutes
    if found.is_local:
        rows.append(["time", "hangs on this machine: `--limit 20` shows how fast it is"])
    else:
        rows.append(["time", f"{_minutes(low)} to {_minutes(high)}, if the server lets all of them in flight"])
    if found.unfit:
        unfit = count_of(found.unfit, "more has", "more have")
        rows.append(["unfit", f"{unfit} nothing to ask about, or no context is large enough"])
    if found.trimmed:
        rows.append(["trimmed", f"{found.trimmed:,} leave facts out, to fit into the context"])
    table(rows)
    say(f"worked out from {count_of(found.sample, 'record')}; nothing was asked")


def made(to: str, corpus: Any, *, as_json: bool, why: Mapping[str, int] | None = None) -> None:
    """Say what a run made, what it asked, what it set aside and why, and what to type next; then exit."""
    tell_made(to, corpus, as_json=as_json, why=why)
    if as_json:
        result({"corpus": to, **corpus.summary})
    after_making(to, corpus)
    sys.exit(SET_ASIDE if corpus.summary["rejected"] else DONE)


def tell_made(to: str, corpus: Any, *, as_json: bool, why: Mapping[str, int] | None = None) -> None:
    """Say what a run made, what it asked, and what it set aside."""
    summary = corpus.summary
    if not as_json:
        rows, turns = count_of(summary["rows"], "record"), count_of(summary["turns"], "turn")
        click.echo(f"{to}: {rows}, {turns}, {media_of(summary)}")
    if corpus.place.exists("asked.json"):
        asked(corpus.place.read("asked.json"))
    if summary["rejected"]:
        say(f"{count_of(summary['rejected'], 'was', 'were')} set aside; {to}/rejected.json shows ten of each:")
        reasons(summary["reasons"] if why is None else why)


def after_making(to: str, corpus: Any) -> None:
    """Say what to type after a run: to export what it made, or to look why it made nothing."""
    if corpus.summary["rows"]:
        next_command(f"pictus export {to} --format llava --to {to.rstrip('/')}.json")
    else:
        say("nothing was made, so there is nothing to export")
        next_command(f"pictus show {corpus.made.get('from', to)}")


def media_of(summary: Mapping[str, Any]) -> str:
    """Say how many pictures a corpus has; also how many motions, where it has some."""
    motions = summary.get("motions", 0)
    pictures = [count_of(summary["pictures"], "picture")] if summary["pictures"] or not motions else []
    return ", ".join([*pictures, *([count_of(motions, "motion")] if motions else [])])


def size_of(count: int) -> str:
    """Say a number of bytes as people do."""
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= bytes_:
            return f"{count / bytes_:,.1f} {unit}"
    return f"{count} bytes"


def settings_of(pairs: Sequence[str]) -> dict[str, Any]:
    """Read `--set name=value`; the value is YAML, so that numbers and lists are what they look like."""
    import yaml

    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise PictusError(f"`--set {pair}` has no value", where="command line", mend=f"write `--set {pair}=VALUE`")
        settings[name.strip().replace("-", "_")] = yaml.safe_load(value)
    return settings


@contextmanager
def progress(corpus: str | None = None, listener: Any = None) -> Any:
    """Follow a run: a bar on a terminal, plain lines otherwise, and the events kept with the corpus.

    Args:
        corpus: what is made, where it is one.
        listener: what tells of the events in another way.
    """
    from pictus.engine.events import Events

    folder = Path(corpus) / "runs" if corpus is not None and "://" not in corpus else None
    listener = listener or (_Bar() if sys.stderr.isatty() else _Lines())
    events = Events((listener,), folder)
    try:
        yield events
    finally:
        events.close()
        listener.close()


class _Lines:
    """Tells of progress every few seconds, for logs."""

    def __init__(self) -> None:
        self.rows = self.rejected = self.shards = 0
        self.total: int | None = None
        self.asked: Mapping[str, Any] | None = None
        self.fetching: Mapping[str, Any] | None = None
        self.pictures: Mapping[str, Any] | None = None
        self.training: Mapping[str, Any] | None = None
        self.began = self.told = time.monotonic()
        self.said = ""

    def __call__(self, event: Mapping[str, Any]) -> None:
        was_ending = self._is_ending()
        self.take(event)
        # Who presses Ctrl-C wants to know at once that it was heard.
        if time.monotonic() - self.told > 5 or self._is_ending() != was_ending:
            self.told = time.monotonic()
            self.say()

    def say(self) -> None:
        """Say how far it is, unless that was the last thing said."""
        line, before = self.line(), self.said
        self.said = line
        if line != before:
            say(line)

    def take(self, event: Mapping[str, Any]) -> None:
        """Note what an event tells."""
        # A training is over when anything else is told: then the next stage's rows are read.
        self.training = event if event["event"] == "training" else None
        if event["event"] == "begin":
            self.total = event.get("missing")
        elif event["event"] == "shard":
            self.rows += event["rows"]
            self.rejected += event["rejected"]
            self.shards += 1
        elif event["event"] == "rows":
            self.rows = event["rows"]
        elif event["event"] == "asked":
            self.asked = event
        elif event["event"] == "ingested":
            say(_ingested_line(event))
        elif event["event"] == "fetch":
            self.fetching, self.pictures = event, None
        elif event["event"] == "pictures":
            self.pictures, self.fetching = event, None

    def _is_ending(self) -> bool:
        return self.asked is not None and bool(self.asked["ending"])

    def line(self) -> str:
        if self.training is not None:
            return str(self.training["told"])
        if self.fetching is not None:
            total = self.fetching["total"]
            of = f" of {size_of(total)}" if total else ""
            return f"{self.fetching['file']}: {size_of(self.fetching['done'])}{of}"
        if self.asked is not None:
            return _asked_line(self.asked)
        if self.pictures is not None:
            of = f" of {self.pictures['total']:,}" if self.pictures["total"] else ""
            return f"{self.pictures['what']}: {self.pictures['done']:,}{of} pictures"
        if not (self.rows or self.rejected or self.shards):
            return "starting"
        rate = self.rows / max(time.monotonic() - self.began, 0.001)
        of = f"{self.shards}/{self.total} shards, " if self.total else ""
        aside = f", {self.rejected:,} set aside" if self.rejected else ""
        return f"{of}{count_of(self.rows, 'record')}, {rate:,.0f}/s{aside}"

    def close(self) -> None:
        """Nothing is left open."""


def _asked_line(told: Mapping[str, Any]) -> str:
    left = "" if told["total"] is None else f", {max(told['total'] - told['done'], 0):,} left"
    spent = "" if told["spent"] is None else f", ${told['spent']:,.2f} spent"
    aside = f", {told['set_aside']:,} set aside" if told["set_aside"] else ""
    ending = "; ending: waiting for these, Ctrl-C again drops them" if told["ending"] else ""
    return f"{told['done']:,} done{left}, {told['rate']:,.0f}/s{spent}, {told['in_flight']:,} in flight{aside}{ending}"


def _ingested_line(told: Mapping[str, Any]) -> str:
    names = (("failed", "failed for good"), ("asked_again", "to be asked again"), ("unreadable", "broken lines"))
    more = "".join(f", {told[name]:,} {words}" for name, words in names if told[name])
    return f"the files of answers hold {count_of(told['answers'], 'answer')}{more}"


class _Bar(_Lines):
    """One live line on a terminal."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self.progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self.progress.start()
        self.bar = self.progress.add_task("starting", total=None)

    def __call__(self, event: Mapping[str, Any]) -> None:
        self.take(event)
        total, done = self.total, self.shards
        if self.asked is not None:
            total, done = self.asked["total"], self.asked["done"]
        if self.fetching is not None:
            total, done = self.fetching["total"], self.fetching["done"]
        if self.pictures is not None:
            total, done = self.pictures["total"], self.pictures["done"]
        if self.training is not None:
            total, done = self.training["total"], self.training["done"]
        self.progress.update(self.bar, description=self.line(), total=total, completed=done)

    def close(self) -> None:
        self.progress.stop()


def _range(least: int, most: int) -> str:
    return f"{least:,} to {most:,}"


def _minutes(minutes: float) -> str:
    if minutes < 1:
        return f"{max(minutes * 60, 1):.0f} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
