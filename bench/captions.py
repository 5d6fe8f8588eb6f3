"""Measure the scoring of captions beside pycocoevalcap, on invented captions of 5,000 pictures.

PICTUS_OFFICIAL_COCO_CAPTIONS names the folder `pycocoevalcap` of a clone or of the package.
"""

import json
import os
import random
from pathlib import Path

from measure import DATA, Figure, measure

VARIABLE = "PICTUS_OFFICIAL_COCO_CAPTIONS"
PICTURES = 5_000
_OURS = """
from pathlib import Path
from pictus.grade import Files
from pictus.steps import score
predictions, truth, per_item, tokenize = sys.argv[1:]
files = Files(predictions=Path(predictions), truth=Path(truth))
options = {"tokenize": tokenize == "words"}
done = score.run(score.plan("coco_captions", files, options=options, per_item=Path(per_item)))
said.update(done.figures)
"""
_CIDER = """
from pictus.benchmarks.coco_captions.cider import cider
from pictus.benchmarks.coco_captions.grams import Captions, grams_of, shared
said_file, truth_file = sys.argv[1:]
captions, references = json.load(open(said_file)), json.load(open(truth_file))
began = time.process_time()
captions = Captions([references[key] for key in captions], list(captions.values()))
words, picture_of = captions.words(), captions.picture_of()
grams = list(grams_of(words))
common = [shared(some, picture_of, len(words) - captions.pictures) for some in grams]
said["CIDEr"] = float(cider(grams, common, picture_of, captions.pictures).mean())
said["seconds"] = time.process_time() - began
"""
_OFFICIAL = """
import importlib.util
said_file, truth_file, folder = sys.argv[1:]
package = importlib.util.module_from_spec(importlib.util.spec_from_loader("pycocoevalcap", None))
package.__path__ = [folder]
sys.modules["pycocoevalcap"] = package
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
captions, references = json.load(open(said_file)), json.load(open(truth_file))
captions = {key: [captions[key]] for key in references}
began = time.process_time()
said["CIDEr"] = float(Cider().compute_score(references, captions)[0])
said["seconds"] = time.process_time() - began
for number, value in enumerate(Bleu(4).compute_score(references, captions, verbose=0)[0], 1):
    said[f"Bleu_{number}"] = value
said["ROUGE_L"] = float(Rouge().compute_score(references, captions)[0])
"""
_VOCABULARY = """
    a a a a a a the of on in with and is man woman dog cat person people street table bench train bus plate food pizza
    tennis ball bat player baseball surfboard wave beach water snow skis mountain field grass horse elephant zebra
    giraffe sheep cow bird kitchen sink toilet bathroom mirror bed room couch laptop phone sign light traffic car truck
    motorcycle bicycle riding standing sitting holding playing eating looking walking parked red white black green blue
    yellow large small young old top front side near next group couple several two three
    """
_WORDS = _VOCABULARY.split()


def table() -> str:
    """Measure both in one run, and give the rows of the table."""
    truth, said = DATA / "captions" / "truth.json", DATA / "captions" / "said.json"
    if not said.exists():
        write_captions(truth, said)
    files, items = (str(said), str(truth)), str(DATA / "captions" / "items.jsonl")
    cider = measure(_CIDER, *files)
    ours, cut = (measure(_OURS, *files, items, how) for how in ("spaces", "words"))
    rows = (
        f"| captions of {PICTURES:,} pictures, five references each | CPU seconds | MB | |\n| --- | --- | --- | --- |\n"
    )
    rows += f"| CIDEr, pictus (reach: >= 3 x as fast) | {cider.said['seconds']:.2f} | {cider.peak_mb:,.0f} | |\n"
    rows += f"| all figures and files, pictus, `tokenize=false` | {_took(ours)} | |\n"
    rows += f"| all figures and files, pictus, cut into words | {_took(cut)} | |\n"
    folder = os.environ.get(VARIABLE)
    if not folder:
        return rows + f"| pycocoevalcap | | | not measured: {VARIABLE} does not say where it is |\n"
    theirs = measure(_OFFICIAL, *files, folder)
    if any(ours.said[name] != value for name, value in theirs.said.items() if name != "seconds"):
        raise SystemExit(f"the figures differ: {ours.said} and {theirs.said}")
    times = theirs.said["seconds"] / cider.said["seconds"]
    rows += f"| CIDEr, pycocoevalcap | {theirs.said['seconds']:.2f} | | {times:.1f} x as long |\n"
    times = theirs.cpu_seconds / ours.cpu_seconds
    return rows + f"| all figures, pycocoevalcap | {_took(theirs)} | {times:.1f} x as long; its figures are equal |\n"


def write_captions(truth: Path, said: Path) -> None:
    """Write captions of about ten words, those of a picture about the same things."""
    truth.parent.mkdir(parents=True, exist_ok=True)
    random_ = random.Random(0)
    references, captions = {}, {}
    for picture in range(PICTURES):
        things = random_.choices(_WORDS, k=6)
        made = [
            " ".join(random_.choice((random_.choice(things), *random_.choices(_WORDS, k=1))) for _ in range(length))
            for length in (8 + int(random_.expovariate(0.4)) for _ in range(6))
        ]
        references[str(picture)] = [f"{caption.capitalize()}." for caption in made[:5]]
        captions[str(picture)] = made[5]
    truth.write_text(json.dumps(references))
    said.write_text(json.dumps(captions))


def _took(figure: Figure) -> str:
    return f"{figure.cpu_seconds:.2f} | {figure.peak_mb:,.0f}"


if __name__ == "__main__":
    print(table())
