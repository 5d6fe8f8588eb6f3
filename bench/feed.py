"""Measure how pictures come to a training: what reading adds to decoding them, beside the loaders of others.

Decoding takes most of the time, and differs from run to run by more than reading takes. So reading is measured alone:
everything is done but for the decoding, and pictures are handed on as they are encoded. The feed decodes them to where
they stay, so nothing is copied afterwards that would count.
"""

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measure import DATA, Figure, measure
from peers import python_of
from PIL import Image

from pictus import plugins
from pictus.engine.events import Events
from pictus.record import Media, Origin, Record, Turn, make_record
from pictus.steps.blend import plan as planning
from pictus.steps.blend import run as running
from pictus.store.corpus import begin_corpus, finish_corpus
from pictus.store.shards import Rows, write_shard

PICTURES, LARGE, SIDE = 3_000, 200, 336
FOLDER = DATA / "feed"
PEERS = ("torch==2.13.0", "megatron-energon==7.4.1", "webdataset==1.0.2", "datasets==5.2.0", "pillow==13.0.0")
_WORDS = str.split("a man woman dog on the street table with red blue car two people near window what is there of")

OURS = """
import warnings
from pathlib import Path
import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
from pictus.engine.events import Events
from pictus.learn.feed.opening import open_feed
from pictus.learn.feed.pictures import Framing
from pictus.learn.feed.stage import Laying
from pictus.learn.tokens import Talk
from pictus.steps.blend.blended import open_stage
folder, what = Path(sys.argv[1]), sys.argv[2]
stage = open_stage(folder / "blend", "instruct")
bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
alphabet = pre_tokenizers.ByteLevel.alphabet()
bpe.train_from_iterator(["what is there on the street"] * 9, trainers.BpeTrainer(
    vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False))
bpe.add_special_tokens([AddedToken("<image>", special=True, normalized=False)])
words = PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token="<s>", eos_token="</s>", chat_template=(
    "{% for m in messages %}{{ m.role + ': ' + m.content + (eos_token if m.role == 'assistant' else ' ') }}{% endfor %}"
))
talk = Talk(words, image_id=words.convert_tokens_to_ids("<image>"), image_tokens=576, max_tokens=2048)
class Undecoded:
    side = 336
    def pixels(self, data, into):
        said["bytes"] += len(data)
said["bytes"] = 0
feed = open_feed(
    stage, caches=None if "direct" in what else folder / "caches", talk=talk,
    framing=Framing(336) if "decode" in what else Undecoded(),
    laying=Laying(max_tokens=4096), batch=32, events=Events())
feed[len(feed) - 1]
began, said["pictures"] = time.process_time(), 0
if "rows" in what:
    for cursor in range(0, len(stage), 32):
        drawn = feed.order.at(np.arange(cursor, min(cursor + 32, len(stage))))
        records = feed.rows[0].records(drawn.rows)
        for row, record in zip(drawn.rows.tolist(), records, strict=True):
            said["bytes"] += len(feed.rows[0].pictures(row)[0])
            said["pictures"] += len(record.turns) == 2
else:
    for step in feed:
        assert not step.broken
        said["pictures"] += sum(len(row.pictures) for row in step.rows)
said["seconds"] = time.process_time() - began
"""
DECODE = """
import io, json
import numpy as np
from PIL import Image
decodes = "decode" in sys.argv[2]
def used(data, words):
    assert words
    said["pictures"] += 1
    said["bytes"] += len(data)
    if decodes:
        image = Image.open(io.BytesIO(data))
        image.draft("RGB", (336, 336))
        small = image.convert("RGB").resize((336, 336), Image.Resampling.BICUBIC)
        np.stack([np.asarray(band) for band in small.split()])
said["bytes"] = said["pictures"] = 0
"""
WEBDATASET = """
import glob, webdataset
shards = sorted(glob.glob(sys.argv[1] + "/tars/*.tar"))
data = iter(webdataset.WebDataset(shards, shardshuffle=100, seed=1).shuffle(1000))
began = time.process_time()
for sample in data:
    used(sample["jpg"], json.loads(sample["json"]))
said["seconds"] = time.process_time() - began
"""
DATASETS = """
import datasets, glob
datasets.disable_progress_bars()
shards = sorted(glob.glob(sys.argv[1] + "/corpus/shards/*.parquet"))
streams = "stream" in sys.argv[2]
data = datasets.load_dataset(
    "parquet", data_files=shards, split="train", streaming=streams, cache_dir=sys.argv[1] + "/hf",
    columns=["messages", "images"])
data = data.cast_column("images", datasets.List(datasets.Image(decode=False)))
data = data.shuffle(seed=1, buffer_size=1000) if streams else data.shuffle(seed=1)
began = time.process_time()
for row in data:
    used(row["images"][0]["bytes"], row["messages"])
said["seconds"] = time.process_time() - began
"""
ENERGON = """
import warnings
warnings.simplefilter("ignore")
from megatron.energon import *
@stateless
def cook(sample):
    return CaptioningSample(**basic_sample_keys(sample), image=sample["jpg"], caption=sample["json"])
class Encoder(DefaultTaskEncoder):
    cookers = [Cooker(cook)]
    decoder = None
    @stateless
    def encode_sample(self, sample):
        used(sample.image, json.loads(sample.caption))
        return sample
    def batch(self, samples):
        return samples
config = WorkerConfig(rank=0, world_size=1, num_workers=0)
loader = get_loader(get_train_dataset(
    sys.argv[1] + "/tars", batch_size=32, worker_config=config, shuffle_buffer_size=1000,
    max_samples_per_sequence=100, task_encoder=Encoder(), repeat=False))
began = time.process_time()
for batch in loader:
    pass
said["seconds"] = time.process_time() - began
"""
ALONE = """
import io
from pathlib import Path
from PIL import Image
from pictus.learn.feed.pictures import Framing
pictures = [path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.jpg"))]
framing = Framing(336)
def plain(data):
    return Image.open(io.BytesIO(data)).convert("RGB").resize((336, 336), Image.Resampling.BICUBIC)
read = framing.pixels if sys.argv[2] == "ours" else plain
read(pictures[0])
began = time.process_time()
for data in pictures:
    read(data)
said["seconds"], said["pictures"] = time.process_time() - began, len(pictures)
"""


