"""Objective, optimiser and schedule against torch's own."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn

from vitdash.engine.optim import (
    Optimizer,
    build_optimizer,
    learning_rate,
    load_state,
    losses,
    objective,
    set_learning_rate,
)
from vitdash.knob_tables import OptimKnobs, TrainKnobs

LOGITS = torch.tensor([[0.5, -1.0, 2.0], [0.0, 0.25, -0.5]])
LABELS = torch.tensor([2, 0])


def torch_cosine(train: TrainKnobs, steps: int, final: float = 0.0) -> list[float]:
    parameter = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.AdamW([parameter], lr=3e-4)
    period = max(1, train.max_inputs // train.batch_size)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, period, eta_min=final)
    rates = []
    for _ in range(steps):
        rates.append(float(scheduler.get_last_lr()[0]))
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(("max_inputs", "steps"), [(64_000, 1010), (100, 2), (1000, 20), (10, 3)])
def test_the_cosine_is_torchs_to_the_last_step_and_beyond(max_inputs: int, steps: int) -> None:
    """The closed form equals CosineAnnealingLR, also past T_max, where short batches lead."""
    train = TrainKnobs(max_inputs=max_inputs, batch_size=64)
    ours = [learning_rate(step, OptimKnobs(), train, train.max_inputs) for step in range(steps)]
    assert ours == pytest.approx(torch_cosine(train, steps), rel=1e-9, abs=1e-15)


def test_a_cosine_may_end_above_zero() -> None:
    """`final_learning_rate` is torch's eta_min."""
    train = TrainKnobs(max_inputs=6400)
    ours = [learning_rate(step, OptimKnobs(final_learning_rate=1e-5), train, train.max_inputs) for step in range(100)]
    assert ours == pytest.approx(torch_cosine(train, 100, final=1e-5), rel=1e-9)


def test_warm_up_rises_from_zero_and_then_the_schedule_begins() -> None:
    """Linear over the warm-up's steps, then the cosine over the rest of the run."""
    optim, train = OptimKnobs(warmup_images=640), TrainKnobs(max_inputs=6400)
    rates = [learning_rate(step, optim, train, train.max_inputs) for step in range(100)]
    assert rates[:10] == pytest.approx([3e-4 * (step + 1) / 10 for step in range(10)])
    assert rates[10] == 3e-4
    assert rates[10:] == sorted(rates[10:], reverse=True)
    constant = OptimKnobs(schedule="constant", warmup_images=640)
    assert {learning_rate(step, constant, train, train.max_inputs) for step in range(10, 100)} == {3e-4}


def test_l2_is_the_mean_over_all_outputs_and_the_batch() -> None:
    """The reference's loss: squared distance to the one-hot target, over batch × classes."""
    target = torch.tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    expected = ((LOGITS - target) ** 2).sum().item() / 6
    assert objective(LOGITS, LABELS, OptimKnobs()).item() == pytest.approx(expected)
    assert losses(LOGITS, LABELS, OptimKnobs()).mean().item() == pytest.approx(expected)


def test_cross_entropy_smooths_in_training_only() -> None:
    """Validation losses are comparable whatever the smoothing."""
    optim = OptimKnobs(loss="cross-entropy", label_smoothing=0.3)
    plain = nn.functional.cross_entropy(LOGITS, LABELS).item()
    assert objective(LOGITS, LABELS, optim).item() != pytest.approx(plain)
    assert losses(LOGITS, LABELS, optim).mean().item() == pytest.approx(plain)


@pytest.mark.parametrize(
    ("optim", "kind"),
    [
        (OptimKnobs(), torch.optim.AdamW),
        (OptimKnobs(optimizer="adam", weight_decay=0.0), torch.optim.Adam),
        (OptimKnobs(optimizer="sgd", momentum=0.5), torch.optim.SGD),
    ],
)
def test_each_optimiser_is_torchs_with_the_knobs_given(optim: OptimKnobs, kind: type) -> None:
    """One step changes the weights exactly as torch's plain optimiser does."""
    ours, theirs = (nn.Linear(3, 2) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    if kind is torch.optim.SGD:
        plain = kind(theirs.parameters(), lr=0.1, momentum=optim.momentum, weight_decay=optim.weight_decay)
    else:
        plain = kind(theirs.parameters(), lr=0.1, weight_decay=optim.weight_decay)
    optimizer = build_optimizer(ours, optim)
    set_learning_rate(optimizer, 0.1)
    for model, stepper in ((ours, optimizer), (theirs, plain)):
        for _ in range(3):
            stepper.zero_grad()
            model(torch.ones(4, 3)).square().mean().backward()
            stepper.step()
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-7)


