"""Objective, optimiser and learning rate. Must not know batches' contents or runs. Letters: B batch, K classes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from vitdash.engine.fused import FusedOptimizer
from vitdash.knob_tables import OptimKnobs, TrainKnobs


def objective(logits: Tensor, labels: Tensor, optim: OptimKnobs) -> Tensor:
    """Return what training minimises, a scalar: logits (B, K), labels (B,)."""
    if optim.loss == "cross-entropy":
        return functional.cross_entropy(logits, labels, label_smoothing=optim.label_smoothing)
    return functional.mse_loss(logits, _one_hot(logits, labels))


def losses(logits: Tensor, labels: Tensor, optim: OptimKnobs) -> Tensor:
    """Return each image's loss (B,), without label smoothing; its mean is the validation loss."""
    if optim.loss == "cross-entropy":
        return functional.cross_entropy(logits, labels, reduction="none")
    return functional.mse_loss(logits, _one_hot(logits, labels), reduction="none").mean(1)


class Optimizer(Protocol):
    """What changes the weights: `FusedOptimizer`, or one of `torch.optim`."""

    param_groups: list[dict[str, Any]]

    @property
    def state(self) -> Mapping[Tensor, dict[str, Any]]:
        """Running means and the like, by the weights that they belong to."""

    def step(self) -> object:
        """Change the weights as their gradients say."""

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state by the numbers of parameters."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> None:
        """Go on from such a state."""


def build_optimizer(model: nn.Module, optim: OptimKnobs) -> Optimizer:
    """Return the optimiser, in its fused form where the device has one."""
    device = next(model.parameters()).device.type
    if device == "cpu":
        return FusedOptimizer(model.parameters(), optim)
    betas = (optim.beta1, optim.beta2)
    fused = device in ("cuda", "mps")
    match optim.optimizer:
        case "adamw":
            return torch.optim.AdamW(
                model.parameters(), optim.learning_rate, betas, optim.epsilon, optim.weight_decay, fused=fused
            )
        case "adam":
            return torch.optim.Adam(
                model.parameters(), optim.learning_rate, betas, optim.epsilon, optim.weight_decay, fused=fused
            )
        case _:
            return torch.optim.SGD(
                model.parameters(),
                optim.learning_rate,
                optim.momentum,
                weight_decay=optim.weight_decay,
                fused=fused,
            )


def load_state(optimizer: Optimizer, state: dict[str, Any]) -> None:
    """Bring an optimiser to a state that `state_dict` returned, in the order in memory that its weights have here.

    A state may have been saved by a version that kept them in another order. Torch's fused optimisers go through
    weights and state side by side without asking, and would pair one weight with another's momentum.
    """
    optimizer.load_state_dict(state)
    for weights, kept in optimizer.state.items():
        for name, value in kept.items():
            if isinstance(value, Tensor) and value.shape == weights.shape:
                kept[name] = torch.empty_like(weights, dtype=value.dtype).copy_(value)


def learning_rate(step: int, optim: OptimKnobs, train: TrainKnobs, planned: int) -> float:
    """Return the learning rate of the step-th batch, counted from 0, on the way to `planned` images.

    Without warm-up the cosine is `CosineAnnealingLR` with T_max = planned // batch_size, in closed form. Short
    batches make a run a few steps longer than that; the curve then goes on, as torch's does.

    Source: `torch.optim.lr_scheduler.CosineAnnealingLR`; Loshchilov and Hutter, "SGDR", 2016.
    """
    warmup_steps = optim.warmup_images // train.batch_size
    if step < warmup_steps:
        return optim.learning_rate * (step + 1) / warmup_steps
    if optim.schedule == "constant":
        return optim.learning_rate
    period = max(1, planned // train.batch_size - warmup_steps)
    height = (1 + math.cos(math.pi * (step - warmup_steps) / period)) / 2
    return optim.final_learning_rate + (optim.learning_rate - optim.final_learning_rate) * height


def set_learning_rate(optimizer: Optimizer, value: float) -> None:
    """Make `value` the learning rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = value


def _one_hot(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
