"""How pictures are got by their addresses: the options, what is told on the way, and at the end."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output
from pictus.cli.visits import VisitLines, VisitTable
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.steps.acquire.pictures.plan import PicturesPlan
    from pictus.store.corpus import Corpus

_MODES = ("keep_ratio", "keep_ratio_largest", "border", "center_crop")

PICTURE_OPTIONS = (
    click.option("--url", metavar="COLUMN", help="Of a list: the column of addresses; else found by its name."),
    click.option("--caption", metavar="COLUMN", help="Of a list: the column of captions; else found by its name."),
    click.option("--keep", multiple=True, metavar="COLUMN", help="Of a list: a column to keep; `*` for all."),
    click.option("--size", type=click.IntRange(1), help="Pixels of a side; by default pictures keep their size."),
    click.option("--resize", type=click.Choice(_MODES), help="Of which side, and how.  [default: keep_ratio]"),
    click.option("--enlarge", is_flag=True, help="Bring smaller pictures up to the size as well."),
    click.option("--encode", type=click.Choice(("jpg", "png", "webp")), default="jpg", show_default=True),
    click.option("--quality", type=click.IntRange(1, 100), default=95, show_default=True),
    click.option("--re-encode", is_flag=True, help="Write every picture anew, also those that need no change."),
    click.option("--min-size", type=click.IntRange(0), default=0, help="Pixels that the shorter side needs."),
    click.option("--max-aspect", type=click.FloatRange(1), help="Longest side by shortest, at most."),
    click.option("--exif", is_flag=True, help="Keep the EXIF in the side table `acquired`."),
    click.option("--blur", metavar="COLUMN", default="", help="Of a list: boxes to blur, in fractions."),
    click.option("--blur-label", "blur_labels", multiple=True, help="Of a corpus: blur annotated boxes of this label."),
    click.option("--md5", metavar="COLUMN", help="Of a list: MD5 sums that the files must have."),
    click.option("--sha256", metavar="COLUMN", help="Of a list: SHA-256 sums that the files must have."),
    click.option("--output", type=click.Choice(("corpus", "webdataset", "files")), default="corpus", show_default=True),
    click.option("--shard-rows", "rows", type=click.IntRange(1), help="Rows of a shard."),
    click.option("--limit", type=click.IntRange(1), help="Take only the first rows."),
    output.engine_option,
    click.option(
        "--connections",
        type=click.IntRange(1),
        help="At once, of each process; as many again to hosts of few rows.  [default: 128]",
    ),
    click.option("--per-host", type=click.IntRange(1), help="At once to one host, of each process.  [default: 8]"),
    click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Requests a second to one host."),
    click.option("--tries", type=click.IntRange(1), help="Where a failure may pass.  [default: 3]"),
    click.option("--timeout", type=float, help="Seconds without a byte.  [default: 10]"),
    click.option("--deadline", type=float, help="Seconds for a picture.  [default: 20]"),
    click.option("--max-bytes", type=click.IntRange(1), help="Of a file.  [default: 33,554,432]"),
    click.option("--user-agent", help="How to name yourself to servers."),
    click.option("--ignore-robots", is_flag=True, help="Take what owners mark as not for AI; the card will say so."),
    click.option("--allow-network", "allowed", multiple=True, metavar="CIDR", help="Ask a private network as well."),
    click.option(
        "--retry",
        is_flag=False,
        flag_value="passing",
        metavar="REASONS",
        help="Try rows again that were set aside: those that may pass, `all`, or for these reasons.",
    ),
)


def acquire_pictures(target: str, to: str, *, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Get the pictures of a list or a corpus."""
    from pictus.steps import acquired
    from pictus.steps.acquire.pictures import again, run

    retry = again.reasons_in(options["retry"] or "")
    plan = _plan(target, to, options)
    if dry_run:
        return _say_plan(plan, as_json)
    before = acquired.summary_at(to) if retry else {}
    with output.progress(to, VisitTable() if sys.stderr.isatty() else VisitLines()) as events:
        corpus = run.run(plan, events, retry=retry)
    unread = acquired.reasons_in_list(corpus)
    if as_json:
        output.result({"corpus": to, **corpus.summary, "reasons_in_list": unread})
    else:
        click.echo(f"{to}: {count_of(corpus.summary['rows'], 'record')}, {output.media_of(corpus.summary)}")
    if before:
        tried, came = acquired.since(before, corpus)
        output.say(f"{count_of(tried, 'row was', 'rows were')} tried again, and {came:,} got what they name")
    _say_missing(to, corpus, unread)
    _say_next(to, corpus, options["retry"])
    sys.exit(output.SET_ASIDE if corpus.summary["rejected"] or unread else output.DONE)


