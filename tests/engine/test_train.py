"""The loop: a pure function of configuration and data, interruptible anywhere without a trace."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from vitdash import presets
from vitdash.architectures import Architecture
from vitdash.architectures.resnet18 import ResNet18
from vitdash.architectures.vit import VisionTransformer
from vitdash.config import RunConfig
from vitdash.engine import checkpoint
from vitdash.engine.checkpoint import Position
from vitdash.engine.datasets import Dataset, digits
from vitdash.engine.judge import Diagnosed
from vitdash.engine.moments import Moment
from vitdash.engine.prepare import prepare
from vitdash.engine.stepping import Training
from vitdash.engine.train import train
from vitdash.errors import RunError
from vitdash.run.events import Evaluated, Event, Phase, Probed, TrainProgress

SMALL_VIT = VisionTransformer(patch=14, layers=1, heads=2, hidden=8, mlp=8, dropout=0.2, code_size=8)
FAMILIES: dict[str, Architecture | None] = {
    "cnn": None,
    "vit with dropout": SMALL_VIT,
    "vit": dataclasses.replace(SMALL_VIT, dropout=0.0),
    "resnet18": ResNet18(code_size=8),
}
"""A small network of every family of presets; None is the fixture's own."""


@pytest.fixture
def config(tiny: RunConfig) -> RunConfig:
    """Return a run of 700 images with records, evaluations and probes all along it."""
    return tiny.replace(
        {"max_inputs": 700, "batch_size": 32, "progress_every_images": 100, "probe_every": 1, "threads": 1}
    )


def begin(config: RunConfig) -> Training:
    return prepare(config, lambda *_: None, lambda: False).training


def stable(event: Event) -> dict[str, Any]:
    """Return what must be equal between equal runs: everything but times and rates."""
    ignored = ("seq", "time", "images_per_second", "seconds")
    return {"type": type(event).__name__} | {
        field.name: getattr(event, field.name) for field in dataclasses.fields(event) if field.name not in ignored
    }


def records(training: Training, config: RunConfig, dataset: Dataset) -> list[dict[str, Any]]:
    return [stable(item) for item in train(training, config, dataset) if isinstance(item, Event)]


def weights(training: Training) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in training.model.parameters()])


def test_equal_configurations_give_equal_events_and_weights(config: RunConfig, dataset: Dataset) -> None:
    """A run is a function of its configuration; another seed is another run."""
    first, second, other = begin(config), begin(config), begin(config.replace({"seed": 1}))
    told = records(first, config, dataset)
    assert told == records(second, config, dataset)
    assert torch.equal(weights(first), weights(second))
    assert told != records(other, config.replace({"seed": 1}), dataset)


def test_recording_more_often_does_not_change_what_is_learned(config: RunConfig, dataset: Dataset) -> None:
    """Evaluating, probing and recording draw nothing from the generators that training draws from."""
    often, seldom = begin(config), begin(config)
    records(often, config.replace({"evaluate_every_images": 50, "progress_every_images": 10}), dataset)
    records(seldom, config.replace({"probe_every": 0, "evaluate_every_images": 10_000}), dataset)
    assert torch.equal(weights(often), weights(seldom))


@pytest.mark.parametrize("augment_per", ["batch", "image"])
@pytest.mark.parametrize("family", FAMILIES)
def test_resumed_equals_uninterrupted_bit_for_bit(
    config: RunConfig, dataset: Dataset, tmp_path: Path, family: str, augment_per: str
) -> None:
    """Left at any batch, through a checkpoint file into a new network: same records, same state; dropout too."""
    config = config.replace({"augment_per": augment_per})
    config = dataclasses.replace(config, model=FAMILIES[family] or config.model)
    if family == "resnet18":
        # Eleven million weights: fewer images will do, past the end of an epoch.
        config = config.replace({"max_inputs": 400, "evaluate_every_images": 160, "probes": ()})
    whole = begin(config)
    expected = records(whole, config, dataset)
    for leave_after in (5, 11) if family == "resnet18" else (1, 10, 12, 21):
        told: list[dict[str, Any]] = []
        first = begin(config)
        batches = 0
        for item in train(first, config, dataset):
            if isinstance(item, Event):
                told.append(stable(item))
            batches += item is Moment.BATCH_DONE
            if batches == leave_after:
                break
        file = tmp_path / f"{leave_after}.pt"
        position = Position(first.images_seen, seq=1, seconds=0.0, best_loss=1.0, config="")
        checkpoint.save(file, first, position, with_optimizer=True)
        second = begin(config.replace({"seed": 5}))
        checkpoint.restore(file, second, ends=config.ends)
        assert told + records(second, config, dataset) == expected
        assert torch.equal(weights(second), weights(whole))
        # The running means of batch norm are no weights, but part of the network all the same.
        assert all(map(torch.equal, second.model.buffers(), whole.model.buffers()))


