"""Score captions as COCO's caption evaluation does: BLEU, ROUGE-L and CIDEr."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from pictus.benchmarks.coco_captions.bleu import bleu
from pictus.benchmarks.coco_captions.cider import cider
from pictus.benchmarks.coco_captions.files import read_described
from pictus.benchmarks.coco_captions.grams import Captions, grams_of, shared
from pictus.benchmarks.coco_captions.rouge import rouge
from pictus.benchmarks.coco_captions.tokens import tokenized
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.rows import BadRow
from pictus.record import Part, Record, Turn
from pictus.scoring.asking import official_id
from pictus.scoring.outcome import outcome_of
from pictus.scoring.part import write_array, write_members

_BLEU = ("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """COCO captions. `score` is a picture's CIDEr, from 0 to 10; the figures are the means, BLEU that of the corpus.

    The truth is COCO's annotations or an object with a list of captions by picture, predictions are COCO's results or
    an object with a caption by picture. Captions are cut into words as the official evaluation does, which leaves most
    marks out; with `tokenize=false` they are words with single spaces already. CIDEr counts a word for more the fewer
    of the pictures that are scored have it in their references: a subset has other scores than the whole. Each picture
    must have one caption; with `subset`, pictures without one are left out. METEOR and SPICE, which need programs in
    Java, are not worked out.
    """

    tokenize: bool = True
    subset: bool = False

    source: ClassVar[str] = "coco2014"
    needs: ClassVar[tuple[str, ...]] = ("truth",)

    source_settings: ClassVar[Mapping[str, Any]] = {"instances": False}
    usual_split: ClassVar[str] = "val"
    instruction: ClassVar[str] = "Provide a one-sentence caption for the provided image."
    max_tokens: ClassVar[int] = 64
    predictions: ClassVar[str] = "results.json"

    def items(self, record: Record) -> Iterator[Item]:
        """Ask for a caption of the picture, if people wrote some."""
        if not record.facts.captions:
            raise BadRow("nobody described the picture")
        turn = Turn("user", (Part("image"),) * len(record.media))
        yield Item(id=record.origin.key, turns=(turn,), media=record.media, truth=record.facts.captions)

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the captions, each on one line."""
        rows = ({"image_id": official_id(one.item.id), "caption": " ".join(one.turn.text.split())} for one in replies)
        write_array(rows, path)

    def official(self, paper: Paper, folder: Path) -> Official:
        """Write what people said of the pictures that were shown."""
        references = ((record.origin.key, list(record.facts.captions)) for record in paper.records())
        write_members(references, folder / "truth.json")
        return Official(truth=folder / "truth.json")

    def grade(self, files: Files) -> Graded:
        """Grade the captions, in the order of the pictures in the truth."""
        assert files.truth is not None
        described = read_described(files.predictions, files.truth, subset=self.subset)
        captions = Captions(described.references, described.candidates)
        if self.tokenize:
            captions = tokenized(captions)
        scores, figures = _scores(captions)
        grades = tuple(
            Grade(
                id=key,
                score=score["CIDEr"],
                parsed=said,
                outcome=outcome_of(raw),
                picture=key,
                figures={name: value for name, value in score.items() if name != "CIDEr"},
            )
            for key, raw, said, score in zip(
                described.ids, described.candidates, captions.candidates, scores, strict=True
            )
        )
        return Graded(grades=grades, figures=figures)


def _scores(captions: Captions) -> tuple[list[dict[str, float]], dict[str, float]]:
    """Work out all figures of each picture, and of all together."""
    words, picture_of = captions.words(), captions.picture_of()
    lengths = [len(caption) for caption in words]
    grams = list(grams_of(words))
    references = len(words) - captions.pictures
    common = [shared(some, picture_of, references) for some in grams]
    ciders = cider(grams, common, picture_of, captions.pictures)
    bleus, together = bleu(grams, common, picture_of, lengths, captions.pictures)
    rouges = [rouge(*one) for one in zip(captions.candidates, captions.references, strict=True)]
    each = [
        {"CIDEr": one, **dict(zip(_BLEU, some, strict=True)), "ROUGE_L": other}
        for one, some, other in zip(ciders.tolist(), bleus, rouges, strict=True)
    ]
    means = {"CIDEr": float(np.mean(ciders)), "ROUGE_L": float(np.mean(np.array(rouges)))}
    return each, {"CIDEr": means["CIDEr"], **dict(zip(_BLEU, together, strict=True)), "ROUGE_L": means["ROUGE_L"]}
