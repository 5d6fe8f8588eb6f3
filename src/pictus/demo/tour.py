"""The whole way in a minute: drawn pictures, a corpus, conversations, files for trainers, a page to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from pictus.demo.coco import write_coco
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Record
from pictus.report.page import write_page
from pictus.steps import export, generate, import_
from pictus.steps.check import check
from pictus.steps.licence import report
from pictus.store.corpus import Corpus, open_corpus

_FORMATS = ("llava", "sharegpt")


_PICTURES = 60


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the tour: the command that does the same, and what came of it."""

    command: str
    result: str


def tour(folder: Path, *, count: int | None = None, seed: int = 0, events: Events) -> Iterator[Stop]:
    """Go the whole way, giving each stop as it is done.

    Args:
        folder: everything is written below it; it must be new, or an earlier tour's.
        count: how many pictures to draw; by default those that are there, or 60.
        seed: of the pictures and of the questions.
        events: told of the progress.
    """
    drawn, corpus, made = folder / "drawn", folder / "corpus", folder / "instruct"
    if folder.exists() and any(folder.iterdir()) and not drawn.is_dir():
        raise PictusError("the folder is not empty", where=str(folder), mend="choose another: `pictus demo --to NEW`")
    captions = drawn / "annotations/captions_train2017.json"
    if not captions.is_file():  # it is written last
        write_coco(drawn, count or _PICTURES, seed)
    there = len(orjson.loads(captions.read_bytes())["images"])
    if count not in (None, there):
        mend = f"choose another: `pictus demo --to NEW --count {count}`; or `--count {there}` for the one there"
        raise PictusError(f"the demo in this folder has {there} pictures, not {count}", where=str(folder), mend=mend)
    yield Stop(f"drew {there} pictures into {drawn}", "with boxes, colours and captions, in COCO's layout")

    imported = import_.run(import_.plan("coco", drawn, str(corpus), text_licence="CC0-1.0"), events)
    result = f"{imported.summary['rows']} records with {_boxes(imported)} boxes"
    yield Stop(f"pictus import coco --from {drawn} --to {corpus} --text-licence CC0-1.0", result)

    asked = generate.run(generate.plan(str(corpus), str(made), seed=seed), events)
    result = f"{asked.summary['rows']} conversations, {asked.summary['turns']} turns, no model asked"
    yield Stop(f"pictus generate {corpus} --backend program --to {made}", result)

    found = check(str(made))
    problems = found.reasons.total() + len(found.damages)
    yield Stop(
        f"pictus check {made}", f"{problems} problems in {found.records} records" if problems else "nothing is wrong"
    )

    permitted = report(asked, "commercial").permitted
    yield Stop(f"pictus licence {made} --use commercial", f"{permitted} of {asked.summary['rows']} records permitted")

    for name in _FORMATS:
        file = folder / f"{name}.json"
        done = export.run(export.plan(str(made), file, name), events)
        yield Stop(f"pictus export {made} --format {name} --to {file}", f"{done.rows} rows; pictures lie in {drawn}")

    page = folder / "index.html"
    _write_page(asked, page, there)
    yield Stop(f"open {page}", "every picture with its boxes and conversations")


def _write_page(corpus: Corpus, path: Path, count: int) -> None:
    summary = corpus.summary
    figures = {"pictures": count, "conversations": summary["rows"], "turns": summary["turns"]}
    intro = (
        "Every picture here was drawn by a program that knows what it drew. The questions and answers were worked "
        "out from the boxes, colours and captions, without any model, so they are true by construction."
    )
    write_page(_records(corpus), path, title="pictus demo", intro=intro, limit=count, summary=figures)


def _records(corpus: Corpus) -> Iterator[Record]:
    yield from open_corpus(corpus.place.address).records()


def _boxes(corpus: Corpus) -> int:
    return sum(len(record.facts.boxes) for record in open_corpus(corpus.place.address).records({"facts"}))
