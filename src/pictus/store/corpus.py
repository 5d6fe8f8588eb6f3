"""A corpus: a folder of shards with `corpus.json`, which says what it holds and how it was made."""

import fcntl
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.record import Record, Reject
from pictus.report.reasons import reason_code
from pictus.store.columns import FIELDS, SCHEMA_VERSION
from pictus.store.place import Place
from pictus.store.receipts import Receipt, make_again, read_receipt, receipt_name, rejects_name, shard_name
from pictus.store.shards import read_rejects, read_shard, sha256_of, shard_ids, shard_tells_facts

HEAD = "corpus.json"


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus that exists, finished or in the making."""

    place: Place
    name: str
    roots: Mapping[str, str]  # names of media roots, with their addresses
    made: Mapping[str, Any]  # the step, its input and settings: the same again means the same corpus
    is_complete: bool
    summary: Mapping[str, Any]  # counts and licences, from the receipts; empty until complete

    @property
    def root_names(self) -> dict[str, str]:
        """Give the corpus's name for each media root."""
        return {address: name for name, address in self.roots.items()}

    @property
    def shards(self) -> list[int]:
        """List the numbers of the shards."""
        return [entry["shard"] for entry in self.summary.get("shards", ())]

    @property
    def fingerprint(self) -> str:
        """Name what the corpus holds: the hashes of its shards, hashed."""
        hashes = [entry["sha256"] for entry in self.summary.get("shards", ())]
        return blake2b(orjson.dumps(hashes), digest_size=16).hexdigest()

    def records(self, fields: Collection[str] = FIELDS, *, shards: Collection[int] | None = None) -> Iterator[Record]:
        """Stream the records, reading only the columns that the wanted fields need."""
        for number in self.shards if shards is None else shards:
            yield from read_shard(self.place, number, roots=self.roots, fields=fields)

    def tells_facts(self) -> Iterator[tuple[str, bool]]:
        """Stream the id of each record, and whether it has facts, in the order of the records."""
        for number in self.shards:
            yield from shard_tells_facts(self.place, number)

    def rejects(self) -> Iterator[Reject]:
        """Stream the rows that were set aside, and that no later shard tried again."""
        tried: dict[int, set[str]] = {}  # by each later shard
        for entry in self.summary.get("shards", ()):
            if "tried_again" in entry:
                number = entry["shard"]
                aside = (reject.id for reject in read_rejects(self.place, number) if reject.id)
                tried[number] = {*shard_ids(self.place, number), *aside}
        for number in self.shards:
            later = [ids for shard, ids in tried.items() if shard > number]
            for reject in read_rejects(self.place, number):
                if not any(reject.id in ids for ids in later):
                    yield reject


def open_corpus(address: str | Path) -> Corpus:
    """Open a finished corpus."""
    place = Place(address)
    corpus = _read(place)
    if corpus is None:
        raise PictusError(
            "this is no corpus: it has no corpus.json",
            where=str(place),
            mend="give the folder that `pictus import` or `pictus generate` wrote",
        )
    if not corpus.is_complete:
        raise PictusError(
            "the corpus is not finished: the run that makes it was stopped",
            where=str(place),
            mend="run the same command again; it goes on where it stopped",
        )
    return corpus


def begin_corpus(
    address: str | Path, *, name: str | None = None, roots: Mapping[str, str], made: Mapping[str, Any]
) -> Corpus:
    """Begin a corpus, or go on with one that the same command began."""
    place = Place(address)
    found = _read(place)
    if found is not None:
        if dict(found.made) == dict(made):
            return found
        raise PictusError(
            f"the folder holds a corpus made in another way: {_difference(found.made, made)}",
            where=str(place),
            mend="choose another folder, or remove this one",
        )
    if place.names(""):
        raise PictusError("the folder is not empty, and holds no corpus", where=str(place), mend="choose a new folder")
    corpus = Corpus(place, name or Path(place.address).name, dict(roots), dict(made), False, {})
    _write(corpus)
    return corpus


def finish_corpus(corpus: Corpus, shards: int) -> Corpus:
    """Declare a corpus whole, once each of its shards has a receipt."""
    receipts = [receipt for number in range(shards) if (receipt := read_receipt(corpus.place, number))]
    assert len(receipts) == shards, "a corpus is finished after its shards"
    done = Corpus(corpus.place, corpus.name, corpus.roots, corpus.made, True, summarise(receipts))
    if done.summary != corpus.summary:
        _write(done)
    return done


def damages(corpus: Corpus) -> Iterator[PictusError]:
    """Look for shards that are missing, changed, without a receipt or not of this corpus; name each."""
    place, expected = corpus.place, {entry["shard"]: entry for entry in corpus.summary["shards"]}
    for number, entry in expected.items():
        name = shard_name(number)
        try:
            receipt = read_receipt(place, number)
            if receipt is None:
                what = "the shard has no receipt, so nobody can say that it is whole"
                yield PictusError(what, where=place.where(name), mend=make_again(number))
            elif not receipt.sha256 == entry["sha256"] == sha256_of(place, name):
                what = "the shard differs from its receipt: it was damaged or changed"
                yield PictusError(what, where=place.where(name), mend=make_again(number))
            elif receipt.rejects_sha256 and receipt.rejects_sha256 != sha256_of(place, rejects_name(number)):
                what = "the rows set aside differ from their receipt"
                yield PictusError(what, where=place.where(rejects_name(number)), mend=make_again(number))
        except PictusError as error:
            yield error
        except OSError as error:
            yield PictusError(f"cannot be read: {error}", where=place.where(name), mend=make_again(number))
    known = {name for number in expected for name in (shard_name(number), receipt_name(number))}
    for file in place.names("shards"):
        if f"shards/{file}" not in known:
            where = place.where(f"shards/{file}")
            yield PictusError("this file does not belong to the corpus", where=where, mend="move it away")


