"""The training loop. Reads as the algorithm and yields what happens; must not know files, processes or screens.

Letters: B batch, C channels, H and W sides of an image, K classes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

from vitdash.config import RunConfig
from vitdash.engine import seeds
from vitdash.engine.batches import TrainingBatches, as_input, crosses
from vitdash.engine.datasets import Dataset
from vitdash.engine.judge import Finding, Judge
from vitdash.engine.meter import Meter
from vitdash.engine.model import Classifier
from vitdash.engine.moments import Moment
from vitdash.engine.optim import learning_rate, objective, set_learning_rate
from vitdash.run.events import Tick, TrainProgress

Happening: TypeAlias = Finding | TrainProgress | Tick


@dataclass(slots=True)
class Training:
    """All that a run's next batch depends on besides its configuration and data."""

    model: Classifier
    optimizer: torch.optim.Optimizer
    images_seen: int = 0
    meter: Meter = field(default_factory=Meter)


def train(training: Training, config: RunConfig, dataset: Dataset) -> Iterator[Happening]:
    """Train from where `training` stands to the end, yielding records, and moments at which to pause or leave.

    Raises:
        RunError: the loss is no longer a number.
    """
    batches = TrainingBatches(config, dataset)
    judge = Judge(training.model, config, dataset, batches)
    if training.images_seen:
        # A checkpoint stands before the evaluation of its position: a resumed run begins by making up for it.
        yield from judge.at(batches.schedule.ending_at(training.images_seen))
    for batch in batches.schedule.after(training.images_seen):
        begun = time.perf_counter()
        images, labels = batches.read(batch)
        rate = learning_rate(batch.step, config.optim, config.train)
        loss, logits = step(training, images, labels, rate, batch.step, config)
        training.images_seen = batch.end
        training.meter.add(loss, logits, labels, begun)
        if crosses(config.record.progress_every_images, batch.images_seen, batch.end) or _is_last(batch.end, config):
            yield training.meter.record(batch.end, rate)
        elif tick := training.meter.tick(batch.end):
            yield tick
        yield Moment.BATCH_DONE
        yield from judge.at(batch)


def step(
    training: Training, images: Tensor, labels: Tensor, rate: float, index: int, config: RunConfig
) -> tuple[Tensor, Tensor]:
    """Take the index-th optimiser step on images (B, 1, H, W) uint8; return its mean loss and the logits (B, K)."""
    training.model.train()
    torch.manual_seed(seeds.derive(config.train.seed, "dropout", index))
    set_learning_rate(training.optimizer, rate)
    logits = training.model(as_input(images, config.model.channels))
    loss = objective(logits, labels, config.optim)
    training.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    training.optimizer.step()
    return loss, logits


def _is_last(images_seen: int, config: RunConfig) -> bool:
    return images_seen == config.train.max_inputs
