"""Doctor: what is installed, what works, and what to type to mend what does not."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pictus import __version__, plugins


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    state: Literal["ok", "missing", "broken"]
    what: str
    found: str
    mend: str = ""


_NEEDED = ("click", "fsspec", "jinja2", "numpy", "orjson", "PIL", "pyarrow", "pydantic", "yaml", "rich")
_PACKAGES = {"PIL": "pillow", "yaml": "pyyaml"}


def examine() -> Iterator[Finding]:
    """Look at everything, importing what must work."""
    yield Finding("ok", "pictus", __version__)
    is_new = sys.version_info >= (3, 11)
    yield Finding(
        "ok" if is_new else "broken", "Python", platform.python_version(), "" if is_new else "install Python 3.11"
    )
    for module in _NEEDED:
        yield _package(module)
    for family in plugins.CLASS_NAMES:
        for name in plugins.names(family):
            finding = _plugin(family, name)
            if finding.state != "ok":
                yield finding
        yield Finding("ok", family, f"{len(plugins.names(family))} found")
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    yield Finding("ok" if free > 1 else "broken", "disk here", f"{free:.0f} GiB free", "" if free > 1 else "make room")
    cores = len(os.sched_getaffinity(0))
    yield Finding("ok", "processors", str(cores))
    yield _writable(Path.cwd())


def _package(module: str) -> Finding:
    package = _PACKAGES.get(module, module)
    try:
        import_module(module)
        return Finding("ok", package, version(package))
    except PackageNotFoundError:
        return Finding("ok", package, "version unknown")
    except ImportError as error:
        return Finding("broken", package, str(error), f"pip install --force-reinstall {package}")


def _plugin(family: plugins.Family, name: str) -> Finding:
    try:
        plugins.load_class(family, name)
    except Exception as error:  # a foreign plug-in may fail in any way, and that is what is to be told
        return Finding(
            "broken", f"{family[:-1]} {name}", f"{type(error).__name__}: {error}", "update the package that brings it"
        )
    return Finding("ok", f"{family[:-1]} {name}", "loads")


def _writable(folder: Path) -> Finding:
    if os.access(folder, os.W_OK):
        return Finding("ok", "this folder", "can be written")
    return Finding("broken", "this folder", "cannot be written", f"choose another folder, or `chmod u+w {folder}`")
