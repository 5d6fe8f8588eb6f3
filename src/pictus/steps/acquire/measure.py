"""How large the files of a plan are, asked of their servers; one that does not answer is asked once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

from pictus.errors import PictusError
from pictus.steps.acquire.plan import AcquirePlan, Item
from pictus.store.hub import HubFacts, HubFile, facts_of, hub_file
from pictus.store.remote import Unreachable, remote_size

_AT_ONCE = 4  # of one server


def measured(plan: AcquirePlan) -> AcquirePlan:
    """Ask the servers what the cards do not know: sizes, checksums, and which files a repository of the Hub has."""
    hosts: dict[str, list[Item]] = {}
    for item in plan.all_items:
        if item.is_fetched and (item.size_bytes is None or hub_file(item.asset.url)):
            hosts.setdefault(_host(item), []).append(item)
    if not hosts:
        return plan
    found: dict[tuple[str, str], list[Item]] = {}
    with ThreadPoolExecutor(len(hosts)) as pool:
        for pairs in pool.map(lambda items: list(_ask(items)), hosts.values()):
            found.update({(item.source, item.asset.path): items for item, items in pairs})
    return _with(plan, found)


def expanded(item: Item) -> list[Item]:
    """List the files of a repository of the Hub; an item that is one file stands for itself."""
    one = hub_file(item.asset.url)
    if one is None or one.path:
        return [item]
    return [_of_repository(item, one, facts) for facts in facts_of(one, ()) if not facts.path.startswith(".")]


def _with(plan: AcquirePlan, found: dict[tuple[str, str], list[Item]]) -> AcquirePlan:
    items = [one for item in plan.items for one in found.get((item.source, item.asset.path), [item])]
    return replace(plan, items=tuple(items), needs=tuple(_with(need, found) for need in plan.needs))


def _host(item: Item) -> str:
    one = hub_file(item.asset.url)
    return one.page if one else urlsplit(item.asset.url).netloc


def _ask(items: list[Item]) -> Iterator[tuple[Item, list[Item]]]:
    """Ask one server, or of one repository."""
    one = hub_file(items[0].asset.url)
    try:
        if one is not None:
            yield from _ask_hub(items)
            return
        first = remote_size(items[0].asset.url)  # whether it answers at all
    except (Unreachable, PictusError):
        return
    yield items[0], [replace(items[0], size_bytes=first)]
    answers = [True]

    def size_of(item: Item) -> int | None:
        try:
            return remote_size(item.asset.url) if all(answers) else None
        except Unreachable:
            answers.append(False)
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for item, size in zip(items[1:], pool.map(size_of, items[1:]), strict=True):
            yield item, [replace(item, size_bytes=size)]


def _ask_hub(items: list[Item]) -> Iterator[tuple[Item, list[Item]]]:
    files = {item.asset.path: one for item in items if (one := hub_file(item.asset.url)) and one.path}
    whole = [item for item in items if item.asset.path not in files]
    for item in whole:
        yield item, expanded(item)
    if files:
        facts = {one.path: one for one in facts_of(next(iter(files.values())), [one.path for one in files.values()])}
        for item in items:
            if item.asset.path in files and (told := facts.get(files[item.asset.path].path)):
                yield item, [_told(item, told)]


def _told(item: Item, facts: HubFacts) -> Item:
    asset = replace(item.asset, size_bytes=facts.size_bytes, sha256=item.asset.sha256 or facts.sha256)
    return replace(item, asset=asset, size_bytes=facts.size_bytes)


def _of_repository(item: Item, one: HubFile, facts: HubFacts) -> Item:
    path = f"{item.asset.path}/{facts.path}"
    asset = replace(item.asset, url=one.named(facts.path), path=path)
    file = item.root / path
    is_whole = file.is_file() and file.stat().st_size == facts.size_bytes
    found = replace(item, asset=asset, state="here" if is_whole else "missing", part_of=item.asset.path, here_bytes=0)
    return _told(found, facts)
