"""Steps taken one operation after the other: what every other way to take them has to equal.

Must not know files, events or screens. Letters: B batch, H and W sides of an image.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vitdash.config import RunConfig
from vitdash.engine import seeds
from vitdash.engine.batches import Batch, TrainingBatches, as_input
from vitdash.engine.optim import objective, set_learning_rate
from vitdash.engine.stepping.training import Training


class EagerStepper:
    """Takes each step as torch is told to, on any device."""

    def __init__(self, training: Training, config: RunConfig, batches: TrainingBatches) -> None:
        self._training = training
        self._config = config
        self._batches = batches

    def take(self, batch: Batch, rate: float) -> None:
        """Read the batch and take its step at that learning rate."""
        images, labels = self._batches.read(batch)
        self._training.model.train()
        torch.manual_seed(dropout_seed(self._config, batch))
        set_learning_rate(self._training.optimizer, rate)
        compute_step(self._training, images, labels, self._config)


def compute_step(training: Training, images: Tensor, labels: Tensor, config: RunConfig) -> None:
    """Do the arithmetic of one step on images (B, 1, H, W) uint8: weights, optimiser and sums are changed."""
    logits = training.model(as_input(images, config.model.channels))
    loss = objective(logits, labels, config.optim)
    training.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    training.optimizer.step()
    training.meter.count(loss, logits, labels)


def dropout_seed(config: RunConfig, batch: Batch) -> int:
    """Return what torch's default generators are seeded with before a step, so that dropout is a function of it."""
    return seeds.derive(config.train.seed, "dropout", batch.step)
