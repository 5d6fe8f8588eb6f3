"""Measure how a picture is made small: 640 x 480 JPEGs to a shorter side of 256, quality 95, beside other libraries.

How near a result is to the picture before it is told in dB (PSNR), against two ideals of the whole decoded picture in
numbers that are not rounded: the mean of all that a pixel covers, and Lanczos. Both are left unrounded and unencoded.
"""

import io
import sys

import numpy as np
from measure import DATA, Figure, measure
from PIL import Image

PICTURES, COMPARED = 40, 20
FOLDER = DATA / "pixels"

COMMON = """
from pathlib import Path
began = time.process_time()
"""
OURS = """
from pictus.pixels.making import made
from pictus.pixels.wanted import Wanted
wanted = Wanted(size=256, mode="keep_ratio")
def make(data):
    return made(data, wanted).data
"""
CV2 = """
import cv2
import numpy as np
cv2.setNumThreads(1)
def make(data):
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    small = cv2.resize(pixels, (341, 256), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
"""
SIMPLEJPEG_CV2 = """
import cv2, simplejpeg
cv2.setNumThreads(1)
def make(data):
    small = cv2.resize(simplejpeg.decode_jpeg(data, "RGB"), (341, 256), interpolation=cv2.INTER_AREA)
    return simplejpeg.encode_jpeg(small, 95, "RGB", "420")
"""
EIGHTHS = """
import cv2, simplejpeg
cv2.setNumThreads(1)
def make(data):
    pixels = simplejpeg.decode_jpeg(data, "RGB", min_width=341, min_height=256, min_factor=1)
    return simplejpeg.encode_jpeg(cv2.resize(pixels, (341, 256), interpolation=cv2.INTER_LINEAR), 95, "RGB", "420")
"""
SIMPLEJPEG_PILLOW = """
import simplejpeg
import numpy as np
from PIL import Image
def make(data):
    small = Image.fromarray(simplejpeg.decode_jpeg(data, "RGB")).resize((341, 256), Image.Resampling.HAMMING)
    return simplejpeg.encode_jpeg(np.asarray(small), 95, "RGB", "420")
"""
PILLOW = """
import io
from PIL import Image
how = Image.Resampling[sys.argv[2]]
def make(data):
    file = io.BytesIO()
    picture = Image.open(io.BytesIO(data), formats=["JPEG"])
    picture.resize((341, 256), how).save(file, "JPEG", quality=95, subsampling="4:2:0")
    return file.getvalue()
"""
LOOP = """
said["import"] = time.process_time() - began
pictures = [path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.jpg"))]
results = [make(data) for data in pictures]
least = [1e9] * len(pictures)  # of each picture alone: another program on the processor slows but a few of them
for _ in range(6):
    for number, data in enumerate(pictures):
        began = time.thread_time()
        make(data)
        least[number] = min(least[number], time.thread_time() - began)
said["seconds"] = sum(least)
for number, result in enumerate(results):
    Path(sys.argv[1], f"{number:03d}.result").write_bytes(result)
"""
WAYS = {
    "pictus": (OURS, ""),
    "cv2 (img2dataset's way)": (CV2, ""),
    "simplejpeg and cv2's means": (SIMPLEJPEG_CV2, ""),
    "simplejpeg at five eighths, cv2": (EIGHTHS, ""),
    "simplejpeg and Pillow, Hamming": (SIMPLEJPEG_PILLOW, ""),
    "Pillow, box": (PILLOW, "BOX"),
    "Pillow, Hamming": (PILLOW, "HAMMING"),
    "Pillow, Lanczos": (PILLOW, "LANCZOS"),
}


def table() -> str:
    """Measure all ways in turns, since machines slow down and recover, and give the rows of the table."""
    if not (FOLDER / "written").exists():
        _write()
    ideals = [_ideals((FOLDER / f"{number:03d}.jpg").read_bytes()) for number in range(COMPARED)]
    figures: dict[str, Figure] = {}
    near: dict[str, tuple[float, float]] = {}
    for _ in range(2):
        for name, (code, how) in WAYS.items():
            figure = measure(COMMON + code + LOOP, str(FOLDER), how, python=sys.executable)
            if name not in figures or figure.said["seconds"] < figures[name].said["seconds"]:
                figures[name] = figure
            if name not in near:
                near[name] = _nearness(ideals)
    least = figures["cv2 (img2dataset's way)"].said["seconds"]
    lines = ["| way | CPU ms a picture | of cv2's | MB | import, ms | dB of means | dB of Lanczos |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for name, figure in figures.items():
        seconds, (means, lanczos) = figure.said["seconds"], near[name]
        lines.append(
            f"| {name} | {seconds / PICTURES * 1000:.2f} | {seconds / least:.2f} | {figure.peak_mb:.0f} "
            f"| {figure.said['import'] * 1000:.0f} | {means:.2f} | {lanczos:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    for number in range(PICTURES):
        (FOLDER / f"{number:03d}.jpg").write_bytes(_picture(random, 640, 480))
    (FOLDER / "written").touch()


def _picture(random: np.random.Generator, width: int, height: int) -> bytes:
    """Draw what has detail of all sizes, and edges, so that it takes as many bytes as a photograph: about 80 kB."""
    sum_ = np.full((height, width, 3), 128.0)
    for step, strength in ((128, 60), (64, 45), (32, 32), (16, 22), (8, 13), (4, 7), (2, 4), (1, 2.5)):
        bands = 3 if step > 8 else 1  # of small things, photographs hardly know the colour
        coarse = random.normal(0, strength, (bands, height // step + 2, width // step + 2)).astype(np.float32)
        fine = [Image.fromarray(band).resize((width, height), Image.Resampling.BICUBIC) for band in coarse]
        sum_ += np.stack([np.asarray(band) for band in fine], axis=-1)
    for _ in range(12):
        left, top = random.integers(0, width), random.integers(0, height)
        across, down = random.integers(20, 200, 2)
        sum_[top : top + down, left : left + across] += random.normal(0, 40, 3)
    file = io.BytesIO()
    Image.fromarray(sum_.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def _ideals(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.asarray(Image.open(io.BytesIO(data)), np.float32)
    return _means(pixels, 341, 256), _lanczos(pixels, 341, 256)


def _means(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    for size in (height, width):  # down, turned, across, turned back
        had = pixels.shape[0]
        edges = np.arange(size + 1) * had / size
        sums = np.concatenate([np.zeros((1, *pixels.shape[1:])), np.cumsum(pixels, axis=0, dtype=np.float64)])
        low = np.minimum(edges.astype(int), had - 1)
        pixels = np.diff(sums[low] + (edges - low)[:, None, None] * pixels[low], axis=0) * size / had
        pixels = pixels.swapaxes(0, 1)
    return pixels


def _lanczos(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    bands = [Image.fromarray(pixels[..., band]) for band in range(3)]
    return np.stack([np.asarray(band.resize((width, height), Image.Resampling.LANCZOS)) for band in bands], axis=-1)


def _nearness(ideals: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Give the mean PSNR of the results that lie in the folder, against both ideals."""
    told = []
    for number, pair in enumerate(ideals):
        result = np.asarray(Image.open(FOLDER / f"{number:03d}.result"), np.float64)
        told.append([10 * np.log10(255**2 / ((ideal - result) ** 2).mean()) for ideal in pair])
    means, lanczos = np.mean(told, axis=0)
    return float(means), float(lanczos)


if __name__ == "__main__":
    print(table())
