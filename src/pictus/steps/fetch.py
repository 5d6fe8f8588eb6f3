"""Fetch: the annotation files of a dataset that are not here yet; never its pictures."""

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from pictus import plugins
from pictus.card import Asset
from pictus.engine.events import Events
from pictus.errors import ManyErrors, PictusError, unknown_name
from pictus.store.download import download, remote_size
from pictus.store.unpacking import unpack
from pictus.store.whole_file import whole_file

# Names the splits that a run fetches, until all is here: some files of a dataset are as good as all of them to its
# source, so what an interrupted run left would look whole.
_BEGUN = ".fetching.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPlan:
    """What is missing of a dataset, and where it goes."""

    name: str  # of the source
    root: Path
    splits: tuple[str, ...]  # those that are fetched; none when nothing is missing
    assets: tuple[Asset, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)  # by path, as cards or servers say them

    @property
    def size_bytes(self) -> int | None:
        """Add up the sizes; None when one is unknown."""
        known = [self.sizes.get(asset.path) for asset in self.assets]
        return None if None in known else sum(size or 0 for size in known)


def plan(name: str, root: Path, splits: Sequence[str] = ()) -> FetchPlan:
    """Work out what is missing, from the names of the files that are here; nothing is asked of a server.

    Files that are here are taken as they are: where the source finds what it needs for a split, nothing of that split
    is missing, and without a choice of splits one of them is enough.
    """
    source = plugins.load("sources", name)
    assets = [asset for asset in source.assets() if asset.kind == "annotations"]
    known = tuple(dict.fromkeys([*source.splits, *(asset.split for asset in assets if asset.split)]))
    for split in splits:
        if known and split not in known:
            raise unknown_name("split", split, known, where=name)
    begun = _begun(root)
    problems = {split: _problem(source, root, split) for split in splits or source.splits}
    missing = {split for split, problem in problems.items() if problem}
    if not splits and len(missing) < len(problems):
        missing = set()
    wanted = tuple(split for split in known if split in missing or split in begun)
    left = [asset for asset in assets if wanted and asset.split in (None, *wanted)]
    left = [asset for asset in left if not (root / asset.path).exists()]
    sizes = {asset.path: asset.size_bytes for asset in left if asset.size_bytes is not None}
    return FetchPlan(name=name, root=root, splits=wanted, assets=tuple(left), sizes=sizes)


def is_here(name: str, root: Path, splits: Sequence[str] = ()) -> bool:
    """Say whether files of a dataset are in a folder, of any of its splits or of one of those chosen."""
    source = plugins.load("sources", name)
    splits = splits or source.splits or _splits_in(source, root)
    return any(_problem(source, root, split) is None for split in splits)


def measured(plan: FetchPlan) -> FetchPlan:
    """Ask the servers for the sizes that the card does not know."""
    unknown = [asset for asset in plan.assets if asset.path not in plan.sizes]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda asset: remote_size(asset.url), unknown)
    sizes = {asset.path: size for asset, size in zip(unknown, found, strict=True) if size}
    return replace(plan, sizes={**plan.sizes, **sizes})


def run(plan: FetchPlan, events: Events) -> None:
    """Fetch what is missing, and unpack archives where the source does not read them as they are."""
    if not plan.splits:
        return
    _refuse_forms(plan)
    plan.root.mkdir(parents=True, exist_ok=True)
    _refuse_overflow(plan)
    with whole_file(plan.root / _BEGUN) as file:
        file.write(orjson.dumps({"splits": sorted({*plan.splits, *_begun(plan.root)})}))
    for asset in plan.assets:
        _fetch(asset, plan, events)
    source = plugins.load("sources", plan.name)
    if any(_problem(source, plan.root, split) for split in plan.splits):
        for asset in source.assets():
            archive = plan.root / asset.path
            if asset.kind == "annotations" and archive.suffix == ".zip" and archive.is_file():
                unpack(archive, plan.root)
    for split in plan.splits:
        if problem := _problem(source, plan.root, split):
            raise problem
    (plan.root / _BEGUN).unlink()


def _fetch(asset: Asset, plan: FetchPlan, events: Events) -> None:
    def tell(done: int) -> None:
        events.send("fetch", file=asset.path, done=done, total=plan.sizes.get(asset.path))

    download(asset.url, plan.root / asset.path, size_bytes=asset.size_bytes, sha256=asset.sha256, tell=tell)


def _splits_in(source: Any, root: Path) -> Sequence[str]:
    """Find the splits of a dataset of one's own, whose files say which there are."""
    try:
        return tuple(source.splits_in(root))
    except PictusError:
        return ()


def _problem(source: Any, root: Path, split: str) -> PictusError | None:
    """Say what keeps the source from reading a split."""
    try:
        source.files(root, split)
    except PictusError as error:
        return error
    return None


def _begun(root: Path) -> Sequence[str]:
    path = root / _BEGUN
    return tuple(orjson.loads(path.read_bytes())["splits"]) if path.is_file() else ()


def _refuse_forms(plan: FetchPlan) -> None:
    """Say which files only a person can fetch, all of them at once."""
    errors = [
        PictusError(f"{asset.path} cannot be fetched by a program", where=asset.url, mend=asset.by_hand)
        for asset in plan.assets
        if asset.by_hand
    ]
    if errors:
        raise ManyErrors(errors, where=plan.name)


def _refuse_overflow(plan: FetchPlan) -> None:
    parts = [plan.root / f"{asset.path}.part" for asset in plan.assets]
    needed = sum(plan.sizes.values()) - sum(path.stat().st_size for path in parts if path.exists())
    free = shutil.disk_usage(plan.root).free
    if needed > free:
        what = f"{needed:,} bytes are to be fetched, and the disk has room for {free:,}"
        mend = "make room, choose another folder, or fewer splits with `--split`"
        raise PictusError(what, where=str(plan.root), mend=mend)
