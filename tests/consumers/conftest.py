"""What every consumer is given: fifty records, and an environment of its own with the real program in it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from consumers.fifty import fifty_records, write_pictures


@dataclass(frozen=True)
class Peer:
    """The interpreter of a consumer's environment."""

    python: Path

    def ask(self, script, *arguments, cwd, **environment):
        """Run a script there without a network to lean on, and give the JSON that it prints, a line each."""
        offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(cwd / "home"), **environment}
        done = subprocess.run(
            [self.python, Path(__file__).with_name(script), *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": "", **offline},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        print(done.stderr.strip().splitlines()[-1])  # the versions
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture(scope="session")
def peer():
    """Make a consumer's environment, or say that it cannot be made here."""

    from peers import python_of  # of bench/, which a package of the source does not have

    def made(name, *packages, alone=()):
        python = python_of(name, *packages, alone=alone)
        if python is None:
            pytest.skip(f"{name} cannot be installed here")
        return Peer(python)

    return made


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Write the pictures of the fifty records."""
    folder = tmp_path_factory.mktemp("pictures")
    write_pictures(folder)
    return folder


@pytest.fixture(scope="session")
def fifty(pictures):
    """Make fifty records of every kind."""
    return fifty_records(pictures)
