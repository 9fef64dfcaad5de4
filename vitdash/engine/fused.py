"""Torch's fused optimisers on the CPU, without their classes. Must not know networks, schedules or runs.

The classes in `torch.optim` import torch's compiler, in which they have no part, as soon as one is made: that takes as
long as importing torch itself, and a run's start is waited for. Their functions do not. State and its form are theirs:
what one of them saved goes on here, and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

from vitdash.knob_tables import OptimKnobs


class FusedOptimizer:
    """AdamW, Adam or SGD over all parameters alike; the learning rate is read from `param_groups` at each step."""

    def __init__(self, parameters: Iterable[Tensor], optim: OptimKnobs) -> None:
        self._kind = optim.optimizer
        self._parameters = list(parameters)
        values: dict[str, Any] = {"lr": optim.learning_rate, "weight_decay": optim.weight_decay, "fused": True}
        if self._kind == "sgd":
            values |= {"momentum": optim.momentum, "dampening": 0, "nesterov": False, "maximize": False}
        else:
            values |= {"betas": (optim.beta1, optim.beta2), "eps": optim.epsilon, "amsgrad": False, "maximize": False}
        self.param_groups = [{"params": self._parameters, **values}]
        self.state: dict[Tensor, dict[str, Any]] = {}

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or fill them with zeros."""
        for weights in self._parameters:
            if set_to_none:
                weights.grad = None
            elif weights.grad is not None:
                weights.grad.zero_()

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient."""
        moved = [weights for weights in self._parameters if weights.grad is not None]
        if not moved:
            return
        gradients = [weights.grad for weights in moved if weights.grad is not None]
        if self._kind == "sgd":
            self._step_sgd(moved, gradients)
        else:
            self._step_adam(moved, gradients)

    def state_dict(self) -> dict[str, Any]:
        """Return the state as `torch.optim` does: tensors by the parameter's number."""
        numbers = {weights: number for number, weights in enumerate(self._parameters)}
        (group,) = self.param_groups
        return {
            "state": {numbers[weights]: kept for weights, kept in self.state.items()},
            "param_groups": [group | {"params": list(numbers.values())}],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned, here or in `torch.optim`; hyper-parameters stay the configuration's.

        Raises:
            ValueError: it is the state of other parameters.
        """
        (group,) = state["param_groups"]
        if len(group["params"]) != len(self._parameters):
            raise ValueError("the optimiser's state is that of another number of parameters")
        loaded: dict[Tensor, dict[str, Any]] = {}
        for number, kept in state["state"].items():
            weights = self._parameters[number]
            if any(name != "step" and value.shape != weights.shape for name, value in kept.items()):
                raise ValueError("the optimiser's state is that of parameters of other sizes")
            loaded[weights] = {name: value.clone() for name, value in kept.items()}
        self.state = loaded

    def _step_adam(self, moved: list[Tensor], gradients: list[Tensor]) -> None:
        (group,) = self.param_groups
        for weights in moved:
            if weights not in self.state:
                self.state[weights] = {
                    "step": torch.zeros((), dtype=torch.float32),
                    "exp_avg": torch.zeros_like(weights),
                    "exp_avg_sq": torch.zeros_like(weights),
                }
        kept = [self.state[weights] for weights in moved]
        take = adamw if self._kind == "adamw" else adam
        beta1, beta2 = group["betas"]
        take(
            moved,
            gradients,
            [state["exp_avg"] for state in kept],
            [state["exp_avg_sq"] for state in kept],
            [],
            [state["step"] for state in kept],
            fused=True,
            amsgrad=False,
            beta1=beta1,
            beta2=beta2,
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            maximize=False,
        )

    def _step_sgd(self, moved: list[Tensor], gradients: list[Tensor]) -> None:
        (group,) = self.param_groups
        buffers: list[Tensor | None] = [self.state.get(weights, {}).get("momentum_buffer") for weights in moved]
        sgd(
            moved,
            gradients,
            buffers,
            fused=True,
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            lr=group["lr"],
            dampening=0,
            nesterov=False,
            maximize=False,
        )
        if group["momentum"]:
            for weights, buffer in zip(moved, buffers, strict=True):
                self.state[weights] = {"momentum_buffer": buffer}
