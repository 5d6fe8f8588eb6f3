"""How a dataset that is named becomes a corpus, told on the way: what is fetched, how large it is, where it goes."""

from collections.abc import Callable
from typing import Any

from pictus.cli import output
from pictus.reading.wording import count_of
from pictus.steps.acquire.measure import measured
from pictus.steps.acquire.plan import AcquirePlan, Item, refuse_forms
from pictus.steps.acquire.run import run
from pictus.steps.generate.inputs import Input, fetch_plan, make_corpus


def make_ready(one: Input) -> None:
    """Fetch what is missing of a dataset, and import it; a corpus is ready."""
    plan = fetch_plan(one)
    if plan is not None:
        if plan.left:
            refuse_forms(plan)
            plan = measured(plan)
            say_fetch(plan, "fetching", output.say)
            with output.progress() as events:
                done = run(plan, events)
            say_refused(done.files.refused.counts)
        output.say(f"importing {one.name} from {one.root} into {one.corpus}")
    if one.source is not None:
        with output.progress(one.corpus) as events:
            make_corpus(one, events)


def say_fetch(plan: AcquirePlan, verb: str, say: Callable[[str], object]) -> None:
    """Say which annotations are fetched, and how large they are."""
    fetched = [item for item in plan.left if item.is_fetched]
    count = count_of(len(fetched), "file")
    known = output.size_of(sum(item.left_bytes for item in fetched))
    size = known if plan.size_bytes is not None else f"{known} and what the servers do not say"
    say(f"{verb} the annotations of {plan.name}, no pictures, into {plan.root}: {count}, {size}")
    for item in fetched:
        say(f"  {size_word(item):>10}  {item.asset.url}")


def size_word(item: Item) -> str:
    """Say how large a file is, as far as anybody knows."""
    if item.size_bytes is not None:
        return output.size_of(item.size_bytes)
    return "?" if item.asset.about_bytes is None else f"~{output.size_of(item.asset.about_bytes)}"


def say_refused(counts: Any) -> None:
    """Say what was left out of archives, and why."""
    if counts:
        output.say("not unpacked:")
        output.reasons(counts)


def plain(plan: AcquirePlan) -> dict[str, Any]:
    """Give a plan as `--json` prints it."""
    card = plan.card
    return {
        "source": plan.name,
        "root": plan.root,
        "splits": plan.splits,
        "licences": {"pictures": card.picture_licence, "texts": card.text_licence, "model": card.model_terms},
        "size_bytes": plan.size_bytes,
        "files": [_plain(item) for item in plan.items],
        "needs": [plain(need) for need in plan.needs],
    }


def _plain(item: Item) -> dict[str, Any]:
    asset = item.asset
    told = {"state": item.state, "path": asset.path, "address": asset.url, "size_bytes": item.size_bytes}
    more = {"about_bytes": asset.about_bytes, "here_bytes": item.here_bytes, "kind": asset.kind, "split": asset.split}
    return {**told, **more, "unpacked_to": asset.unpack, "by_hand": asset.by_hand or None}
