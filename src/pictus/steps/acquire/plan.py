"""What acquiring a dataset means: which of its files are here, which are not, and what only a person can do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pictus import plugins
from pictus.card import Asset, Card
from pictus.errors import ManyErrors, PictusError, unknown_name
from pictus.reading.files import PACKED
from pictus.steps.acquire.links import row_of
from pictus.steps.acquire.memory import Memory
from pictus.store.download import bytes_here

State: TypeAlias = Literal["here", "packed", "partial", "missing", "by hand"]
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of a source, and how far it is."""

    source: str
    root: Path  # that its path is relative to
    asset: Asset
    state: State
    part_of: str = ""  # the path of the repository that it is a file of
    here_bytes: int = 0
    size_bytes: int | None = None  # as the card or the server says

    @property
    def path(self) -> Path:
        """Give the name that the file has here."""
        return self.root / self.asset.path

    @property
    def made(self) -> Path:
        """Give what is there when an archive is unpacked; the file itself where it is read as it is."""
        return self.path if self.asset.unpack is None else self.root / (self.asset.makes or self.asset.unpack)

    @property
    def is_fetched(self) -> bool:
        """Say whether it has to be fetched."""
        return self.state in ("partial", "missing")

    @property
    def left_bytes(self) -> int:
        """Say how much is to be fetched, as far as anybody says."""
        size = self.size_bytes or self.asset.about_bytes or 0
        return max(size - self.here_bytes, 0) if self.is_fetched else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquirePlan:
    """The files of one source, and of those whose pictures it needs."""

    name: str
    root: Path
    splits: tuple[str, ...]  # whose annotations are wanted
    items: tuple[Item, ...]
    needs: tuple["AcquirePlan", ...] = ()  # of the sources whose pictures are wanted too

    @property
    def card(self) -> Card:
        """Give the card of the source."""
        card: Card = plugins.load_class("sources", self.name).card
        return card

    @property
    def left(self) -> tuple[Item, ...]:
        """List what is not done yet."""
        return tuple(item for item in self.items if item.state != "here")

    @property
    def all_items(self) -> tuple[Item, ...]:
        """List the files of the source, and of those that it needs."""
        return (*self.items, *(item for plan in self.needs for item in plan.items))

    @property
    def size_bytes(self) -> int | None:
        """Add up what is to be fetched; None where nobody says how large a file is."""
        sizes = [item.size_bytes or item.asset.about_bytes for item in self.items if item.is_fetched]
        return None if None in sizes else sum(item.left_bytes for item in self.items)


def plan(
    name: str,
    root: Path,
    splits: Sequence[str] = (),
    *,
    settings: Mapping[str, Any] = NOTHING,
    pictures: bool = True,
    annotations: bool = True,
    links: Mapping[str, str] = NOTHING,
    numbers: range | None = None,
) -> AcquirePlan:
    """Work out which files of a dataset are here; nothing is asked of a server.

    Args:
        name: the source.
        root: the folder that the paths of its files are relative to.
        splits: none for all.
        settings: of the source, some of which need more files.
        pictures: whether its pictures are wanted.
        annotations: whether what is told of them is wanted.
        links: addresses of files by their names, as the page of the dataset gave them.
        numbers: which files of a row of files are wanted.
    """
    source = plugins.load("sources", name, settings)
    known = known_splits(source)
    refuse_splits(name, splits, known)
    memory = Memory(root, name)
    assets = [one for asset in source.assets() for one in row_of(asset, links, numbers)]
    wanted = [
        asset
        for asset in assets
        if (annotations if asset.kind == "annotations" else pictures) and (not splits or asset.split in (None, *splits))
    ]
    asked = tuple(splits or known) if annotations else ()
    unread = {split for split in asked if problem(source, root, split)}
    items = tuple(_item(name, root, asset, memory, unread) for asset in wanted)
    return AcquirePlan(name=name, root=root, splits=asked, items=items)


def plan_enough(name: str, root: Path, splits: Sequence[str] = ()) -> AcquirePlan:
    """Work out which annotations are missing before a dataset can be read; what is here is taken as it is.

    Where the source finds what it needs for a split, nothing of that split is missing, and without a choice of splits
    one of them is enough.
    """
    source = plugins.load("sources", name)
    known = known_splits(source)
    refuse_splits(name, splits, known)
    problems = {split: problem(source, root, split) for split in splits or source.splits}
    missing = {split for split, found in problems.items() if found}
    if not splits and len(missing) < len(problems):
        missing = set()
    begun = Memory(root, name).begun
    wanted = tuple(split for split in known if split in missing or split in begun)
    if not wanted:
        return AcquirePlan(name=name, root=root, splits=(), items=())
    found = plan(name, root, wanted, pictures=False)
    return replace(found, items=found.left)


