"""What a generate run begins with: corpora that are there, and datasets that become one when they are named."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError, unknown_name
from pictus.steps import import_
from pictus.steps.acquire.plan import AcquirePlan, is_here, plan_enough
from pictus.store.corpus import open_corpus
from pictus.store.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A corpus to ask about; for a dataset, one that is imported when it is not there yet."""

    name: str  # of the folder of its answers, where there are several inputs
    corpus: str
    source: str | None = None
    root: Path = Path()  # of the dataset's files
    splits: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Say whether the corpus is there and finished."""
        try:
            return open_corpus(self.corpus).is_complete
        except PictusError:
            return False


def source_called(text: str) -> str | None:
    """Give the source that somebody calls so: `COCO2014`, `OpenImagesV7` and `open-images_v7` are names too."""
    names = {_plain(name): name for name in plugins.names("sources")}
    return names.get(_plain(text))


def inputs(names: Sequence[str], *, data: str | Path, splits: Sequence[str] = ()) -> tuple[Input, ...]:
    """Tell corpora from datasets; the files of a dataset are in the data folder, or in one of its name there.

    Args:
        names: addresses of corpora, names of datasets.
        data: the data folder; the corpora of datasets are made in `corpora/` there.
        splits: of datasets; none for those whose files are there, or for all.
    """
    found = tuple(_input(name, Path(data), tuple(splits)) for name in names)
    repeated = [name for name, count in Counter(one.name for one in found).items() if count > 1]
    if repeated:
        mend = "name each once, and give corpora folders of different names"
        raise PictusError(f"two inputs are called `{repeated[0]}`", where="generate", mend=mend)
    if splits and not any(one.source for one in found):
        mend = "leave it out, or name a dataset: a corpus is taken as it is"
        raise PictusError("`--split` means nothing here", where="generate", mend=mend)
    return found


def fetch_plan(one: Input) -> AcquirePlan | None:
    """Work out what must be fetched before a dataset can be imported; None where there is nothing to import."""
    return None if one.source is None or one.is_whole else plan_enough(one.source, one.root, one.splits)


def make_corpus(one: Input, events: Events) -> None:
    """Import a dataset, or go on with it; a corpus that is whole outlives the files it was made of."""
    if one.source is None or (one.is_whole and not is_here(one.source, one.root, one.splits)):
        return
    import_.run(import_.plan(one.source, one.root, one.corpus, splits=one.splits), events)


def _input(name: str, data: Path, splits: tuple[str, ...]) -> Input:
    place = Place(name)
    source = None if place.exists("corpus.json") else source_called(name)
    if source is None:
        if re.fullmatch(r"\w+", name) and not Path(name).exists():
            raise unknown_name("dataset or corpus", name, plugins.names("sources"), where="generate")
        return Input(name=place.address.rpartition("/")[2], corpus=name)
    root = data if is_here(source, data, splits) else data / source
    corpus = data / "corpora" / "-".join([source, *splits])
    return Input(name=source, corpus=str(corpus), source=source, root=root, splits=splits)


def _plain(text: str) -> str:
    return re.sub(r"[-_]", "", text).lower()
