"""Ask a model which conversations of a corpus need their pictures and are good, and set the others aside."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from pictus.cli import output
from pictus.reading.wording import count_of


@click.command("judge")
@click.argument("corpus")
@click.option("--to", required=True, help="The corpus to make: a new folder, or an fsspec address.")
@click.option("--model", help="The model to ask: a name, a folder or a GGUF file. Chooses the backend if you do not.")
@click.option("--backend", help="What asks it.")
@click.option("--base-url", help="The address of an OpenAI-compatible server.")
@click.option(
    "--test",
    "tests",
    multiple=True,
    type=click.Choice(["blind", "quality"]),
    help="blind: are the questions answered without the picture? quality: scores of 1 to 5.  [default: both]",
)
@click.option(
    "--see/--no-see", default=None, help="Show the judge the pictures, or tell it the facts.  [default: facts]"
)
@click.option("--least", type=click.IntRange(1, 5), help="Set aside what has a lower score.  [default: 3]")
@click.option(
    "--blind-share",
    type=click.FloatRange(0, 1, min_open=True),
    help="Set aside when such a share of the questions is answered blind.  [default: 1]",
)
@click.option("--sample", type=click.IntRange(1), help="Judge so many records; the others pass unjudged.")
@click.option("--seed", type=int, help="Another seed, another sample.  [default: 0]")
@click.option("--limit", type=click.IntRange(1), help="Take only the first records.")
@click.option("--budget", type=float, help="Dollars; the run stops before they are exceeded.")
@click.option("--price", metavar="IN,OUT", help="Dollars for a million tokens, for a model that is not in the table.")
@click.option("--finish", is_flag=True, default=None, help="When the run must stop, end with what was judged.")
@click.option("--journal", type=click.Path(), help="Where answers are kept.  [default: with the corpus]")
@click.option("--at-once", type=click.IntRange(1), help="Requests in flight, at most.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the backend.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, what it takes and costs, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(corpus: str, to: str, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Judge each conversation of CORPUS by a model; those that stand go to a new corpus, their scores beside them.

    \b
    pictus judge corpora/coco-gpt --model gpt-4o --sample 500 --budget 2 --to corpora/coco-judged
    pictus judge corpora/coco-gpt --model gpt-4o-mini --test blind --to corpora/coco-looks
    """
    from pictus.ask.which import backend_of
    from pictus.errors import PictusError
    from pictus.steps import judge

    settings = output.settings_of(options.pop("settings"))
    for name in ("model", "base_url"):
        if (value := options.pop(name)) is not None:
            settings[name] = value
    chosen = {name: value for name, value in options.items() if value not in (None, ())}
    if "backend" not in chosen:
        if "model" not in settings:
            raise PictusError("no judge is named", where="--model", mend="name a model: `--model gpt-4o-mini`")
        chosen["backend"] = backend_of(settings["model"])
    plan = judge.plan(corpus, to, settings=settings, **chosen)
    if dry_run:
        _dry_run(plan, as_json=as_json)
    else:
        with output.progress(to) as events:
            made = judge.run(plan, events)
        output.say(f"what was found of each record stands in {to}/side/judge")
        output.made(to, made, as_json=as_json, why=_kinds(made.summary["reasons"]))


def _kinds(reasons: Mapping[str, int]) -> Counter[str]:
    """Count reasons without what the judge said, which is seldom the same twice."""
    kinds: Counter[str] = Counter()
    for reason, count in reasons.items():
        kinds[": ".join(reason.split(": ")[:2])] += count
    return kinds


def _dry_run(plan: Any, *, as_json: bool) -> None:
    from pictus.steps.judge.estimate import estimate

    found = estimate(plan)
    if as_json:
        return output.result(found)
    tests = " and ".join(plan.tests)
    times = count_of(found.requests, "time")
    click.echo(f"would ask {found.model} {times} about {count_of(found.records, 'record')}: {tests}")
    return output.estimate(found, takes_batches=False)
