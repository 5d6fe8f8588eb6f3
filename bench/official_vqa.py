"""Run the official scorer of VQA from a copy of its repository; nothing of it is kept here."""

import contextlib
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

VARIABLE = "PICTUS_OFFICIAL_VQAV2"  # names a folder: a clone of github.com/GT-Vision-Lab/VQA
_LOADER, _SCORER = "PythonHelperTools/vqaTools/vqa.py", "PythonEvaluationTools/vqaEvaluation/vqaEval.py"
_PRINT = re.compile(r"^(\s*)print (.*)$", re.MULTILINE)


def folder() -> Path | None:
    """Give the folder of the official scorer, where the environment names it."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def score(official: Path, questions: Path, annotations: Path, results: Path) -> tuple[Mapping[str, Any], Any]:
    """Score with the official code: its figures in percent, and those of each question."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = _load(official / _LOADER).VQA(str(annotations), str(questions))
        scorer = _load(official / _SCORER).VQAEval(truth, truth.loadRes(str(results), str(questions)), n=2)
        scorer.evaluate()
    return scorer.accuracy, scorer.evalQA


def _load(path: Path) -> ModuleType:
    """Run a file that was written for Python 2, with tabs and spaces mixed, and `print` as a word."""
    module = ModuleType(path.stem)
    source = _PRINT.sub(r"\1print(\2)", path.read_text("utf-8").expandtabs(8))
    exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    return module