def table() -> str:
    """Measure all in one run, and give the rows of the tables."""
    if not (FOLDER / "written").exists():
        _write()
        (FOLDER / "written").touch()
    lines = ["| what | reach | CPU ms a picture | MB |", "| --- | --- | --- | --- |"]
    measure(OURS, str(FOLDER), "rows")  # makes the cache
    python = python_of("feeding", *PEERS)
    if python is not None:
        _prepare(python)
    runs = {
        "pictus, its rows from the cache": (OURS, "rows", "<= 0.2"),
        "pictus, whole steps from the cache: with tokens and labels, packed": (OURS, "steps", ""),
        "pictus, its rows from the shards": (OURS, "rows direct", ""),
        "pictus, whole steps from the shards": (OURS, "steps direct", ""),
        "webdataset 1.0.2": (DECODE + WEBDATASET, "", ""),
        "HF datasets 5.2.0, from its Arrow cache": (DECODE + DATASETS, "", ""),
        "HF datasets 5.2.0, streamed from Parquet": (DECODE + DATASETS, "stream", ""),
        "Energon 7.4.1": (DECODE + ENERGON, "", ""),
    }
    for name, (code, what, reach) in runs.items():
        interpreter = sys.executable if code is OURS else python
        if interpreter is not None:
            figure = min((_checked(code, what, str(interpreter)) for _ in range(2)), key=_milliseconds)
            lines.append(f"| {name} | {reach} | {_milliseconds(figure):.3f} | {figure.peak_mb:,.0f} |")
    if python is None:
        lines.append("| webdataset, HF datasets and Energon | | not measured: they cannot be installed here | |")
    head = f"Reading {PICTURES:,} JPEGs of 640 x 480 and what is said of them, shuffled, without decoding them:\n\n"
    return head + "\n".join(lines) + "\n\nDecoding:\n\n" + _decoding(python)


