"""What a worker of a Ray cluster does: it makes sure that it is like the others, and then one shard."""

import os
import pickle
import platform
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from pictus.engine.local import attempt, keep_freed_memory
from pictus.errors import PictusError
from pictus.pixels import libraries
from pictus.store.place import Place


def work(told: Mapping[str, Any], task: bytes) -> Any:
    """Do a task, and give its receipt or failure; without one, say which libraries this machine has.

    Args:
        told: what holds for all machines: the folder that relative paths begin at, the corpus, and the libraries.
        task: as bytes, which only a pictus of the same version can read.
    """
    with suppress(OSError):  # it is there where the machines share a disk, and else no path can begin at it
        os.chdir(told["folder"])
    if not Place(told["place"]).exists("corpus.json"):
        mend = "let --to name a folder on a disk that all machines share, or an address such as s3://bucket/corpus"
        return PictusError(f"{platform.node()} does not see this corpus", where=told["place"], mend=mend)
    found = _libraries()
    if not task:
        return found
    if others := _differences(told["libraries"], found):
        return f"{platform.node()} would make other bytes than the other machines: {others}"
    keep_freed_memory()
    return attempt(pickle.loads(task))


def _libraries() -> dict[str, str]:
    """Name what the bytes of a shard depend on."""
    try:
        pictures = libraries.versions()
    except PictusError:  # without the extra `acquire` no pictures are made
        pictures = {}
    return {"pyarrow": pa.__version__, **pictures}


def _differences(first: Mapping[str, str], here: Mapping[str, str]) -> str:
    names = [name for name in {**first, **here} if first.get(name) != here.get(name)]
    return ", ".join(f"it has {name} {here.get(name)}, another {first.get(name)}" for name in names)
