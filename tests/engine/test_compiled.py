"""Compiled steps: the run that they make is one run, and where there is no compiler it is the plain one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.engine.worlds import live
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.engine import checkpoint, stepping
from vitdash.engine.datasets import Dataset, digits
from vitdash.engine.moments import Moment
from vitdash.engine.prepare import prepare
from vitdash.engine.stepping import Training
from vitdash.engine.train import train
from vitdash.run import launch, store
from vitdash.run.events import Event, Phase, RunStarted, TrainProgress, Warned


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Return the first digits, in epochs of a short last batch."""
    whole = digits.load(Path(), lambda *_: None, lambda: False)
    few = (whole.validation_images[:50], whole.validation_labels[:50])
    return Dataset(whole.train_images[:150], whole.train_labels[:150], *few, whole.classes)


@pytest.fixture
def config(tiny: RunConfig) -> RunConfig:
    """Return a run of two epochs, compiled."""
    changes = {"max_inputs": "300", "batch_size": "32", "progress_every_images": "32", "threads": "1"}
    return tiny.replace(tiny.parse(changes | {"execution": "compiled", "probes": ""}))


def begin(config: RunConfig) -> Training:
    return prepare(config, lambda *_: None, lambda: False).training


def figures(events: list[Event]) -> list[tuple[int, float]]:
    return [(event.images_seen, event.loss) for event in events if isinstance(event, TrainProgress)]


def trained(training: Training, config: RunConfig, dataset: Dataset) -> list[Event]:
    return [item for item in train(training, config, dataset) if isinstance(item, Event)]


def same_weights(first: Training, second: Training) -> bool:
    ours, theirs = first.model.state_dict(), second.model.state_dict()
    return all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_compiled_run_that_was_interrupted_is_the_run_that_was_not(
    config: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    """Compiled anew after a checkpoint within an epoch, it computes the same bits; and nearly the plain ones."""
    if not stepping.has_compiler():
        pytest.skip("there is no C++ compiler here: compiled steps are not tested")
    whole = begin(config)
    expected = trained(whole, config, dataset)
    assert isinstance(expected[0], Phase)
    assert expected[0].name == "compile"
    assert not [event for event in expected if isinstance(event, Warned)]
    first = begin(config)
    for happening in train(first, config, dataset):
        if happening is Moment.BATCH_DONE and first.images_seen == 96:
            break
    position = dataclasses.replace(checkpoint.START, images_seen=96)
    checkpoint.save(tmp_path / "c.pt", first, position, with_optimizer=True)
    second = begin(config.replace({"seed": 9}))
    checkpoint.restore(tmp_path / "c.pt", second, ends=(300,))
    torch._dynamo.reset()
    rest = trained(second, config, dataset)
    assert same_weights(second, whole)
    assert figures(rest) == [item for item in figures(expected) if item[0] > 96]
    plainly = trained(begin(config), config.replace({"execution": "eager"}), dataset)
    assert [loss for _, loss in figures(plainly)] == pytest.approx([loss for _, loss in figures(expected)], rel=1e-4)


class Fails(nn.Module):
    """Stands for a compiled network whose backward pass meets no compiler: by then it has seen images."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        """See images and fail."""
        self.model(images).sum().backward()
        raise RuntimeError("no compiler here.\nA long trace")


@pytest.mark.parametrize("family", ["cnn", "rn18"])
def test_without_a_compiler_the_run_is_the_plain_one_and_says_so_once(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    """Not a bit differs, running statistics included: trying leaves no trace."""
    config = dataclasses.replace(config, model=presets.load(family).model).replace({"max_inputs": 64})
    plain = begin(config)
    expected = trained(plain, config.replace({"execution": "eager"}), dataset)

    def compile_(model: nn.Module, **_: Any) -> nn.Module:
        return Fails(model)

    monkeypatch.setattr(torch, "compile", compile_)
    training = begin(config)
    events = trained(training, config, dataset)
    (notice,) = [event for event in events if isinstance(event, Warned)]
    assert notice.message.endswith("one operation after the other: no compiler here.")
    assert same_weights(training, plain)
    assert figures(events) == figures(expected)


def test_that_there_was_no_compiler_is_decided_once_and_written_down(
    tiny: RunConfig, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later life, which might find one, computes as this one did; nothing calls a run compiled that was not."""

    def compile_(model: nn.Module, **_: Any) -> nn.Module:
        return Fails(model)

    monkeypatch.setattr(torch, "compile", compile_)
    config = tiny.replace({"max_inputs": 128, "threads": 1, "execution": "compiled", "probes": ()})
    run = launch.create(config, root, "test", ("test",))
    news = live(run)
    assert store.read_config(run).compute.execution == "eager"
    content = torch.load(run.checkpoint, weights_only=True)
    assert presets.parse(content["config"], "c", "c").compute.execution == "eager"
    assert [item.compiled for item in news if isinstance(item, RunStarted)] == [True, False]
    assert [item.name for item in news if isinstance(item, Phase)].count("compile") == 1
    assert len([item for item in news if isinstance(item, Warned)]) == 1


def test_on_a_cpu_auto_compiles_only_what_is_long_enough_and_where_something_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A short run is never held up: none of the presets' length is."""
    cpu, least = torch.device("cpu"), stepping.COMPILED_FROM_IMAGES["vit"]
    monkeypatch.setattr("shutil.which", "/usr/bin/{}".format)
    assert stepping.decide("auto", cpu, "vit", least) == "compiled"
    assert stepping.decide("auto", cpu, "vit", least - 1) == "eager"
    assert stepping.decide("auto", cpu, "cnn", 10**12) == "eager"
    assert stepping.decide("auto", torch.device("cuda"), "vit", least) == "captured"
    assert stepping.decide("compiled", cpu, "cnn", 1) == "compiled"
    assert all(presets.load(name).train.max_inputs < least for name in ("vit-l4-h16", "rn18", "cnn"))
    monkeypatch.setattr("shutil.which", {}.get)
    assert stepping.decide("auto", cpu, "vit", least) == "eager"
