"""Each figure of each picture equals pycocoevalcap's bit by bit, where PICTUS_OFFICIAL_COCO_CAPTIONS is its folder."""

import importlib.util
import json
import os
import random
import shutil
import sys

import pytest

from pictus import plugins
from pictus.benchmarks.coco_captions.grams import Captions
from pictus.benchmarks.coco_captions.tokens import tokenized
from pictus.grade import Files

FOLDER = os.environ.get("PICTUS_OFFICIAL_COCO_CAPTIONS", "")
SEEDS = int(os.environ.get("PICTUS_OFFICIAL_SEEDS", "1"))
pytestmark = pytest.mark.skipif(not FOLDER, reason="PICTUS_OFFICIAL_COCO_CAPTIONS names no folder")

WORDS = [f"w{number}" for number in range(40)] + ["a"] * 20 + ["the", "man", "é", "\u00a0", "", " ", "\t", "a a a a a"]


def official(part):
    """Import a module of the folder `pycocoevalcap`, whatever else it needs."""
    if "pycocoevalcap" not in sys.modules:
        package = importlib.util.module_from_spec(importlib.util.spec_from_loader("pycocoevalcap", None))
        package.__path__ = [FOLDER]
        sys.modules["pycocoevalcap"] = package
    return importlib.import_module(f"pycocoevalcap.{part}")


def invented(dice, pictures):
    def caption():
        return " ".join(dice.choice(WORDS) for _ in range(dice.choice((0, 1, 2, 3, 5, 8, 10, 12, 30))))

    truth = {str(place): [caption() for _ in range(dice.choice((1, 2, 5, 5, 6)))] for place in range(pictures)}
    said = {key: dice.choice((caption(), dice.choice(some))) for key, some in truth.items()}
    return truth, said


def ours(folder, truth, said, **options):
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "said.json").write_text(json.dumps(said))
    files = Files(predictions=folder / "said.json", truth=folder / "truth.json")
    return plugins.load("benchmarks", "coco_captions", options).grade(files)


def theirs(truth, said):
    said = {key: [caption] for key, caption in said.items()}
    figures, each = {}, {}
    bleu, bleus = official("bleu.bleu").Bleu(4).compute_score(truth, said, verbose=0)
    for place in range(4):
        figures[f"Bleu_{place + 1}"], each[f"Bleu_{place + 1}"] = bleu[place], bleus[place]
    figures["ROUGE_L"], each["ROUGE_L"] = official("rouge.rouge").Rouge().compute_score(truth, said)
    figures["CIDEr"], each["CIDEr"] = official("cider.cider").Cider().compute_score(truth, said)
    return figures, {key: {name: values[place] for name, values in each.items()} for place, key in enumerate(truth)}


def same(graded, figures, each):
    assert graded.figures == figures
    assert {grade.id: {**grade.figures, "CIDEr": grade.score} for grade in graded.grades} == each


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("pictures", [1, 2, 7, 1000])
def test_every_figure_of_invented_captions_is_the_official_one(tmp_path, pictures, seed):
    truth, said = invented(random.Random(seed), pictures)
    truth["0"].append("w1 w2 w3")  # the official scorer stops where no reference has a word
    same(ours(tmp_path, truth, said, tokenize=False), *theirs(truth, said))


PIECES = (
    *(
        "a",
        "A",
        "I.",
        "The",
        "cat",
        "cats'",
        "it's",
        "don't",
        "cannot",
        "Gotta",
        "'twas",
        "o'clock",
        "O'Brien",
        "y'all",
    ),
    *("'em", "'90s", "90's", "ain’t", "“hi”", '"hi"', "'hi'", "``hi''", "U.S.", "p.m.", "St.", "Mr.", "vs.", "etc."),
    *("Jan.", "Co.", "ltd.", "no. 5", "No.", "fig. 3", "5,000.5", "1/2", "1 1/2", "10/12/2014", "$5", "US$5", "#1"),
    *("#cat", "@bob", "£5", "5¢", "3:30pm", "1st", "t-shirt", "black-and-white", "red,blue-green", "and/or", "w/"),
    *(
        "(a)",
        "[x]",
        "{x}",
        "<b>",
        '<a href="x">',
        "&amp;",
        "&",
        "AT&T",
        "&quot;",
        "--",
        "---",
        "-----",
        "-",
        "–",
        "...",
    ),
    *(". . .", "…", "?!", ":", ";", ",", ":)", ":-)", "^_^", "<3", "http://www.x.com/a.html", "flickr.com"),
    *("www.flickr.com", "a@b.com", "x.jpg", "IMG_1234", "+", "*", "~", "\\", "/", "°", "½", "x²", "é", "日本", "😀"),
    *(
        "\u200b",
        "\xa0",
        "co\u00adop",
        "a\u0301",
        "b.",
        "C.",
        "word.,",
        "T.V.",
        "3D",
        "Wi-Fi",
        "-5",
        "(555) 123-4567",
        "l'art",
    ),
    *("J'ai", "Cap'n", "s'mores", "pro-", "S&P-500", "Ph.D.", "Corp.", "Ave.", "Ft.", "He", "IT", "Ill.", "C++", "f#"),
)


def sentence(dice):
    between = (*[" "] * 5, "", ",", ". ", "  ", "-", "'", "/")
    return "".join(dice.choice(PIECES) + dice.choice(between) for _ in range(dice.choice((1, 2, 4, 8, 12)))) + "."


@pytest.mark.skipif(not shutil.which("java"), reason="the official tokenizer needs Java")
@pytest.mark.parametrize("seed", range(SEEDS))
def test_captions_are_cut_as_the_official_tokenizer_cuts_them(seed):
    dice = random.Random(f"words {seed}")
    truth = {str(place): [sentence(dice) for _ in range(5)] for place in range(1000)}
    rows = {key: [{"caption": one} for one in some] for key, some in truth.items()}
    expected = official("tokenizer.ptbtokenizer").PTBTokenizer().tokenize(rows)
    found = tokenized(Captions(list(truth.values()), [])).references
    assert dict(zip(truth, found, strict=True)) == expected


@pytest.mark.skipif(not shutil.which("java"), reason="the official tokenizer needs Java")
def test_every_character_is_kept_or_left_out_as_by_the_official_tokenizer():
    ends = "\n\r\u2028\u2029\x0b\x0c\x85"  # at which the official tokenizer would begin another caption
    known = (chr(code) for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000)
    captions = [f"a{one}b {one} x" for one in known if one not in ends]
    expected = official("tokenizer.ptbtokenizer").PTBTokenizer().tokenize({0: [{"caption": one} for one in captions]})
    assert tokenized(Captions([captions], [])).references == [expected[0]]
