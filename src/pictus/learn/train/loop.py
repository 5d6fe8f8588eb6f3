"""The training itself: step by step from where it stopped, to the model that is saved."""

import time
from collections.abc import Mapping

import torch

from pictus.engine.events import Events
from pictus.learn.step import Row, Step
from pictus.learn.train.checkpoint import Checkpoints, Progress
from pictus.learn.train.figures import Watch, speed
from pictus.learn.train.forward import Forward, recompute
from pictus.learn.train.groups import check_trained
from pictus.learn.train.guards import Guard
from pictus.learn.train.identity import identity_of
from pictus.learn.train.job import Job, Result
from pictus.learn.train.log import BAD_STEPS, Log
from pictus.learn.train.optimizer import adamw, set_rates, tensors
from pictus.learn.train.processes import Processes, joined
from pictus.learn.train.sharding import all_weights, lay
from pictus.learn.train.stop import Stop
from pictus.learn.train.update import Update
from pictus.learn.train.work import Size, Work, size_of


def train(job: Job) -> Result:
    """Train a model, or go on with it from its last checkpoint; every process of a training calls it.

    The processes are those of torchrun, of `srun`, or of Ray Train; without any of them there is this one.
    """
    check_trained(job.model, job.module_of, job.training)
    with joined() as processes, Stop() as stop:
        training = _Training(job, processes)
        try:
            return training.run(stop)
        finally:
            training.close()


