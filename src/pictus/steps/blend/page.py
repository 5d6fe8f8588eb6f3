"""The page of a blend: what `report` shows of its stages."""

from collections.abc import Sequence
from pathlib import Path

from pictus.report.mixture import Portion, StageShown, write_mixture
from pictus.steps.blend.head import Mixture

PAGE = "mixture.html"


def write_picture(folder: Path, recipe: str, stages: Sequence[Mixture]) -> None:
    """Write the picture of a mixture beside what training reads."""
    intro = "What each stage is fed with. Tokens are estimated; a corpus has the same colour everywhere."
    write_mixture(folder / PAGE, title=f"The blend of {recipe}", intro=intro, stages=tuple(map(_shown, stages)))


def _shown(stage: Mixture) -> StageShown:
    figures: dict[str, int | str] = {"samples": stage.samples, "tokens": stage.tokens}
    if stage.train is not None and stage.steps is not None:
        figures |= {"steps": stage.steps, "samples a step": stage.train.batch}
    if len(stage.measured):
        figures["measured on, held out"] = len(stage.measured)
    captions = "the picture alone and the caption" if stage.captions == "plain" else "a request and the caption"
    portions = tuple(
        Portion(
            name=part.name,
            rows=part.rows,
            taken=part.chosen,
            epochs=part.epochs,
            samples=part.draws,
            tokens=stage.tokens_of(part),
            left_out=tuple(part.left_out.items()),
            licences=part.licences,
        )
        for part in stage.parts
    )
    told = f"A caption becomes {captions}; seed {stage.seed}."
    return StageShown(name=stage.name, told=told, figures=figures, portions=portions)
