"""A store that speaks S3, in a process of its own on loopback."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

import pytest

from ray_cluster import wait_for


@dataclass
class ObjectStore:
    """Where it is."""

    base: str

    @property
    def settings(self):
        """Give the environment of programs that use it."""
        keys = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests", "AWS_DEFAULT_REGION": "us-east-1"}
        return {**keys, "AWS_ENDPOINT_URL_S3": self.base}

    def objects(self, address):
        """Give all objects below an address, by their names."""
        import fsspec

        files, base = fsspec.core.url_to_fs(address, use_listings_cache=False)
        return {name.removeprefix(f"{base}/"): files.cat_file(name) for name in files.find(base)}


@contextmanager
def object_store(folder):
    """Run one, with a bucket `data`, and have this process use it."""
    if find_spec("moto") is None or find_spec("s3fs") is None:
        pytest.skip("moto and s3fs are missing")
    import fsspec

    log = folder / "store.log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        process = subprocess.Popen(command, stdout=file, stderr=file)
    before = dict(os.environ)
    try:
        said = wait_for(lambda: re.search(r"Running on (http://127.0.0.1:\d+)", log.read_text()))
        store = ObjectStore(said[1])
        os.environ.update(store.settings)
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir("data")
        yield store
    finally:
        os.environ.clear()
        os.environ.update(before)
        process.kill()
        process.wait()
