"""Write a file like LLaVA's mix665k: its number of rows and turns and its folders, about 1 GB of made-up talk."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson

ROWS = 665_298
# Folder of the pictures, rows, and the mean number of questions and answers, which add up to 5.6 million turns.
PARTS = [
    ("coco/train2017/{:012d}.jpg", 364_100, 3.9),
    ("vg/VG_100K/{}.jpg", 86_417, 5.5),
    ("ocr_vqa/images/{}.jpg", 80_000, 4.0),
    ("gqa/images/{}.jpg", 72_140, 5.4),
    ("textvqa/train_images/{:016x}.jpg", 21_953, 1.0),
    (None, 40_688, 4.0),
]
_WORDS = str.split(
    "the a of with red blue small large wooden man woman dog cat street table window picture shows standing near "
    "left right behind because two three people wearing holding question answer which what color color? is are there "
    'visible background foreground building tree car bus plate food kitchen room \\n"quoted" light'
)
_FOREIGN = ["naïve", "café", "你好", "“so”", "–", "Düsseldorf"]  # in one text of thirty, as such files have them


def rows(count: int, seed: int = 0) -> Iterator[bytes]:
    """Give the rows as JSON, mixed by a seed."""
    rng = np.random.default_rng(seed)
    # Drawing words for five million turns one by one would take longer than all that is measured.
    short = [_text(rng, size) for size in rng.integers(2, 14, 5000)]
    long = [_text(rng, size) for size in rng.integers(50, 190, 5000)]
    shares = np.array([part[1] for part in PARTS]) / ROWS
    for begin in range(0, count, 10_000):
        size = min(10_000, count - begin)
        kinds = rng.choice(len(PARTS), size, p=shares)
        numbers = rng.integers(1, 600_000, size)
        for kind, number in zip(kinds.tolist(), numbers.tolist(), strict=True):
            yield orjson.dumps(_row(kind, number, rng, short, long))


def _text(rng: np.random.Generator, words: int) -> str:
    picked = rng.choice(_WORDS, words).tolist()
    if rng.random() < 1 / 30:
        picked[-1] = str(rng.choice(_FOREIGN))
    return " ".join(picked)


def _row(kind: int, number: int, rng: np.random.Generator, short: list[str], long: list[str]) -> dict[str, object]:
    picture, _, mean = PARTS[kind]
    pairs = 1 + int(rng.poisson(mean - 1))
    is_talk = picture is None or (kind == 0 and number % 2 == 0)
    picked = rng.integers(0, 5000, 2 * pairs).tolist()
    turns = []
    for pair in range(pairs):
        question, answer = short[picked[2 * pair]], (long if is_talk else short)[picked[2 * pair + 1]]
        turns += [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    if picture is None:
        return {"id": f"talk{number}_0", "model": "", "conversations": turns}
    turns[0]["value"] = f"<image>\n{turns[0]['value']}" if number % 3 else f"{turns[0]['value']}\n<image>"
    return {"id": f"{number:012d}", "image": picture.format(number), "conversations": turns}


def write_mix(path: Path, count: int = ROWS) -> None:
    """Write the array."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for number, row in enumerate(rows(count)):
            file.write(b"[" if number == 0 else b", ")
            file.write(row)
        file.write(b"]")


if __name__ == "__main__":
    write_mix(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ROWS)
