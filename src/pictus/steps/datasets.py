"""Datasets: what their cards say in a row of a table, and which of them are wanted."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any

from pictus import plugins
from pictus.card import Card, Stage
from pictus.steps.outlook import Outlook, Word, of_card
from pictus.store.marks import read_marks

_SHORT = 32  # characters of a size that a table has room for
# Where the first statement of a size ends: commas inside numbers stay, brackets and afterthoughts go.
_STATEMENT = re.compile(r"[,;:.]\s|\s\(|\s(?:and|of|on|with|in|from|plus|about)\s|\s[-–—]\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset as the catalogue lists it; all but `read` follows from its card."""

    name: str
    summary: str
    card: Card
    outlook: Outlook  # for commercial use
    read: bool  # whether the person at this machine marked it as read

    def plain(self) -> dict[str, Any]:
        """Give everything as `--json` prints it."""
        told = {"family": "sources", "name": self.name, "summary": self.summary}
        found = {"commercial": self.outlook.verdict, "depends_on": self.outlook.depends_on, "read": self.read}
        return {**told, **found, **asdict(self.card)}


def datasets(
    *, stages: Sequence[Stage] = (), commercial: Sequence[Word] = (), read: bool | None = None
) -> list[Dataset]:
    """List the datasets for any of some stages, with any of some outlooks, read or not; nothing stated is no limit."""
    marks = read_marks()
    found = [_dataset(name, name in marks) for name in plugins.names("sources")]
    return [
        one
        for one in found
        if (not stages or {*stages} & {*one.card.stages})
        and (not commercial or one.outlook.verdict in commercial)
        and read in (None, one.read)
    ]


def short_size(card: Card) -> str:
    """Give the beginning of a size: its first statement, as far as a table has room for it."""
    first = _STATEMENT.split(card.size, maxsplit=1)[0].rstrip(".")
    return first if len(first) <= _SHORT else f"{wrap(first, _SHORT - 1)[0]}…"


def _dataset(name: str, read: bool) -> Dataset:
    card = plugins.load_class("sources", name).card
    return Dataset(name=name, summary=plugins.summary("sources", name), card=card, outlook=of_card(card), read=read)
