"""How much memory a stage takes on a machine, how long it takes there, and what to change where it does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import torch

from pictus.backends.huggingface.folder import first_line
from pictus.errors import PictusError
from pictus.learn.advice.machine import GIB, Machine
from pictus.learn.advice.outline import Outline, outline
from pictus.learn.model.planning import Plan, Precision
from pictus.learn.train.work import Size
from pictus.stages import Training

MFU = 0.4  # the share of a GPU's peak that is reckoned with
ROOM = 0.9  # the share of its memory that can be filled: CUDA takes some, and what is freed leaves gaps
DECODED = 100  # pictures that a core opens and resizes in a second
SAID = 0.5  # the share of the text that is learned from, for the time; for memory all of it may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a stage sees, all in all."""

    samples: int
    words: int  # tokens of text
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What one GPU holds at the worst moment of a step, in bytes."""

    weights: float  # its share of them
    moments: float  # of AdamW, two for each weight that is trained
    gradients: float
    gathered: float  # whole layers at work, where weights are shared out; copies in bfloat16, where they are not
    row: float  # what autograd keeps of the longest row, or what the tower holds meanwhile
    words: float  # logits of what is learned from

    @property
    def total(self) -> float:
        """Add it up."""
        return self.weights + self.moments + self.gradients + self.gathered + self.row + self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a stage takes on a machine."""

    machine: Machine
    row_tokens: int  # of the longest row
    memory: Memory
    recomputing: Memory  # with `--recompute`
    hours: float | None  # None where the samples or the GPU are not known
    hours_recomputing: float | None
    workers: int | None  # for each GPU, so that pictures are opened as fast as they are looked at
    verdict: str


def advise(
    plan: Plan,
    training: Training,
    samples: Samples,
    machines: Sequence[Machine],
    *,
    precision: Precision = "mixed",
    row_tokens: int | None = None,
    row_pictures: int = 64,
) -> list[Advice]:
    """Estimate memory and time of a stage on machines; nothing is loaded."""
    try:
        sizes = outline(plan, torch.float32 if precision == "float32" else torch.bfloat16)
    except Exception as error:  # families look at values in many ways, and here there are none
        mend = "train a few steps, and read `memory_bytes` in steps.jsonl"
        what = f"what this model takes cannot be counted without its weights: {first_line(error)}"
        raise PictusError(what, where=plan.where, mend=mend) from None
    stage = _Stage(sizes, plan.pictures.tokens, training, samples, precision, row_tokens, row_pictures)
    return [_advice(stage, machine) for machine in machines]


