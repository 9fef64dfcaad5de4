"""Steps taken one operation after the other: what every other way to take them has to equal.

Must not know files, events or screens. Letters: B batch, H and W sides of an image.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from vitdash.config import RunConfig
from vitdash.engine import seeds
from vitdash.engine.batches import Batch, TrainingBatches, as_input
from vitdash.engine.optim import learning_rate, objective, set_learning_rate
from vitdash.engine.stepping.training import Training

_PLAINLY: AbstractContextManager[None] = nullcontext()


class EagerStepper:
    """Takes each step as torch is told to, on any device."""

    def __init__(self, training: Training, config: RunConfig, batches: TrainingBatches) -> None:
        self._training = training
        self._config = config
        self._batches = batches

    def take(self, batch: Batch) -> str:
        """Read the batch and take its step; there is never anything to say."""
        images, labels = self._batches.read(batch)
        torch.manual_seed(dropout_seed(self._config, batch))
        set_learning_rate(self._training.optimizer, rate_of(self._config, batch))
        compute_step(self._training, images, labels, self._config)
        return ""


def compute_step(
    training: Training,
    images: Tensor,
    labels: Tensor,
    config: RunConfig,
    gradients: AbstractContextManager[None] = _PLAINLY,
) -> None:
    """Do the arithmetic of one step on images (B, 1, H, W) uint8: weights, optimiser and sums are changed.

    All up to the gradients is computed within the context `gradients`.
    """
    training.model.train()
    training.optimizer.zero_grad(set_to_none=True)
    half = config.compute.precision == "bfloat16"
    with gradients:
        with torch.autocast(images.device.type, torch.bfloat16, enabled=half):
            logits = training.model(as_input(images, config.model.channels))
            loss = objective(logits.float(), labels, config.optim)
        loss.backward()  # type: ignore[no-untyped-call]
    training.optimizer.step()
    training.meter.count(loss, logits, labels)


def rate_of(config: RunConfig, batch: Batch) -> float:
    """Return the learning rate of a batch's step."""
    return learning_rate(batch.step, config.optim, config.train, config.planned(batch.images_seen))


def dropout_seed(config: RunConfig, batch: Batch) -> int:
    """Return what torch's default generators are seeded with before a step, so that dropout is a function of it."""
    return seeds.derive(config.train.seed, "dropout", batch.step)
