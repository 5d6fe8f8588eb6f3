"""How a dataset that is named becomes a corpus, told on the way: what is fetched, how large it is, where it goes."""

from collections.abc import Callable

from pictus.cli import output
from pictus.reading.wording import count_of
from pictus.steps import fetch
from pictus.steps.generate.inputs import Input, fetch_plan, make_corpus


def make_ready(one: Input) -> None:
    """Fetch what is missing of a dataset, and import it; a corpus is ready."""
    plan = fetch_plan(one)
    if plan is not None:
        if plan.splits:
            plan = fetch.measured(plan)
            say_fetch(plan, "fetching", output.say)
            with output.progress() as events:
                fetch.run(plan, events)
        output.say(f"importing {one.name} from {one.root} into {one.corpus}")
    if one.source is not None:
        with output.progress(one.corpus) as events:
            make_corpus(one, events)


def say_fetch(plan: fetch.FetchPlan, verb: str, say: Callable[[str], object]) -> None:
    """Say which files are fetched, and how large they are."""
    count = count_of(len(plan.assets), "file")
    known = output.size_of(sum(plan.sizes.values()))
    size = known if plan.size_bytes is not None else f"{known} and what the servers do not say"
    say(f"{verb} the annotations of {plan.name}, no pictures, into {plan.root}: {count}, {size}")
    for asset in plan.assets:
        size = output.size_of(plan.sizes[asset.path]) if asset.path in plan.sizes else "?"
        say(f"  {size:>10}  {asset.url}")