def _decoding(python: Path | None) -> str:
    lines = ["| what | reach | pictures a CPU second | |", "| --- | --- | --- | --- |"]
    for name, size in (("small", "640 x 480"), ("large", "1600 x 1200")):
        # In turns, since machines slow down and recover: each has its best of three.
        turns = [[measure(ALONE, str(FOLDER / name), which) for which in ("plain", "ours")] for _ in range(3)]
        plain, ours = (min(map(_milliseconds, of)) for of in zip(*turns, strict=True))
        lines.append(f"| Pillow, {size} to {SIDE} | | {1000 / plain:,.0f} | |")
        reach = ">= 3 x" if name == "large" else ""
        lines.append(f"| pictus, {size} to {SIDE} | {reach} | {1000 / ours:,.0f} | {plain / ours:.2f} x |")
    runs = {
        "whole steps of pictus": (OURS, "steps decode"),
        "webdataset": (DECODE + WEBDATASET, "decode"),
        "HF datasets, from its Arrow cache": (DECODE + DATASETS, "decode"),
        "Energon": (DECODE + ENERGON, "decode"),
    }
    for name, (code, what) in runs.items():
        interpreter = sys.executable if code is OURS else python
        if interpreter is not None:
            figure = _checked(code, what, str(interpreter))
            lines.append(f"| {name}, 640 x 480, read and decoded | | {1000 / _milliseconds(figure):,.0f} | |")
    return "\n".join(lines) + "\n"


def _checked(code: str, what: str, python: str) -> Figure:
    figure = measure(code, str(FOLDER), what, python=python)
    assert figure.said["pictures"] == PICTURES, (what, figure.said)
    return figure


def _milliseconds(figure: Figure) -> float:
    return figure.said["seconds"] / figure.said["pictures"] * 1000


def _write() -> None:
    """Write the pictures as a corpus, as tar files that webdataset and Energon read, and some as plain files."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    random = np.random.default_rng(3)
    corpus = begin_corpus(FOLDER / "corpus", roots={}, made={"step": "bench"})
    rows, number = Rows(_records(random)), 0
    while not rows.ended():
        write_shard(corpus.place, number, rows, root_names={}, limit=1_000)
        number += 1
    corpus = finish_corpus(corpus, number)
    plugins.load("formats", "webdataset", {"shard_size": 500}).write(corpus.records(), FOLDER / "tars")
    (FOLDER / "recipe.yaml").write_text(f"stages: {{instruct: {{data: [{{corpus: {corpus.place}}}]}}}}\n")
    running.run(planning.plan(FOLDER / "recipe.yaml", FOLDER / "blend"), Events())
    for name, size in (("small", (640, 480)), ("large", (1600, 1200))):
        (FOLDER / name).mkdir()
        for place in range(LARGE):
            (FOLDER / name / f"{place:04d}.jpg").write_bytes(_picture(random, *size))


def _records(random: np.random.Generator) -> Iterator[Record]:
    for number in range(PICTURES):
        question, answer = (" ".join(random.choice(_WORDS, count).tolist()) for count in (12, 40))
        turns = [Turn.of("user", question, images=1), Turn.of("assistant", answer)]
        media = [Media(data=_picture(random, 640, 480), path=f"{number}.jpg", width=640, height=480)]
        yield make_record(Origin(dataset="made", key=str(number), split="train"), media=media, turns=turns)


def _picture(random: np.random.Generator, width: int, height: int) -> bytes:
    """Draw a picture that takes about as many bytes as a photograph of its size."""
    coarse = Image.fromarray(random.integers(0, 256, (height // 32, width // 32, 3), np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
    grain = random.integers(-4, 5, (height, width, 1), np.int16)
    file = io.BytesIO()
    Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=75)
    return file.getvalue()


def _prepare(python: Path) -> None:
    """Let Energon index the tar files."""
    if not (FOLDER / "tars/.nv-meta").exists():
        program = str(python.parent / "energon")
        options = ["--non-interactive", "--split-ratio", "1,0,0", "--num-workers", "1", "--no-progress"]
        command = [program, "prepare", *options, "--sample-type", "CrudeWebdataset", str(FOLDER / "tars")]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    print(table())
