"""Environments for the programs that pictus is measured against: each of its own, since they pin what they need."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from measure import DATA


def python_of(name: str, *packages: str, alone: Sequence[str] = ()) -> Path | None:
    """Give the interpreter of a peer's environment, made when it is not there; None where it cannot be installed.

    Packages that stand `alone` are installed last, without what they ask for: a trainer asks for a hundred others,
    some of them with drivers, and its reader of data needs few.
    """
    folder = DATA / "peers" / name
    python = folder / "bin" / "python"
    if not (folder / ".whole").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for command in ([*pip, *packages], [*pip, "--no-deps", *alone])[: 2 if alone else 1]:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{name} cannot be installed here: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                return None
        (folder / ".whole").touch()
    return python
