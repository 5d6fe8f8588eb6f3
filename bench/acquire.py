"""Get 3,000 pictures from a server on loopback, beside img2dataset: over HTTP, and over HTTPS from many hosts.

nginx serves them; without nginx and openssl nothing is measured. Both programs write pictures whose shorter side is 256
in JPEG of quality 95, with two processes, and start-up counts. Each program has an environment of its own, with what
it needs and nothing else.
"""

import contextlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bad_web
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measure import DATA
from peers import python_of
from PIL import Image

FILES, TIMES, HOSTS, SHARD = 3_000, 3, 200, 500  # each file at three addresses
COUNT = FILES * TIMES
GOOD_TIMES = 40  # for the web that misbehaves: up to twenty seconds of waiting at the end count too
PLAIN, SECURE, BAD = 8_471, 8_472, 8_473
PEER = "img2dataset==1.47.0"
ROOT = Path(__file__).parent.parent
SIZE = (640, 480)
CONF = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; root {pictures};
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 0.0.0.0:{plain}; keepalive_requests 100000; }}
  server {{
    listen 0.0.0.0:{secure} ssl; keepalive_timeout 0;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
  }}
}}
"""
# Nothing but the requests: what a client costs that only reads.
GET = """
import asyncio, sys
import aiohttp
import pyarrow.parquet as pq
async def main():
    urls = iter(pq.read_table(sys.argv[1])["url"].to_pylist())
    async with aiohttp.ClientSession() as session:
        async def work():
            for url in urls:
                async with session.get(url) as reply:
                    await reply.read()
        await asyncio.gather(*[work() for _ in range(64)])
asyncio.run(main())
"""
# Nothing but the pictures.
MAKE = """
import sys
from pathlib import Path
from pictus.pixels.making import made
from pictus.pixels.wanted import Wanted
wanted = Wanted(size=256, mode="keep_ratio")
for path in int(sys.argv[2]) * sorted(Path(sys.argv[1]).iterdir()):
    made(path.read_bytes(), wanted)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program took with all its processes."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float  # of memory that no two processes are counted for


def cost(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a program to its end."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})}, text=True
    )
    peak = [0.0]
    watch = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watch.start()
    _, told = process.communicate()
    wall = time.monotonic() - began
    watch.join()
    if process.returncode not in (0, 3):
        raise SystemExit(told)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, peak[0])


def _watch(process: "subprocess.Popen[str]", peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_memory, _family(process.pid))))
        time.sleep(0.2)


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _family(int(child))