@dataclass(frozen=True, slots=True)
class _Stage:
    """A stage on no machine yet."""

    sizes: Outline
    places: int  # tokens that a picture takes
    training: Training
    samples: Samples
    precision: Precision
    row_tokens: int | None
    row_pictures: int

    def row(self, world: int) -> tuple[int, int]:
        """Give the tokens of the longest row, and how many rows each process has in a step."""
        most = self.training.max_tokens
        bound = max(self.row_tokens or most, most)
        share = self._tokens() * self.training.batch / max(self.samples.samples, 1) / world
        return min(bound, max(most, ceil(share))), max(ceil(share / bound), 1)

    def memory(self, world: int, *, recomputes: bool) -> Memory:
        """Work out what one GPU holds."""
        sizes, (tokens, rows) = self.sizes, self.row(world)
        kept = 2 if self.precision == "bfloat16" else 4  # bytes of a weight that is trained
        at_work = 4 if self.precision == "float32" else 2
        share = sizes.trained * kept / world
        summed = sizes.trained * kept if rows > 1 and world > 1 else 0
        copies = sizes.trained * at_work if self.precision == "mixed" else 0
        return Memory(
            weights=(sizes.frozen * at_work / world) + share,
            moments=2 * share,
            gradients=share + summed,
            gathered=copies if world == 1 else (sizes.outside + 2 * sizes.largest) * at_work,
            row=max(self.kept(tokens, recomputes=recomputes), self._pictures(tokens) * sizes.passing),
            words=tokens * sizes.word,
        )

    def kept(self, tokens: int, *, recomputes: bool) -> float:
        """Give what autograd keeps of a row, and as much again of one layer, whose gradients are worked out."""
        sizes, pictures = self.sizes, self._pictures(tokens)
        told, seen = tokens * sizes.token, pictures * sizes.picture
        layer = max(told / sizes.blocks, seen / sizes.eyes)
        if recomputes:
            told = min(told, tokens * sizes.token_input * sizes.blocks + layer)
            seen = min(seen, pictures * sizes.picture_input * sizes.eyes)
        return told + seen + layer + sizes.pair * tokens**2

    def hours(self, machine: Machine, *, recomputes: bool) -> float | None:
        """Work out how long it takes."""
        if machine.peak is None or not self.samples.samples:
            return None
        tokens = self._tokens()
        size = Size(
            pictures=self.samples.pictures,
            tokens=tokens,
            words=round(self.samples.words * SAID),
            squares=round(tokens**2 / self.samples.samples),
        )
        operations = self.sizes.work.of(size) or 0.0
        if recomputes:
            operations += self.sizes.forward.of(replace(size, words=0)) or 0.0
        return operations / (machine.peak * machine.count * MFU) / 3600

    def workers(self, machine: Machine, hours: float | None) -> int | None:
        """Count the processes that open pictures as fast as one GPU looks at them."""
        if not hours:
            return None
        return max(ceil(self.samples.pictures / (hours * 3600) / machine.count / DECODED), 1)

    def _tokens(self) -> int:
        most = self.training.max_tokens * self.samples.samples
        return min(self.samples.words + self.samples.pictures * self.places, most)

    def _pictures(self, tokens: int) -> int:
        """Give the most pictures of a row."""
        return min(tokens // self.places, self.row_pictures) if self.samples.pictures else 0


def _advice(stage: _Stage, machine: Machine) -> Advice:
    plain, small = (stage.memory(machine.count, recomputes=recomputes) for recomputes in (False, True))
    hours = stage.hours(machine, recomputes=False)
    return Advice(
        machine=machine,
        row_tokens=stage.row(machine.count)[0],
        memory=plain,
        recomputing=small,
        hours=hours,
        hours_recomputing=stage.hours(machine, recomputes=True),
        workers=stage.workers(machine, hours),
        verdict=_verdict(stage, machine, plain, small),
    )


def _verdict(stage: _Stage, machine: Machine, plain: Memory, small: Memory) -> str:
    room = machine.memory_bytes * ROOM
    if plain.total <= room:
        return "fits"
    if small.total <= room:
        return "fits with --recompute"
    return f"does not fit: {_mend(stage, machine, small, room)}"


def _mend(stage: _Stage, machine: Machine, small: Memory, room: float) -> str:
    """Say what to change where not even `--recompute` is enough; what takes nothing from the samples first."""
    most, (row, rows) = stage.training.max_tokens, stage.row(machine.count)
    per_token = stage.kept(most, recomputes=True) / most + stage.sizes.word
    fitting = floor((room - small.total + small.row + small.words) / per_token / 64) * 64
    if fitting >= most:
        return f"shorter rows, --row-tokens {fitting} with --recompute"
    whole = ceil(row * rows / 1024) * 1024
    if machine.count > 1 and rows > 1:
        one = replace(stage, row_tokens=whole).memory(machine.count, recomputes=True)
        if one.total <= room:
            return f"one row a step for each GPU, --row-tokens {whole} with --recompute"
    if fitting > stage.places:
        return f"shorter samples, `max_tokens: {fitting}` with --recompute"
    if "language" in stage.training.trained:
        return "train `lora` in the place of `language`, or take more GPUs"
    return f"take GPUs with more memory than {machine.memory_bytes / GIB:.0f} GiB, or more of them"