class _Training:
    """A run under way."""

    def __init__(self, job: Job, processes: Processes) -> None:
        self.job, self.processes = job, processes
        settings = job.settings
        identity = processes.gathered(identity_of(job))[0]  # only the first has to have read its weights
        self.checkpoints = Checkpoints(job.folder / "checkpoints", processes, identity)
        model = lay(job.model, processes, precision=settings.precision)
        if settings.recompute:
            recompute(model)
        model.train()
        weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        self.optimizer = adamw(weights, job.module_of, job.training)
        autocast = settings.precision == "mixed" and processes.world == 1
        self.forward = Forward(model, job.pictures, processes, autocast=autocast)
        self.work = Work(model)
        self.update = Update(self.forward, weights, self.optimizer, self.work)
        self.tensors = tensors(weights, self.optimizer)
        self.progress = self.checkpoints.load(self.tensors)
        self.guard = Guard(self.progress.recent)
        self.broken = 0  # samples, since this process began
        self.loss: float | None = None
        self.held_out: float | None = None
        self.events = Events(job.listeners if processes.rank == 0 else ())
        self.log = Log(job.folder, begun=self.progress.step, steps=job.steps) if processes.rank == 0 else None
        self._greet()

    def run(self, stop: Stop) -> Result:
        """Do the steps that are left."""
        steps = iter(self.job.feed.steps(self.progress.step, rank=self.processes.rank, world=self.processes.world))
        watch = Watch()
        for number in range(self.progress.step, self.job.steps):
            if any(self.processes.most([bool(stop.signal)])):
                return self._stopped(stop)
            since = time.perf_counter()
            step = next(steps)
            watch.waited(since)
            assert step.number == number, f"the feed gave step {step.number} for step {number}"
            self._step(step, watch)
        self._save()
        return self._finished()

    def close(self) -> None:
        """Close the log."""
        if self.log is not None:
            self.log.close()
        self.events.close()

    def _step(self, step: Step, watch: Watch) -> None:
        done = step.number + 1
        # What is drawn at random, such as dropout, is the same when this step is done again.
        torch.manual_seed((self.job.seed * 1_000_003 + step.number) * self.processes.world + self.processes.rank)
        size, samples = self._counted(step)
        rates = set_rates(self.optimizer, step.number, self.job.steps, self.job.training)
        rows = self.forward.level(step.rows)
        loss, norm = self.update.gradients(rows, size.words)
        verdict = self.guard.judge(loss, norm)
        if verdict == "fine" or (verdict == "spike" and not self.job.training.skip_spikes):
            self.update.apply(self.job.training.clip)
        else:
            self.update.forget()
        if verdict != "fine":
            self._note_bad(done, verdict, loss, norm, rows)
        self.loss = loss
        self.progress = Progress(done, step.cursor, self.guard.recent)
        figures = {
            "step": done,
            "cursor": step.cursor,
            "loss": loss,
            "rate": rates,
            "norm": norm,
            **speed(watch, size, samples, self.work, self.processes),
            "broken": self.broken,
        }
        if self.log is not None:
            self.log.step(figures)
        self.events.send("step", steps=self.job.steps, **figures)
        self._now_and_then(done)
        watch.lap()  # saving and evaluating are no part of the next step

    def _counted(self, step: Step) -> tuple[Size, int]:
        """Add up what all processes see of a step."""
        size = sum(map(size_of, step.rows), Size())
        samples = sum(len(row.samples) for row in step.rows)
        mine = [size.pictures, size.tokens, size.words, size.squares, samples, len(step.broken)]
        *sizes, samples, broken = map(int, self.processes.total(mine))
        if broken:  # several processes may have met the same one
            told = self.processes.gathered([(one.position, one.id, one.reason) for one in step.broken])
            different = sorted({one for listed in told for one in listed})
            self.broken += len(different)
            if self.log is not None:
                samples_told = [{"position": place, "id": name, "reason": why} for place, name, why in different]
                self.log.bad(step.number + 1, why="broken samples", samples=samples_told)
        return Size(*sizes), samples

    def _note_bad(self, done: int, verdict: str, loss: float, norm: float, rows: list[Row]) -> None:
        """Keep the records of a step that was broken or strange, and end a run in which all are."""
        mine = [record for row in rows for record in row.samples]
        ids = [record for records in self.processes.gathered(mine) for record in records]
        blamed = self.update.blamed(rows) if verdict == "broken" else []
        if self.log is not None:
            taken = verdict == "spike" and not self.job.training.skip_spikes
            self.log.bad(done, why=verdict, loss=loss, norm=norm, taken=taken, blamed=blamed, records=ids)
        self.events.send("note", text=f"step {done} is {_SAYS[verdict]}: its records are in {BAD_STEPS}")
        self.guard.check(done, blamed or ids, where=str(self.job.folder / BAD_STEPS))

    def _now_and_then(self, done: int) -> None:
        settings, is_last = self.job.settings, done == self.job.steps
        if self.job.evaluate is not None and (is_last or done % settings.evaluate_every == 0):
            self._evaluate(done)
        if not is_last and done % settings.checkpoint_every == 0:
            self._save()

    def _evaluate(self, done: int) -> None:
        assert self.job.evaluate is not None
        self.forward.model.eval()
        scores: Mapping[str, float] = self.job.evaluate(self.forward, done)
        self.forward.model.train()
        self.held_out = scores.get("loss")
        if self.log is not None:
            self.log.evaluated(done, scores)
        self.events.send("held_out", step=done, steps=self.job.steps, scores=scores)

    def _save(self) -> None:
        self.checkpoints.save(self.progress, self.tensors)

    def _stopped(self, stop: Stop) -> Result:
        heard = next(name for name in self.processes.gathered(stop.signal) if name)
        self._save()
        text = f"{heard} after step {self.progress.step:,} of {self.job.steps:,}: it is saved, and the same command "
        self.events.send("note", text=f"{text}goes on from there")
        return Result(self.progress.step, self.progress.cursor, self.loss, self.held_out, None, heard)

    def _finished(self) -> Result:
        path = self.job.folder / "model"
        if not self.processes.gathered(path.is_dir())[0]:
            weights = all_weights(self.forward.model, self.processes)
            if self.processes.rank == 0:
                self.job.save(weights, path)
            self.processes.wait()
        return Result(self.progress.step, self.progress.cursor, self.loss, self.held_out, path)

    def _greet(self) -> None:
        if self.progress.step >= self.job.steps:
            text = f"{self.job.folder.name} is trained already: all {self.job.steps:,} steps are done"
            self.events.send("note", text=text)
        elif self.progress.step:
            self.events.send("note", text=f"going on after step {self.progress.step:,} of {self.job.steps:,}")
        if self.log is not None and not self.log.has_board:
            self.events.send("note", text="no TensorBoard: `pip install tensorboard` for its files")


_SAYS = {"broken": "left out, its loss or gradients being no numbers", "spike": "strange, its loss being far too high"}
