"""Environments for the programs that pictus is measured against: each of its own, since they pin what they need."""

import subprocess
import sys
from pathlib import Path

from measure import DATA


def python_of(name: str, *packages: str) -> Path | None:
    """Give the interpreter of a peer's environment, made when it is not there; None where it cannot be installed."""
    folder = DATA / "peers" / name
    python = folder / "bin" / "python"
    if not (folder / ".whole").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name} cannot be installed here: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            return None
        (folder / ".whole").touch()
    return python
