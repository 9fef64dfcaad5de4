"""The training loop. Reads as the algorithm and yields what happens; must not know files, processes or screens."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from vitdash.config import RunConfig
from vitdash.engine import stepping
from vitdash.engine.batches import TrainingBatches, crosses
from vitdash.engine.datasets import Dataset
from vitdash.engine.judge import Finding, Judge
from vitdash.engine.moments import Moment, in_background
from vitdash.engine.optim import build_optimizer
from vitdash.engine.stepping import CompiledStepper, Stepper, Training, rate_of
from vitdash.run.events import Phase, Tick, TrainProgress, Warned


@dataclass(frozen=True, slots=True)
class Settled:
    """The configuration that steps are taken by after all, where they could not be taken as it said."""

    config: RunConfig


Happening: TypeAlias = Finding | TrainProgress | Tick | Warned | Settled


def train(training: Training, config: RunConfig, dataset: Dataset) -> Iterator[Happening]:
    """Train from where `training` stands to the end, yielding records, and moments at which to pause or leave.

    Raises:
        RunError: the loss is no longer a number.
    """
    batches = TrainingBatches(config, dataset)
    stepper: Stepper | None = None
    judge = Judge(training, config, dataset, batches)
    if training.images_seen:
        # A checkpoint stands before the evaluation of its position: a resumed run begins by making up for it.
        last = batches.schedule.ending_at(training.images_seen)
        yield from judge.go_on(last)
        yield from judge.at(last)
    for batch in batches.schedule.after(training.images_seen):
        if batch.images_seen in config.extended_at:
            # Here a run ended and gave up its optimiser's state: what it is extended by begins with a fresh one.
            training.optimizer = build_optimizer(training.model, config.optim)
            stepper = None
        if stepper is None:
            stepper = stepping.choose(training, config, batches)
            if isinstance(stepper, CompiledStepper) and not (yield from _compiled(stepper)):
                # Said once and for all: a later life that could compile would round otherwise than this one.
                config = config.replace({"execution": "eager"})
                yield Settled(config)
                stepper = stepping.choose(training, config, batches)
        yield from judge.before(batch)
        begun = time.perf_counter()
        warning = stepper.take(batch)
        training.images_seen = batch.end
        training.meter.passed(batch.size, begun)
        if warning:
            yield Warned(message=warning)
        if crosses(config.record.progress_every_images, batch.images_seen, batch.end) or batch.end in config.ends:
            yield training.meter.record(batch.end, rate_of(config, batch))
        elif tick := training.meter.tick(batch.end):
            yield tick
        yield from judge.found()
        yield Moment.BATCH_DONE
        yield from judge.at(batch)


def _compiled(stepper: CompiledStepper) -> Generator[Happening, None, bool]:
    """Compile, which takes its time, and return whether that was possible; yield why where it was not."""
    yield Phase(name="compile", done=0, total=0)
    if warning := (yield from in_background(stepper.compile)):
        yield Warned(message=warning)
    return not warning
