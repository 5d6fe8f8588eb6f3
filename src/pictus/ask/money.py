"""What asking costs: a dated table of prices, and the purse that is never overdrawn."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from pictus.ask.picture_tokens import tokens_of_picture
from pictus.errors import PictusError
from pictus.prompt import Prompt, Usage

_TABLE = Path(__file__).with_name("prices.toml")
_MILLION = 1_000_000
_LETTERS = string.ascii_letters.encode() + b" "
_ANSWER_TOKENS = 4096  # reserved for an answer whose length nobody bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Dollars for a million tokens, and where that is known from."""

    prompt: float
    completion: float
    cached: float | None = None
    batch: float = 0.5  # of the price, through the batch files
    source: str = "the command line"
    date: str = ""

    def cost(self, usage: Usage, *, batch: bool = False) -> float:
        """Give the cost of an answer."""
        cached = self.prompt if self.cached is None else self.cached
        dollars = (usage.prompt - usage.cached) * self.prompt + usage.cached * cached
        dollars = (dollars + usage.completion * self.completion) / _MILLION
        return dollars * self.batch if batch else dollars


def price_of(model: str) -> Price | None:
    """Look a model's price up; None where the table does not know it, for a guess would be worse."""
    name = _plain(model)
    for maker in _table().get("maker", ()):
        for entry in maker["models"]:
            if fnmatchcase(name, entry["name"]):
                return Price(
                    prompt=entry["prompt"],
                    completion=entry["completion"],
                    cached=entry.get("cached"),
                    batch=maker["batch"],
                    source=maker["source"],
                    date=str(maker["date"]),
                )
    return None


def unknown_price(model: str) -> PictusError:
    """Explain why no budget can be kept for a model."""
    return PictusError(
        f"nobody knows the price of `{model}`, so no budget can be kept",
        where="--budget",
        mend="say what a million tokens cost: `--price IN,OUT`, 0,0 for a model of your own",
    )


def typed_price(text: str) -> Price:
    """Read `--price IN,OUT`, in dollars for a million tokens; a third number is for cached ones."""
    try:
        numbers = [float(piece) for piece in text.split(",")]
        if len(numbers) not in (2, 3) or not all(0 <= number < _MILLION for number in numbers):
            raise ValueError
    except ValueError:
        mend = "write dollars for a million tokens, of prompts and of answers: `--price 0.15,0.60`"
        raise PictusError(f"`{text}` is no price", where="--price", mend=mend) from None
    price = Price(prompt=numbers[0], completion=numbers[1])
    return replace(price, cached=numbers[2]) if len(numbers) == 3 else price


def picture_tokens(prompt: Prompt, model: str) -> int:
    """Estimate the tokens of the pictures that go with a prompt, as large as they are sent at most."""
    rule = _picture_rule(_plain(model))
    sizes = ((medium.width or 1024, medium.height or 1024) for medium in prompt.media)
    return sum(tokens_of_picture(rule, width, height) for width, height in sizes)


def most_tokens(prompt: Prompt, model: str) -> Usage:
    """Give the most that a prompt and its answer can come to, to be reserved before it is sent.

    No tokenizer in use makes more than one token of two letters of words; of digits and signs, of which coordinates
    consist, and of other scripts many make one of every byte.
    """
    text = sum(_most_in(turn.text) + 8 for turn in prompt.messages)
    tools = sum(len(tool.description) + len(tool.parameters) for tool in prompt.tools) // 2
    schema = len(prompt.schema or "") // 2
    total = text + tools + schema + picture_tokens(prompt, model)
    return Usage(prompt=total, completion=prompt.sampling.max_tokens or _ANSWER_TOKENS)


def _most_in(text: str) -> int:
    data = text.encode("utf-8", "replace")
    others = len(data.translate(None, _LETTERS))
    return others + (len(data) - others + 1) // 2


@dataclass(slots=True)
class Purse:
    """What was spent, what is reserved for requests in flight, and what there is."""

    budget: float | None = None
    spent: float = 0.0
    reserved: float = 0.0

    def affords(self, most: float) -> bool:
        """Say whether a request that may cost so much can go out without any chance of spending too much."""
        return self.budget is None or self.spent + self.reserved + most <= self.budget

    def reserve(self, most: float) -> None:
        """Put money aside for a request that goes out."""
        self.reserved += most

    def settle(self, most: float, cost: float) -> None:
        """Pay what a request really cost; the rest of its reserve is free again."""
        self.reserved = max(self.reserved - most, 0.0)
        self.spent += cost


def _plain(model: str) -> str:
    """Take a router's prefix off a name: `openai/gpt-4o-mini`, `models/gemini-2.5-flash`."""
    return model.rsplit("/", 1)[-1].casefold()


@cache
def _picture_rule(name: str) -> Mapping[str, Any] | None:
    entries = [entry for maker in _table().get("maker", ()) for entry in maker["models"]]
    entries += _table().get("family", ())
    found: dict[str, Any] = next((entry for entry in entries if fnmatchcase(name, entry["name"])), {})
    rule: Mapping[str, Any] | None = found.get("picture")
    return rule


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text("utf-8"))