@pytest.mark.parametrize("kind", ["adamw", "adam", "sgd"])
def test_a_state_saved_in_another_order_in_memory_goes_on_alike(kind: str) -> None:
    """A checkpoint of a network whose weights lay differently is gone on from to the bit, momentum and all."""
    torch.manual_seed(0)
    before, after = nn.Conv2d(3, 2, 2), nn.Conv2d(3, 2, 2).to(memory_format=torch.channels_last)
    first, second = (build_optimizer(net, OptimKnobs(optimizer=kind)) for net in (before, after))
    before.weight.grad = torch.rand(2, 3, 2, 2)
    first.step()
    after.load_state_dict(before.state_dict())
    load_state(second, copy.deepcopy(first.state_dict()))
    gradient = torch.rand(2, 3, 2, 2)
    for net, optimizer in ((before, first), (after, second)):
        net.weight.grad = torch.empty_like(net.weight).copy_(gradient)
        optimizer.step()
    assert before.weight.stride() != after.weight.stride()
    assert torch.equal(before.weight, after.weight)


@pytest.mark.parametrize(
    ("kind", "torchs"), [("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)]
)
def test_steps_and_states_are_those_of_torch(kind: str, torchs: type[torch.optim.Optimizer]) -> None:
    """To the bit, at changing rates, beside weights without a gradient; each goes on where the other was."""
    knobs = OptimKnobs(optimizer=kind, weight_decay=0.1)
    values: dict[str, Any] = {"lr": 3e-4, "weight_decay": 0.1, "fused": True}
    values |= {"momentum": knobs.momentum} if kind == "sgd" else {"eps": knobs.epsilon}
    torch.manual_seed(0)
    nets = [nn.Sequential(nn.Linear(5, 7), nn.Linear(2, 3)) for _ in range(2)]
    nets[1].load_state_dict(nets[0].state_dict())

    def ours(net: nn.Module) -> Optimizer:
        return build_optimizer(net, knobs)

    def theirs(net: nn.Module) -> Optimizer:
        return torchs(net.parameters(), **values)

    pair = [ours(nets[0]), theirs(nets[1])]
    for number in range(9):
        if number % 3 == 2:
            states = [copy.deepcopy(optimizer.state_dict()) for optimizer in pair]
            made = (theirs, ours) if number == 5 else (ours, theirs)
            pair = [make(net) for make, net in zip(made, nets, strict=True)]
            for optimizer, state in zip(pair, reversed(states), strict=True):
                optimizer.load_state_dict(state)
        gradient = torch.rand(7, 5)
        for net, optimizer in zip(nets, pair, strict=True):
            optimizer.zero_grad()
            net.get_parameter("0.weight").grad = gradient.clone()
            set_learning_rate(optimizer, 0.01 / (number + 1))
            optimizer.step()
        assert all(map(torch.equal, nets[0].parameters(), nets[1].parameters())), number


def test_the_state_of_another_network_is_refused() -> None:
    """A checkpoint that fits in number or size only is none."""
    first = build_optimizer(nn.Linear(2, 3), OptimKnobs())
    with pytest.raises(ValueError, match="another number"):
        first.load_state_dict(build_optimizer(nn.Linear(2, 3, bias=False), OptimKnobs()).state_dict())
    other = nn.Linear(5, 3)
    optimizer = build_optimizer(other, OptimKnobs())
    other(torch.rand(1, 5)).sum().backward()
    optimizer.step()
    with pytest.raises(ValueError, match="other sizes"):
        first.load_state_dict(optimizer.state_dict())
