"""Doctor: what is installed, what works, and what to type to mend what does not."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
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


_NEEDED = (
    "aiohttp",
    "click",
    "fsspec",
    "huggingface_hub",
    "jinja2",
    "numpy",
    "orjson",
    "PIL",
    "pyarrow",
    "pydantic",
    "yaml",
    "rich",
)
_EXTRAS = {
    **dict.fromkeys(("torch", "transformers", "peft"), ("huggingface", "the backend `huggingface`")),
    "xllamacpp": ("llamacpp", "the backend `llamacpp`"),
    **dict.fromkeys(("cv2", "simplejpeg"), ("acquire", "`pictus acquire` of a list of addresses")),
    "ray": ("ray", "`--engine ray`"),
    "grpc": ("ray", "`--engine ray`"),
}
_PACKAGES = {"PIL": "pillow", "yaml": "pyyaml", "grpc": "grpcio", "cv2": "opencv-python-headless"}


def examine() -> Iterator[Finding]:
    """Look at everything, importing what must work."""
    yield Finding("ok", "pictus", __version__)
    is_new = sys.version_info >= (3, 11)
    yield Finding(
        "ok" if is_new else "broken", "Python", platform.python_version(), "" if is_new else "install Python 3.11"
    )
    for module in _NEEDED:
        yield _package(module)
    for module, (extra, user) in _EXTRAS.items():
        yield _package(module) if find_spec(module) else _not_there(module, extra, user)
    if find_spec("torchvision"):
        yield _torchvision()
    if find_spec("torch"):
        yield _accelerator()
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
    except Exception as error:  # a package that others break fails in any way
        return Finding("broken", package, str(error), f"pip install --force-reinstall {package}")


def _not_there(module: str, extra: str, user: str) -> Finding:
    mend = f"only {user} needs it: `pip install 'pictus[{extra}]'`"
    return Finding("missing", _PACKAGES.get(module, module), "not installed", mend)


def _torchvision() -> Finding:
    """Import it, since one that was made for another torch keeps transformers from being imported."""
    try:
        return Finding("ok", "torchvision", str(import_module("torchvision").__version__))
    except Exception as error:  # it fails in many ways
        mend = "install the one that goes with your torch, or none: `pip uninstall torchvision`"
        return Finding("broken", "torchvision", f"{type(error).__name__}: {error}", mend)


def _accelerator() -> Finding:
    try:
        torch = import_module("torch")
        if torch.cuda.is_available():
            return Finding("ok", "accelerator", str(torch.cuda.get_device_name(0)))
        if torch.backends.mps.is_available():
            return Finding("ok", "accelerator", "mps")
    except Exception as error:  # a driver that does not fit
        return Finding("broken", "accelerator", f"{type(error).__name__}: {error}", "update the driver, or torch")
    return Finding("missing", "accelerator", "none that torch can use", "models run on the processor, slowly")


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
