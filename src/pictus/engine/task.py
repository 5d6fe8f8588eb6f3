"""A task: one shard's work, named so that any process can do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pictus.store.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Task:
    """A function that writes one shard, by its import path, and what it is told."""

    shard: int
    function: str  # "package.module:name"; it takes the shard's number and the arguments, and gives a receipt
    arguments: Mapping[str, Any]  # small and picklable: paths and settings, never records


def run(task: Task) -> Receipt:
    """Do the work of a task in this process."""
    module, _, name = task.function.partition(":")
    function = getattr(import_module(module), name)
    receipt: Receipt = function(task.shard, **task.arguments)
    return receipt
