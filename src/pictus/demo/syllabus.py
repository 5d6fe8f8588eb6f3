"""The recipe by which the demo trains its tiny model: a file to read, to change and to train again."""

import json  # YAML reads its strings, whatever is in them
import shlex
from pathlib import Path

from pictus.demo.lessons import lesson_files

BATCH = 32
_SHARES = {"align": 0.35, "instruct": 0.25, "tools": 0.4}  # of the steps
_TEXT = """\
# How the tiny model of `pictus demo --train` learns to see. Change what you like, and train another:
#   {command}
seed: {seed}
model:
  vision: {vision}
  language: {language}
  projector: mlp2
  random: [vision, language]  # both are configs without weights: nothing was learned before
  vision_layer: -1
stages:
  align:  # a picture, and a sentence that says what is in it
    data:
      - {{data: {align}, images: {lessons}, rows: {align_rows}, picture_licence: CC0-1.0, text_licence: CC0-1.0}}
    train: &train
      trained: [vision, projector, language]  # a tower that has learned before would stay as it is here
      learning_rate: {{all: 2.0e-3}}
      batch: {batch}
      schedule: constant
      warmup: 0.1
      betas: [0.9, 0.95]
      weight_decay: 0.01
      max_tokens: 256
      image_tokens: 16
  instruct:  # three questions about each picture, and their answers
    data:
      - {{data: {instruct}, images: {lessons}, rows: {instruct_rows}, picture_licence: CC0-1.0, text_licence: CC0-1.0}}
    train: *train
  tools:  # a request that only a function can meet; and questions again, or they would be forgotten
    data:
      - {{data: {tools}, images: {lessons}, rows: {tools_rows}, picture_licence: CC0-1.0, text_licence: CC0-1.0}}
      - {{data: {instruct}, images: {lessons}, rows: {again_rows}, picture_licence: CC0-1.0, text_licence: CC0-1.0}}
    train:
      <<: *train
      learning_rate: {{all: 3.0e-3}}  # words that never came up until here were learned not to be said
      schedule: cosine
"""


def recipe(lessons: Path, parts: Path, *, steps: int, seed: int) -> str:
    """Say how a model is trained in about so many steps, all stages together."""
    rows = {f"{stage}_rows": max(round(steps * share), 1) * BATCH for stage, share in _SHARES.items()}
    again = rows["tools_rows"] // 4
    rows["tools_rows"] -= again
    paths = {**lesson_files(lessons), "lessons": lessons}
    paths |= {name: parts / name for name in ("vision", "language")}
    quoted = {name: json.dumps(path.as_posix()) for name, path in paths.items()}
    again_by = command(lessons.with_name("recipe.yaml"), lessons.with_name("another"))
    return _TEXT.format(command=again_by, seed=seed, batch=BATCH, again_rows=again, **rows, **quoted)


def command(recipe: Path, to: Path) -> str:
    """Give the command that trains by it; waiting threads of such a small model cost more than they do."""
    return f"OMP_NUM_THREADS=1 pictus train {shlex.quote(str(recipe))} --to {shlex.quote(str(to))}"
