"""Run code with the real programs of other people, each in an environment of its own, made when it is missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "bench"))


def python_with(name, *packages):
    """Give the interpreter that has some packages, or skip the test and say why."""
    from peers import python_of

    python = python_of(name, *packages)
    if python is None:
        pytest.skip(f"{name} cannot be installed here")
    return python


def said_by(python, code, *arguments):
    """Run code, and give the JSON that stands on the last line it prints."""
    done = subprocess.run([python, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