def _memory(pid: int) -> float:
    """Give a process's share of memory: of pages that several have, its part."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def pictures() -> Path:
    """Make pictures of the entropy that photographs have: coarse and fine waves, and some noise."""
    folder = DATA / "acquire"
    if len(list(folder.glob("*.jpg"))) == FILES:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    width, height = SIZE

    def waves(length: int) -> np.ndarray:
        small = random.integers(0, 255, (height // length + 2, width // length + 2, 3), dtype=np.uint8)
        return np.asarray(Image.fromarray(small).resize(SIZE, Image.Resampling.BICUBIC)).astype(np.float32)

    layers = [waves(length) for length in (64, 16, 4, 2)]
    for number in range(FILES):
        shares = random.dirichlet([4, 3, 2, 1])
        moved = [np.roll(layer, (random.integers(height), random.integers(width)), (0, 1)) for layer in layers]
        mixed = sum(share * layer for share, layer in zip(shares, moved, strict=True))
        noisy = (mixed - 128) * 1.6 + 128 + random.normal(0, 6, mixed.shape)
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(folder / f"{number:05d}.jpg", quality=82)
    return folder


@contextmanager
def served(folder: Path) -> Iterator[Path]:
    """Serve the pictures over HTTP and HTTPS; give the bundle of certificates that vouches for the hosts."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        bundle = _certificate(work)
        conf = work / "nginx.conf"
        conf.write_text(CONF.format(folder=work, pictures=folder, plain=PLAIN, secure=SECURE))
        server = subprocess.Popen(["nginx", "-c", str(conf)], stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            yield bundle
        finally:
            server.terminate()
            server.wait()


def _certificate(work: Path) -> Path:
    """Make a certificate for all hosts, and put its maker among those that this machine trusts."""
    names = ",".join(f"IP:127.0.0.{number}" for number in range(1, HOSTS + 1))
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=loopback"]
    files = ["-keyout", str(work / "server.key"), "-out", str(work / "server.pem")]
    subprocess.run([*make, "-addext", f"subjectAltName={names}", *files], check=True, capture_output=True)
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    bundle = work / "bundle.pem"
    known = system.read_text() if system.is_file() else ""
    bundle.write_text(known + (work / "server.pem").read_text())
    return bundle


def listed(work: Path, name: str, urls: Sequence[str]) -> Path:
    """Write a list."""
    path = work / f"{name}.parquet"
    pq.write_table(pa.table({"url": urls, "caption": [f"picture {number}" for number in range(len(urls))]}), path)
    return path


def ours(python: Path, path: Path, to: Path, *more: str) -> list[str]:
    """Give our command."""
    shutil.rmtree(to, ignore_errors=True)
    command = [str(python), "-m", "pictus", "acquire", str(path), "--to", str(to), "--size", "256"]
    return [*command, "--allow-network", "127.0.0.0/8", "--shard-rows", str(SHARD), "--per-host", "64", *more]


def theirs(python: Path, path: Path, to: Path) -> list[str]:
    """Give img2dataset's command for the same work."""
    shutil.rmtree(to, ignore_errors=True)
    options = {
        "url_list": str(path),
        "input_format": "parquet",
        "url_col": "url",
        "caption_col": "caption",
        "output_format": "webdataset",
        "output_folder": str(to),
        "processes_count": 2,
        "thread_count": 32,
        "image_size": 256,
        "resize_mode": "keep_ratio",
        "resize_only_if_bigger": True,
        "encode_quality": 95,
        "number_sample_per_shard": SHARD,
    }
    return [str(python.with_name("img2dataset")), *(f"--{name}={value}" for name, value in options.items())]


def table() -> str:
    """Measure, and give a line for each program."""
    if not (shutil.which("nginx") and shutil.which("openssl")):
        return "Not measured: nginx or openssl is missing.\n"
    own, python = python_of("pictus", "-e", f"{ROOT}[acquire]"), python_of("img2dataset", PEER)
    if own is None:
        return "Not measured: pictus cannot be installed here.\n"
    folder = pictures()
    names = [f"{path.name}?{turn}" for turn in range(TIMES) for path in sorted(folder.glob("*.jpg"))]
    lines = ["| 9,000 pictures of 640x480 to 256 | CPU ms a picture | wall s | MB |", "| --- | --- | --- | --- |"]

    def add(what: str, found: Cost) -> None:
        each = 1000 * found.cpu_seconds / COUNT
        lines.append(f"| {what} | {each:.2f} | {found.wall_seconds:.1f} | {found.peak_mb:,.0f} |")

    with served(folder) as bundle, tempfile.TemporaryDirectory() as place:
        work = Path(place)
        plain = listed(work, "plain", [f"http://127.0.0.1:{PLAIN}/{name}" for name in names])
        hosts = [f"https://127.0.0.{number % HOSTS + 1}:{SECURE}/{name}" for number, name in enumerate(names)]
        secure = listed(work, "secure", hosts)
        trust = {"SSL_CERT_FILE": str(bundle)}
        add("HTTP: requests alone", cost([str(own), "-c", GET, str(plain)]))
        add("decode, resize, encode alone", cost([str(own), "-c", MAKE, str(folder), str(TIMES)]))
        add("HTTP: pictus", cost(ours(own, plain, work / "a", "--workers", "2")))
        add("HTTP: pictus, two processes a core", cost(ours(own, plain, work / "a")))
        if python:
            add(f"HTTP: {PEER}", cost(theirs(python, plain, work / "b")))
        add("HTTPS, 200 hosts, no keep-alive: pictus", cost(ours(own, secure, work / "c", "--workers", "2"), trust))
        if python:
            add(f"HTTPS, 200 hosts, no keep-alive: {PEER}", cost(theirs(python, secure, work / "d"), trust))
    return "\n".join(lines) + "\n\n" + misbehaving(own, folder)


def misbehaving(own: Path, folder: Path) -> str:
    """Measure how fast good rows come alone, and among as many more that three of ten are bad."""
    names = [f"{path.name}?{turn}" for turn in range(GOOD_TIMES) for path in sorted(folder.glob("*.jpg"))]
    good = [f"http://127.0.{1 + number % 2}.{number % HOSTS}:{PLAIN}/{name}" for number, name in enumerate(names)]
    mixed = [*good, *bad_web.addresses(len(good) * 3 // 7, BAD)]
    random.Random(0).shuffle(mixed)
    lines = [f"| {len(good):,} good pictures | good pictures/s | wall s | MB |", "| --- | --- | --- | --- |"]
    with served(folder), tempfile.TemporaryDirectory() as place:
        server = subprocess.Popen([sys.executable, str(Path(bad_web.__file__)), str(BAD)])
        try:
            work, speeds = Path(place), []
            for what, urls in (("alone", good), ("and three of ten that are bad", mixed)):
                found = cost(ours(own, listed(work, "list", urls), work / "to", "--shard-rows", "10000"))
                speeds.append(len(good) / found.wall_seconds)
                lines.append(f"| {what} | {speeds[-1]:,.0f} | {found.wall_seconds:.1f} | {found.peak_mb:,.0f} |")
        finally:
            server.terminate()
            server.wait()
    return "\n".join([*lines, f"| of the speed alone | {speeds[1] / speeds[0]:.0%} | | |"]) + "\n"


if __name__ == "__main__":
    print(table())
