"""Steps whose network torch has compiled for its batch's size. Must not know files, events or screens.

Only batches of the usual size are compiled for: an epoch's short last one is computed as it comes, in every life of a
run alike. Letters: B batch, C channels.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import torch

from vitdash.config import RunConfig
from vitdash.engine.batches import Batch, TrainingBatches, as_input
from vitdash.engine.stepping.eager import EagerStepper
from vitdash.engine.stepping.training import Training


class CompiledStepper:
    """Takes steps of the usual size with a compiled network, once `compile` has made one, and others as they come."""

    def __init__(self, training: Training, config: RunConfig, batches: TrainingBatches) -> None:
        self._training = training
        self._config = config
        self._batches = batches
        self._plain = EagerStepper(training, config, batches)
        self._quick = self._plain

    def take(self, batch: Batch) -> str:
        """Take the step of a batch; there is never anything to say."""
        usual = batch.size == self._config.train.batch_size
        return (self._quick if usual else self._plain).take(batch)

    def compile(self) -> str:
        """Compile for gradients of the usual size, which takes a minute or two, and say why where that fails.

        Works on a batch of black images: weights, running statistics and gradients are what they were afterwards.
        """
        # Torch counts threads for each thread; compiled code is made for as many as there are where it is made.
        torch.set_num_threads(self._config.compute.threads)
        model = self._training.model
        buffers = [buffer.clone() for buffer in model.buffers()]
        try:
            compiled: Any = torch.compile(model, dynamic=False)
            size = (self._config.train.batch_size, *self._batches.image_shape)
            black = torch.zeros(size, dtype=torch.uint8, device=model.linear.weight.device)
            compiled.train()
            compiled(as_input(black, self._config.model.channels)).sum().backward()
        except Exception as error:  # a compiler, and what compiles for it, fail in their own ways: steps need neither
            reason = str(error).strip().partition("\n")[0].rstrip(".:") or type(error).__name__
            return f"The network cannot be compiled, so steps are taken one operation after the other: {reason}."
        finally:
            for buffer, before in zip(model.buffers(), buffers, strict=True):
                buffer.copy_(before)
            self._training.optimizer.zero_grad(set_to_none=True)
        quick = dataclasses.replace(self._training, model=compiled)
        self._quick = EagerStepper(quick, self._config, self._batches)
        return ""
