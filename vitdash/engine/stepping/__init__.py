"""How optimiser steps are taken: the one place that may know fast ways. Must not know files, events or screens.

Every way takes the same steps: same images, same learning rate, same draws. They differ in rounding at the most.
"""

from __future__ import annotations

from typing import Protocol

from vitdash.config import RunConfig
from vitdash.engine.batches import Batch, TrainingBatches
from vitdash.engine.stepping.eager import EagerStepper
from vitdash.engine.stepping.training import Training

__all__ = ["Stepper", "Training", "choose"]


class Stepper(Protocol):
    """Takes the steps of one run, in order."""

    def take(self, batch: Batch, rate: float) -> None:
        """Train on a batch at that learning rate, and count it in the meter's sums; may return before it is done."""


def choose(training: Training, config: RunConfig, batches: TrainingBatches) -> Stepper:
    """Return how steps are taken for this configuration, which says so itself, on its device."""
    return EagerStepper(training, config, batches)
