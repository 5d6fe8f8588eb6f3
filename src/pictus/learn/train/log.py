"""The log of a run, kept by the first process: lines of JSON, TensorBoard's files and the picture of the losses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from pictus.learn.train.picture import loss_picture
from pictus.store.whole_file import whole_file

STEPS, BAD_STEPS, EVALUATIONS = "steps.jsonl", "bad_steps.jsonl", "evaluations.jsonl"
_REDRAWN = 50  # steps


class Log:
    """Writes what happens in a run into its folder."""

    def __init__(self, folder: Path, *, begun: int, steps: int) -> None:
        """Go on after step `begun`: what a killed run told of later ones is cut off, for they come again."""
        self.folder, self.steps = folder, steps
        folder.mkdir(parents=True, exist_ok=True)
        kept = {name: _cut(folder / name, begun) for name in (STEPS, BAD_STEPS, EVALUATIONS)}
        self._losses = [(line["step"], line["loss"]) for line in kept[STEPS] if line["loss"] is not None]
        self._held_out = [(line["step"], line["loss"]) for line in kept[EVALUATIONS] if "loss" in line]
        self._files = {name: (folder / name).open("ab") for name in kept}
        self._board = _board(folder / "tensorboard", begun)
        self.has_board = self._board is not None

    def step(self, figures: Mapping[str, Any]) -> None:
        """Tell the figures of a step."""
        self._write(STEPS, figures)
        if figures["loss"] == figures["loss"] and abs(figures["loss"]) != float("inf"):
            self._losses.append((figures["step"], figures["loss"]))
        self._show("step", figures)
        if figures["step"] % _REDRAWN == 0:
            self.draw()

    def bad(self, step: int, **facts: Any) -> None:
        """Tell of a step that was broken or strange."""
        self._write(BAD_STEPS, {"step": step, **facts})

    def evaluated(self, step: int, scores: Mapping[str, float]) -> None:
        """Tell how the model did on what it does not learn from."""
        self._write(EVALUATIONS, {"step": step, **scores})
        if "loss" in scores:
            self._held_out.append((step, scores["loss"]))
        self._show("held_out", {"step": step, **scores})
        self.draw()

    def draw(self) -> None:
        """Draw the losses anew."""
        picture = loss_picture(self._losses, self._held_out, title=self.folder.name, steps=self.steps)
        with whole_file(self.folder / "loss.svg", safe=False) as file:
            file.write(picture.encode())

    def close(self) -> None:
        """Draw a last time, and close all files."""
        self.draw()
        for file in self._files.values():
            file.close()
        if self._board is not None:
            self._board.close()

    def _write(self, name: str, line: Mapping[str, Any]) -> None:
        self._files[name].write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        self._files[name].flush()

    def _show(self, kind: str, figures: Mapping[str, Any]) -> None:
        if self._board is None:
            return
        for name, value in figures.items():
            if isinstance(value, Mapping):
                for module, number in value.items():
                    self._board.add_scalar(f"{kind}/{name}/{module}", number, figures["step"])
            elif isinstance(value, int | float) and name != "step":
                self._board.add_scalar(f"{kind}/{name}", value, figures["step"])


def _cut(path: Path, begun: int) -> list[dict[str, Any]]:
    """Keep the lines of the steps up to `begun`; a killed process may have left half of a last one."""
    kept: list[dict[str, Any]] = []
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            told = orjson.loads(line)
        except ValueError:
            continue
        if told["step"] <= begun:
            kept.append(told)
    with whole_file(path) as file:
        file.writelines(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE) for told in kept)
    return kept


def _board(folder: Path, begun: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter  # the extra `learn` brings tensorboard
    except ImportError:
        return None
    return SummaryWriter(str(folder), purge_step=begun + 1 if begun else None)