def plan_below(
    data: Path, name: str, splits: Sequence[str] = (), *, with_needs: bool = False, **options: Any
) -> AcquirePlan:
    """Work out what is missing of a dataset in a data root that many share, where each has a folder of its own.

    Args:
        data: the data root; the dataset's own folder will do.
        name: the source.
        splits: none for all.
        with_needs: also the pictures of the sources whose pictures it uses.
        options: those of `plan`.
    """
    found = plan(name, root_below(data, name), splits, **options)
    needs = []
    for need in needs_of(name) if with_needs else ():
        rows = {key: value for key, value in options.items() if key in ("links", "numbers")}
        # What is told of pictures that are addresses has the addresses.
        is_told = plugins.load_class("sources", need).card.by_address
        needs.append(plan(need, root_below(data, need), annotations=is_told, **rows))
    return replace(found, needs=tuple(needs))


def needs_of(name: str) -> tuple[str, ...]:
    """Name the sources whose pictures a source uses, and does not come with."""
    source, known = plugins.load("sources", name), plugins.names("sources")
    comes_with_them = any(asset.kind == "pictures" for asset in source.assets())
    cards = {need: plugins.load_class("sources", need).card for need in source.card.needs if need in known}
    # One by one, by their addresses, nobody fetches what is in an archive.
    return tuple(need for need, card in cards.items() if not (card.by_address and comes_with_them))


def root_below(data: Path, name: str) -> Path:
    """Give the folder that the files of a source belong to: its own below the data root, or the root where they are."""
    home: str = plugins.load_class("sources", name).card.home
    if home and not (data / home).is_dir() and is_here(name, data):
        return data
    return data / home


def is_here(name: str, root: Path, splits: Sequence[str] = ()) -> bool:
    """Say whether files of a dataset are in a folder, of any of its splits or of one of those chosen."""
    source = plugins.load("sources", name)
    return any(problem(source, root, split) is None for split in splits or source.splits or _splits_in(source, root))


def known_splits(source: Any) -> tuple[str, ...]:
    """List the splits that a source names, or files of it."""
    return tuple(dict.fromkeys([*source.splits, *(asset.split for asset in source.assets() if asset.split)]))


def refuse_splits(name: str, splits: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a split that a source does not have."""
    for split in splits:
        if known and split not in known:
            raise unknown_name("split", split, known, where=name)


def problem(source: Any, root: Path, split: str) -> PictusError | None:
    """Say what keeps a source from reading a split."""
    try:
        source.files(root, split)
    except PictusError as error:
        return error
    return None


def refuse_forms(plan: AcquirePlan) -> None:
    """Say which files only a person can fetch, all of them at once."""
    errors = [by_hand(item) for item in plan.items if item.state == "by hand"]
    if errors:
        raise ManyErrors(errors, where=plan.name)


def by_hand(item: Item) -> PictusError:
    """Say what a person has to do for a file, and where it belongs."""
    mend = f"{item.asset.by_hand}; it belongs here: {item.path}"
    return PictusError(f"{item.asset.path} cannot be fetched by a program", where=item.asset.url, mend=mend)


def state_of(asset: Asset, root: Path, memory: Memory, *, is_read: bool) -> State:
    """Say how far a file is, from the names that are here and from what was remembered.

    Args:
        asset: the file.
        root: what its path is relative to.
        memory: what is known of it.
        is_read: whether what it makes is as it should be, as far as the source can tell.
    """
    path = root / asset.path
    is_begun = not path.exists() and bytes_here(path) > 0
    if asset.unpack is None:
        if asset.path in memory.begun:
            return "partial"
        if any(_is_something(path.with_name(path.name + ending)) for ending in PACKED):
            return "here"
    else:
        made, example = asset.makes or asset.unpack, memory.example(asset.path)
        if is_read and example is not None and (root / example).is_file():
            return "here"
        if path.is_file():
            return "packed"
        if is_read and _is_something(root / made) and not is_begun and not memory.is_into(made):
            return "here"  # unpacked by somebody else
    if is_begun:
        return "partial"
    return "by hand" if asset.by_hand else "missing"


def _item(name: str, root: Path, asset: Asset, memory: Memory, unread: set[str]) -> Item:
    is_unread = asset.kind == "annotations" and (asset.split in unread if asset.split else bool(unread))
    return Item(
        source=name,
        root=root,
        asset=asset,
        state=state_of(asset, root, memory, is_read=not is_unread),
        here_bytes=bytes_here(root / asset.path),
        size_bytes=asset.size_bytes,
    )


def _is_something(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.is_file()


def _splits_in(source: Any, root: Path) -> Iterator[str]:
    """Find the splits of a dataset of one's own, whose files say which there are."""
    try:
        yield from source.splits_in(root)
    except PictusError:
        return