def summarise(receipts: Collection[Receipt]) -> dict[str, Any]:
    """Add up what receipts tell."""
    counts = ("rows", "rejected", "turns", "pictures", "motions", "embedded", "size_bytes")
    licences: Counter[tuple[str | None, ...]] = Counter()
    for receipt in receipts:
        for *names, rows in receipt.licences:
            licences[tuple(names)] += rows
    tried_again = [receipt for receipt in receipts if receipt.tried_again]
    sums = {name: sum(getattr(receipt, name) for receipt in receipts) for name in counts}
    return {
        **sums,
        "rejected": sums["rejected"] - sum(receipt.taken for receipt in tried_again),
        "reasons": _still(
            _added(receipt.reasons for receipt in receipts), _added(receipt.tried_again for receipt in tried_again)
        ),
        "datasets": _added(receipt.datasets for receipt in receipts),
        "licences": [[*names, rows] for names, rows in sorted(licences.items(), key=str)],
        "shards": [
            {
                "shard": receipt.shard,
                "file": shard_name(receipt.shard),
                "rows": receipt.rows,
                "sha256": receipt.sha256,
                **({"tried_again": sum(receipt.tried_again.values())} if receipt.tried_again else {}),
            }
            for receipt in receipts
        ],
    }


@contextmanager
def locked(corpus: Corpus) -> Iterator[None]:
    """Keep a second run away from a corpus in the making, and clear up after one that was killed."""
    if corpus.place.folder is None:
        yield  # an object store has no locks; there, two runs write the same bytes under the same names
        return
    with (corpus.place.folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PictusError(
                "another run is making this corpus",
                where=str(corpus.place),
                mend="wait for it, or stop it first",
            ) from None
        _clear_up(corpus.place)
        yield
        _clear_up(corpus.place)  # after workers that died, and whose work others did


def _clear_up(place: Place) -> None:
    for folder in ("", "shards", "rejects", "tars", *(f"side/{name}" for name in place.names("side"))):
        place.remove_leftovers(folder)


def _still(reasons: dict[str, int], tried_again: Mapping[str, int]) -> dict[str, int]:
    """Take the reasons of rows that were tried again from all; a receipt with many tells only their kinds."""
    if not tried_again:
        return reasons
    still = Counter(reasons)
    by_kind: dict[str, list[str]] = {}
    for reason in reasons:
        by_kind.setdefault(reason_code(reason), []).append(reason)
    for reason, count in tried_again.items():
        kind, left = reason_code(reason), count
        for name in (reason, kind, *by_kind.get(kind, ())):
            taken = min(left, still[name])
            still[name] -= taken
            left -= taken
    return dict(+still)


def _added(counts: Iterator[dict[str, int]] | Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for some in counts:
        total.update(some)
    return dict(sorted(total.items()))


def _read(place: Place) -> Corpus | None:
    if not place.exists(HEAD):
        return None
    where = place.where(HEAD)
    try:
        head = orjson.loads(place.read(HEAD))
        version = head["schema"]
        if version > SCHEMA_VERSION:
            raise PictusError(
                f"the corpus has schema version {version}, this pictus knows up to {SCHEMA_VERSION}",
                where=where,
                mend="install a newer pictus: `pip install --upgrade pictus`",
            )
        roots = {name: place.absolute(address) for name, address in head["roots"].items()}
        return Corpus(place, head["name"], roots, head["made"], head["complete"], head["summary"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise PictusError(
            f"corpus.json is damaged: {error}",
            where=where,
            mend="bring it back from a copy, or remove the folder and make the corpus again",
        ) from None


def _write(corpus: Corpus) -> None:
    head = {
        "name": corpus.name,
        "schema": SCHEMA_VERSION,
        "complete": corpus.is_complete,
        "roots": {name: corpus.place.portable(address) for name, address in corpus.roots.items()},
        "made": corpus.made,
        "summary": corpus.summary,
    }
    with corpus.place.publish(HEAD) as file:
        file.write(orjson.dumps(head, option=orjson.OPT_INDENT_2))


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    parts = [_change(key, old.get(key), new.get(key)) for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    return "; ".join(parts)


def _change(key: str, old: Any, new: Any) -> str:
    if key == "inputs":  # numbers and hashes of shards say nothing to people
        return "another part of the input was taken, or the input has changed since"
    if isinstance(old, Mapping) and isinstance(new, Mapping):  # what both say alike would hide what is not
        told = [(name, _said(old, name), _said(new, name)) for name in sorted({*old, *new})]
        return f"{key}: {', '.join(f'{name} was {was}, now {now}' for name, was, now in told if was != now)}"
    return f"{key} was {old!r}, now {new!r}"


def _said(settings: Mapping[str, Any], name: str) -> str:
    return repr(settings[name]) if name in settings else "not set"