def _say_missing(to: str, corpus: "Corpus", unread: Mapping[str, int]) -> None:
    """Say which pictures may not be what they seem, and which did not come."""
    from pictus.steps.acquire.pictures import same_files
    from pictus.steps.acquired import LIST

    summary = corpus.summary
    if copies := same_files.told(corpus):
        output.say(copies)
    if unread:
        rows = count_of(sum(unread.values()), "row of the list was", "rows of the list were")
        output.say(f"{rows} set aside; {to}/{LIST}/rejected.json shows ten of each:")
        output.reasons(unread)
    if summary["rejected"]:
        output.say(f"{count_of(summary['rejected'], 'row')} without a picture; {to}/rejected.json shows ten of each:")
        output.reasons(summary["reasons"])
    if not summary["rows"] and not summary["rejected"] and not unread:
        output.say("the list has no rows")


def _say_next(to: str, corpus: "Corpus", retry: str | None) -> None:
    """Say what to type next: to try again what may pass, and to look at what came."""
    from pictus.steps.acquire.pictures import again
    from pictus.steps.acquire.pictures.keeping import TARS

    if any(again.is_passing(reason.partition(":")[0]) for reason in corpus.summary["reasons"]):
        output.next_command(shlex.join(["pictus", *_without_retry(sys.argv[1:], retry), "--retry"]))
    if not corpus.summary["rows"]:
        return
    if corpus.made["output"] == "webdataset":  # the rows are without them: the tars are what is read from now on
        base = to.rstrip("/")
        output.next_command(f"pictus import webdataset --from {base}/{TARS} --to {base}-corpus")
    else:
        output.next_command(f"pictus check {to}")


def _without_retry(words: Sequence[str], retry: str | None) -> list[str]:
    """Give the command as it was typed, but for what was tried again."""
    if "--retry" not in words:
        return [word for word in words if not word.startswith("--retry=")]
    at = words.index("--retry")
    given = words[at + 1 : at + 2]
    return [*words[:at], *words[at + (2 if given == [retry] else 1) :]]


def _plan(target: str, to: str, options: Mapping[str, Any]) -> "PicturesPlan":
    from pictus.pixels.wanted import Wanted
    from pictus.steps.acquire.pictures.plan import plan
    from pictus.web.manners import Manners

    size = options["size"]
    if size is None and (options["resize"] or options["enlarge"]):
        raise click.UsageError("--resize and --enlarge need a --size.")
    wanted = Wanted(
        size=size,
        mode="no" if size is None else options["resize"] or "keep_ratio",
        only_larger=not options["enlarge"],
        encode=options["encode"],
        quality=options["quality"],
        keep_bytes=not options["re_encode"],
        min_size=options["min_size"],
        max_aspect=options["max_aspect"],
        exif=options["exif"],
    )
    named = {
        "connections": options["connections"],
        "per_host": options["per_host"],
        "per_host_rate": options["rate"],
        "tries": options["tries"],
        "idle_seconds": options["timeout"],
        "total_seconds": options["deadline"],
        "most_bytes": options["max_bytes"],
        "agent": options["user_agent"],
        "obey": () if options["ignore_robots"] else None,
    }
    manners = Manners(**{name: value for name, value in named.items() if value is not None}, allowed=options["allowed"])
    sums = {method: options[method] for method in ("md5", "sha256") if options[method]}
    return plan(
        target,
        to,
        rows=options["rows"],
        workers=options["workers"],
        engine=options["engine"],
        url=options["url"],
        caption=options["caption"],
        keep=list(options["keep"]),
        wanted=wanted,
        manners=manners,
        output=options["output"],
        limit=options["limit"],
        sums=sums,
        blur_column=options["blur"],
        blur_labels=options["blur_labels"],
    )


def _say_plan(plan: "PicturesPlan", as_json: bool) -> None:
    if as_json:
        return output.result(plan)
    from pictus.engine.engines import LOCAL, room_here
    from pictus.steps.acquire.pictures.plan import CPUS

    wanted, manners = plan.wanted, plan.manners
    processes = plan.workers or (room_here(CPUS) if plan.engine == LOCAL else "the cluster's 2 a processor")
    size = "as they are" if wanted.size is None else f"{wanted.size} pixels, {wanted.mode}"
    columns = {} if plan.listed is None else dict(plan.listed.settings)
    click.echo(f"would get the pictures of {plan.source}")
    output.table(
        [
            ["to", f"{plan.to}, {count_of(plan.rows, 'row')} a shard, as {plan.output}"],
            *([["columns", ", ".join(f"{name}: {value}" for name, value in columns.items())]] if columns else []),
            ["pictures", f"{size}, {wanted.encode} of quality {wanted.quality} where they are written anew"],
            [
                "servers",
                f"{manners.connections} connections, {manners.per_host} a host, of each process ({processes} at once)",
            ],
            ["robots", ", ".join(manners.obey) or "ignored"],
        ]
    )
    return None
