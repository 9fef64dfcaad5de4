"""How optimiser steps are taken: the one place that knows fast ways. Must not know files, events or screens.

Every way takes the same steps: same images, same learning rate, same draws. They differ in rounding at the most.
"""

from __future__ import annotations

from typing import Protocol

import torch

from vitdash.config import RunConfig
from vitdash.engine.batches import Batch, TrainingBatches
from vitdash.engine.stepping.captured import CapturedStepper
from vitdash.engine.stepping.cuda_graph import CudaGraphs
from vitdash.engine.stepping.eager import EagerStepper, rate_of
from vitdash.engine.stepping.training import Training
from vitdash.errors import InputError

__all__ = ["Stepper", "Training", "choose", "decide", "rate_of"]


class Stepper(Protocol):
    """Takes the steps of one run, in order."""

    def take(self, batch: Batch) -> str:
        """Train on a batch and count it in the meter's sums; may return before the device has done it.

        What the user should know – that steps are slower than promised, and why – is returned, once, else nothing.
        """


def decide(execution: str, device: torch.device) -> str:
    """Return how steps are taken on a device when `execution`, the knob, is wanted: never "auto".

    Raises:
        InputError: the device cannot do so.
    """
    if execution == "auto":
        return "captured" if device.type == "cuda" else "eager"
    if execution == "captured" and device.type != "cuda":
        raise InputError("execution", f"captured steps need cuda, and this run computes on {device.type}.", "Try auto.")
    return execution


def choose(training: Training, config: RunConfig, batches: TrainingBatches) -> Stepper:
    """Return what takes the steps of a configuration whose execution is decided."""
    if config.compute.execution == "captured":
        return CapturedStepper(training, config, batches, CudaGraphs())
    return EagerStepper(training, config, batches)
