"""How optimiser steps are taken: the one place that knows fast ways. Must not know files, events or screens.

Every way takes the same steps: same images, same learning rate, same draws. They differ in rounding at the most.
"""

from __future__ import annotations

import math
import os
import shutil
from typing import Protocol

import torch

from vitdash.config import RunConfig
from vitdash.engine.batches import Batch, TrainingBatches
from vitdash.engine.stepping.captured import CapturedStepper
from vitdash.engine.stepping.compiled import CompiledStepper
from vitdash.engine.stepping.cuda_graph import CudaGraphs
from vitdash.engine.stepping.eager import EagerStepper, rate_of
from vitdash.engine.stepping.training import Training
from vitdash.errors import InputError

__all__ = ["CompiledStepper", "Stepper", "Training", "choose", "decide", "has_compiler", "rate_of"]


class Stepper(Protocol):
    """Takes the steps of one run, in order."""

    def take(self, batch: Batch) -> str:
        """Train on a batch and count it in the meter's sums; may return before the device has done it.

        What the user should know – that steps are slower than promised, and why – is returned, once, else nothing.
        """


COMPILED_FROM_IMAGES = {"vit": 4_000_000, "resnet18": 4_000_000}
"""From how many planned images on each architecture is compiled on a CPU without being asked.

Measured on one core of an AMD EPYC, torch 2.14, processor time of steps that took turns, n = 8: compiling `vit-l4-h16`
takes 82 s and makes its steps 1.05 times as fast, `rn18` 98 s and 1.06, `cnn` 27 s and 0.97. So a minute and a half is
won back after about 700,000 images, and worth the risk of a second toolchain after several times as many. Networks of
more layers take as much longer to compile as to train: the number of images hardly changes.
"""


def decide(execution: str, device: torch.device, architecture: str = "", planned_images: int = 0) -> str:
    """Return how steps are taken on a device when `execution`, the knob, is wanted: never "auto".

    Raises:
        InputError: the device cannot do so.
    """
    if execution == "auto" and device.type == "cpu":
        worth_it = planned_images >= COMPILED_FROM_IMAGES.get(architecture, math.inf)
        return "compiled" if worth_it and has_compiler() else "eager"
    if execution == "auto":
        return "captured" if device.type == "cuda" else "eager"
    if execution == "captured" and device.type != "cuda":
        raise InputError("execution", f"captured steps need cuda, and this run computes on {device.type}.", "Try auto.")
    return execution


def choose(training: Training, config: RunConfig, batches: TrainingBatches) -> Stepper:
    """Return what takes the steps of a configuration whose execution is decided."""
    if config.compute.execution == "captured":
        return CapturedStepper(training, config, batches, CudaGraphs())
    if config.compute.execution == "compiled":
        return CompiledStepper(training, config, batches)
    return EagerStepper(training, config, batches)


def has_compiler() -> bool:
    """Return whether there is what torch compiles for a CPU with: what CXX names, or the usual ones."""
    return any(shutil.which(name) for name in (os.environ.get("CXX", ""), "g++", "clang++") if name)