def test_records_come_where_the_configuration_says(config: RunConfig, dataset: Dataset) -> None:
    """Progress at every hundred images, evaluation and probe after each epoch of 300, all of them at the end."""
    items = list(train(begin(config), config, dataset))
    progress = [item.images_seen for item in items if isinstance(item, TrainProgress)]
    assert progress == [128, 224, 300, 428, 524, 600, 700]
    assert [item.images_seen for item in items if isinstance(item, Evaluated)] == [300, 600, 700]
    assert [item.images_seen for item in items if isinstance(item, Probed)] == [300, 600, 700]
    assert [item.images_seen for item in items if isinstance(item, Diagnosed)] == [300, 600, 700]
    assert {item.name for item in items if isinstance(item, Phase)} == {"evaluate", "probe"}
    assert sum(item is Moment.BATCH_DONE for item in items) == 10 + 10 + 4


def test_probes_keep_their_distance_and_come_at_the_end(config: RunConfig, dataset: Dataset) -> None:
    """`probe_every` counts evaluations; 0 leaves only the last one."""
    for every, expected in ((2, [600, 700]), (0, [700])):
        items = train(begin(config), config.replace({"probe_every": every}), dataset)
        assert [item.images_seen for item in items if isinstance(item, Probed)] == expected


def test_a_network_learns_the_digits(tiny: RunConfig) -> None:
    """The loop does what it is for: from one in ten to most of them within a few epochs."""
    config = tiny.replace(
        {
            "width": 8,
            "code_size": 32,
            "max_inputs": 5_000,
            "loss": "cross-entropy",
            "learning_rate": 0.003,
            "augment": "none",
            "probes": (),
        }
    )
    whole = digits.load(Path(), lambda *_: None, lambda: False)
    last = [item for item in train(begin(config), config, whole) if isinstance(item, Evaluated)][-1]
    assert last.accuracy > 0.8


def test_a_diverged_loss_ends_the_run(config: RunConfig, dataset: Dataset) -> None:
    """No NaN is ever recorded: the run fails where the loss stops being a number, and says after how many images."""
    wild = config.replace({"optimizer": "sgd", "learning_rate": 100.0, "momentum": 0.99})
    told = []
    with pytest.raises(RunError, match=r"diverged: the loss is no longer finite after \d+ images"):
        told += [item for item in train(begin(wild), wild, dataset) if isinstance(item, TrainProgress)]
    assert not checkpoint.finite(begin_and_break(config))


def begin_and_break(config: RunConfig) -> Training:
    training = begin(config)
    with torch.no_grad():
        next(training.model.parameters()).fill_(float("nan"))
    return training


def test_the_training_mode_is_never_left_on_for_validation(config: RunConfig, dataset: Dataset) -> None:
    """The reference validates in train mode; vitdash does not: the model is in eval mode when figures appear."""
    training = begin(config)
    for item in train(training, config, dataset):
        if isinstance(item, (Evaluated, Probed)):
            assert not training.model.training


@pytest.mark.parametrize("preset", ["cnn", "vit-l4-h16", "rn18"])
def test_a_step_of_each_family_is_the_plain_recipe(preset: str) -> None:
    """One step of the worker equals the recipe written out with torch alone: mse to one-hot, AdamW, 3e-4."""
    config = presets.load(preset).replace({"dataset": "digits", "augment": "none", "max_inputs": 8, "batch_size": 8})
    prepared = prepare(config, lambda *_: None, lambda: False)
    by_hand = begin(config).model
    data = prepared.dataset
    few = Dataset(
        data.train_images[:8],
        data.train_labels[:8],
        data.validation_images[:8],
        data.validation_labels[:8],
        data.classes,
    )
    records(prepared.training, config.replace({"probes": ()}), few)

    channels = 1 if preset == "cnn" else 3
    images = (few.train_images.float() / 255).repeat(1, channels, 1, 1)
    target = torch.eye(10)[few.train_labels]
    optimizer = torch.optim.AdamW(by_hand.parameters(), lr=3e-4)
    by_hand.train()
    torch.nn.functional.mse_loss(by_hand(images), target).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    difference = weights(prepared.training) - torch.cat([p.detach().flatten() for p in by_hand.parameters()])
    # AdamW's first step is ±3e-4 whatever the gradient: the few that are nearly zero may fall to either side.
    assert difference.abs().mean() < 1e-6
