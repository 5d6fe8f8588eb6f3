"""What is got for a list of addresses, or for a corpus whose pictures have only addresses."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow.compute as pc

from pictus import plugins
from pictus.engine.engines import LOCAL
from pictus.errors import PictusError, unknown_name
from pictus.pixels.libraries import load_libraries
from pictus.pixels.wanted import Wanted
from pictus.steps import import_
from pictus.steps.acquire.pictures.keeping import FILES, Output
from pictus.steps.acquired import LIST, STEP
from pictus.steps.which_format import formats_of
from pictus.store.corpus import Corpus, open_corpus
from pictus.store.place import Place
from pictus.store.shards import read_batches
from pictus.web.manners import Manners

CPUS = 0.5  # that a shard takes: half of them wait for slow servers
_LOOKED_AT = 1_000  # rows, for the columns that they have
_AT_ONCE = 50_000  # rows whose labels are in memory
_ROWS, _ROWS_AS_THEY_ARE = 10_000, 2_000  # of a shard: 300 MB, where pictures of the web keep their size too


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesPlan:
    """Rows whose pictures are wanted, and what becomes of them."""

    source: str  # the corpus, or the list
    to: str
    listed: import_.ImportPlan | None = None  # how the list is read
    inputs: tuple[str, ...] = ()  # names what is read: the corpus's fingerprint, or the list's files
    wanted: Wanted = field(default_factory=Wanted)
    manners: Manners = field(default_factory=Manners)
    output: Output = "corpus"
    rows: int = _ROWS  # of a shard
    limit: int | None = None
    sums: Mapping[str, str] = field(default_factory=dict)  # method, and the column that holds it
    blur_column: str = ""
    blur_labels: tuple[str, ...] = ()
    workers: int | None = None  # shards at once; None for as many as there is room for
    engine: str = LOCAL

    @property
    def rows_in(self) -> str:
        """Give the corpus that the rows are in."""
        return self.source if self.listed is None else f"{self.to.rstrip('/')}/{LIST}"


def plan(target: str, to: str, *, rows: int | None = None, **options: Any) -> PicturesPlan:
    """Work out what is got; a list is only looked at, a corpus must be finished."""
    load_libraries()  # before anything is asked for
    columns = {name: options.pop(name, None) for name in ("url", "caption", "keep")}
    draft = PicturesPlan(source=target, to=to, **options)
    draft = replace(draft, rows=rows or (_ROWS_AS_THEY_ARE if draft.wanted.size is None else _ROWS))
    if Place(target).exists("corpus.json"):
        if any(columns.values()):
            mend = "leave --url, --caption and --keep out: a corpus says itself what its rows are"
            raise PictusError("this is a corpus, and no list with columns", where=target, mend=mend)
        corpus = open_corpus(target)
        _refuse_nothing(corpus)
        _refuse_unknown(corpus, _columns_needed(draft))
        _refuse_unknown_labels(corpus, draft.blur_labels)
        return replace(draft, inputs=(corpus.fingerprint,))
    return _of_a_list(draft, columns)


def made_of(plan: PicturesPlan) -> dict[str, Any]:
    """Say what the corpus is made of: all that shapes it, and nothing that only shapes the run."""
    wanted = {name: value for name, value in asdict(plan.wanted).items() if value not in (None, "")}
    return {
        "step": STEP,
        "from": plan.source,
        "inputs": list(plan.inputs),
        "wanted": wanted,
        "obey": list(plan.manners.obey),
        "allowed": list(plan.manners.allowed),
        "output": plan.output,
        "rows": plan.rows,
        "limit": plan.limit,
        "sums": dict(plan.sums),
        "blur": [plan.blur_column, *plan.blur_labels],
        **({} if plan.listed is None else {"list": dict(plan.listed.settings)}),
    }


def roots_of(plan: PicturesPlan) -> dict[str, str]:
    """Name the folders of media that the rows may be in."""
    own = {FILES: f"{plan.to.rstrip('/')}/{FILES}"} if plan.output == "files" else {}
    return own if plan.listed is not None else {**open_corpus(plan.source).roots, **own}


def _of_a_list(draft: PicturesPlan, columns: Mapping[str, Any]) -> PicturesPlan:
    path = Path(draft.source)
    if draft.blur_labels:
        mend = "name a column of boxes with --blur, or give a corpus that has annotated boxes"
        raise PictusError("a list has no annotated boxes", where="--blur-label", mend=mend)
    if not path.exists():
        mend = "give a list of addresses, a corpus, or the name of a dataset that `pictus list` shows"
        raise PictusError("there is no such dataset, file or corpus", where=draft.source, mend=mend)
    settings = {name: value for name, value in columns.items() if value}
    wanted = _columns_needed(draft)
    if wanted and settings.get("keep") != ["*"]:
        settings["keep"] = list(dict.fromkeys([*settings.get("keep", ()), *wanted]))
    # Whoever names the column of addresses knows that it is a list, whatever it looks like.
    is_list = columns.get("url") or plugins.load("formats", "url_list").sniff(path)
    if not is_list and (known := formats_of(path)):
        mend = f"make it a corpus first: `pictus import {known[0]} --from {path} --to CORPUS`, then acquire that"
        raise PictusError(f"this is no plain list of addresses but `{known[0]}`", where=str(path), mend=mend)
    plugins.load("formats", "url_list", settings).check_columns(path)
    listed = import_.plan("url_list", path, f"{draft.to.rstrip('/')}/{LIST}", settings=settings)
    return replace(draft, listed=listed, inputs=listed.inputs)


def _columns_needed(draft: PicturesPlan) -> list[str]:
    return [name for name in (*draft.sums.values(), draft.blur_column) if name]


def _refuse_unknown(corpus: Corpus, columns: Sequence[str]) -> None:
    """Refuse columns that none of the first rows has: nothing would be held to them, or blurred."""
    known: set[str] = set()
    for record in islice(corpus.records({"facts"}), _LOOKED_AT if columns else 0):
        with suppress(orjson.JSONDecodeError):
            extra = orjson.loads(record.facts.extra or "{}")
            known.update(extra if isinstance(extra, dict) else ())
    for name in columns:
        if name not in known:
            raise unknown_name("column", name, sorted(known), where=str(corpus.place))


def _refuse_unknown_labels(corpus: Corpus, labels: Sequence[str]) -> None:
    """Refuse labels that no box has: what should be blurred would be shown."""
    known: set[str] = set()
    for shard in corpus.shards if labels else ():
        for batch in read_batches(corpus.place, shard, ["facts.boxes.list.element.label"], size=_AT_ONCE):
            known.update(pc.unique(batch["facts"].field("boxes").flatten().field("label")).to_pylist())
        if known.issuperset(labels):
            return
    for label in labels:
        if label not in known:
            raise unknown_name("label", label, sorted(known), where="--blur-label")


def _refuse_nothing(corpus: Corpus) -> None:
    if not corpus.summary["pictures"]:
        mend = "give one whose rows have the addresses of pictures"
        raise PictusError("no row of this corpus has a picture", where=str(corpus.place), mend=mend)
