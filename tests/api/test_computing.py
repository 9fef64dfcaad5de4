"""A run's network in the caller's process: the right weights, in eval mode, or one sentence that says why not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

from tests.recorded import CLASSES, record, started
from vitdash import TrainingRun, VitdashError, load_dataset, load_model
from vitdash.config import RunConfig
from vitdash.engine import checkpoint, model, optim
from vitdash.engine.batches import as_input
from vitdash.engine.stepping import Training
from vitdash.run.store import Run


def training(config: RunConfig, seed: int) -> Training:
    """Return a network with the initial weights of a seed, some images into its training."""
    built = model.build_model(config.replace({"seed": seed}))
    return Training(built, optim.build_optimizer(built, config.optim), images_seen=640 + seed)


@pytest.fixture
def run(root: Path, tiny: RunConfig) -> Run:
    """Return a stopped run with weights, and other weights that are its best."""
    recorded = record(root, tiny, [started(tiny)], name="first", claim="stopped")
    position = dataclasses.replace(checkpoint.START, images_seen=641)
    checkpoint.save(recorded.checkpoint, training(tiny, 1), position, with_optimizer=True)
    checkpoint.save_weights(recorded.best, checkpoint.weights_of(training(tiny, 2), 0.5, ""))
    return recorded


@pytest.fixture
def images() -> torch.Tensor:
    """Return some grey images."""
    return torch.randint(0, 256, (5, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("weights", "seed"), [("last", 1), ("best", 2)])
def test_the_weights_asked_for_are_loaded(
    run: Run, tiny: RunConfig, images: torch.Tensor, weights: Any, seed: int
) -> None:
    """Logits and embedding are those of the network that was saved, to the last bit."""
    expected = training(tiny, seed).model.eval()
    loaded = load_model(run.path, weights=weights)
    assert torch.equal(loaded(loaded.as_input(images)), expected(as_input(images, 1)))
    assert torch.equal(loaded.encoder(loaded.as_input(images)), expected.encoder(as_input(images, 1)))
    assert (loaded.classes, loaded.images_seen, loaded.training) == (CLASSES, 640 + seed, False)


def test_loading_leaves_the_caller_s_random_numbers_alone(run: Run) -> None:
    """A model loaded within someone's experiment does not change it."""
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    load_model(run.path)
    assert torch.equal(torch.rand(3), expected)


def test_images_come_as_tensor_or_array_in_every_usual_shape(run: Run, images: torch.Tensor) -> None:
    """One image, many, with or without the one channel."""
    loaded = load_model(run.path)
    expected = images.float() / 255
    assert torch.equal(loaded.as_input(images), expected)
    assert torch.equal(loaded.as_input(images[:, 0].numpy()), expected)
    assert torch.equal(loaded.as_input(images[0, 0]), expected[:1])


def test_an_architecture_of_three_channels_sees_the_grey_one_repeated(root: Path, tiny: RunConfig) -> None:
    """The model knows what its encoder takes."""
    from vitdash.architectures.vit import VisionTransformer

    vit = dataclasses.replace(tiny, model=VisionTransformer(layers=1, heads=1, hidden=4, mlp=4, code_size=4))
    recorded = record(root, vit, [started(vit)], name="vit", claim="stopped")
    checkpoint.save_weights(recorded.best, checkpoint.weights_of(training(vit, 1), 0.5, ""))
    loaded = load_model("vit", weights="best", root=root)
    assert loaded.as_input(torch.zeros(2, 28, 28, dtype=torch.uint8)).shape == (2, 3, 28, 28)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (torch.zeros(1, 1, 28, 28), "images: are float32. Give grey values from 0 to 255 as uint8."),
        (
            numpy.zeros((1, 32, 32), numpy.uint8),
            "images: have the shape (1, 32, 32). This network takes (N, 1, 28, 28),",
        ),
        (torch.zeros(1, 3, 28, 28, dtype=torch.uint8), "images: have the shape (1, 3, 28, 28)."),
    ],
)
def test_what_are_no_images_for_it_is_refused(run: Run, wrong: object, sentence: str) -> None:
    """Scaled already, of another size, in colour: each would give a silent wrong answer or torch's own riddle."""
    with pytest.raises(VitdashError) as caught:
        load_model(run.path).as_input(wrong)
    assert str(caught.value).startswith(sentence)


def break_weights(run: Run, how: str) -> None:
    match how:
        case "missing":
            run.checkpoint.unlink()
        case "cut short":
            run.checkpoint.write_bytes(run.checkpoint.read_bytes()[:2000])
        case "other network":
            run.config.write_text(run.config.read_text().replace("width = 4", "width = 5"))
        case "other architecture":
            run.config.write_text(run.config.read_text().replace('"cnn"\nconv', '"rnn"\nconv'))
        case "no beginning":
            run.events.write_text("")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("missing", "{id}: is stopped and has no checkpoint: checkpoint.pt is not there."),
        ("cut short", "{path}/checkpoint.pt: is damaged or cut short: "),
        ("other network", "{path}/checkpoint.pt: is not a checkpoint of this run: Error(s) in loading state_dict"),
        ("other architecture", "{path}/config.toml: [model] there is no architecture 'rnn'. Did you mean 'cnn'?"),
        ("no beginning", "{path}/events.jsonl: does not say how the run began."),
    ],
)
def test_weights_that_are_not_there_or_not_its_own_are_refused(run: Run, how: str, sentence: str) -> None:
    """Never a network with other weights than it should have."""
    break_weights(run, how)
    with pytest.raises(VitdashError) as caught:
        load_model(run.path)
    assert str(caught.value).startswith(sentence.format(id=run.id, path=run.path))


def test_a_run_without_an_evaluation_has_no_best_weights(run: Run) -> None:
    """And other weights than these two there are not."""
    run.best.unlink()
    with pytest.raises(VitdashError, match=r"is stopped and has no best weights: best\.pt is not there\."):
        load_model(run.path, weights="best")
    with pytest.raises(VitdashError, match=r"weights: 'worst' is not allowed\. Allowed: last or best\."):
        load_model(run.path, weights="worst")  # type: ignore[arg-type]


def test_a_device_that_is_not_there_is_refused(run: Run) -> None:
    """What the knob takes, and its words."""
    with pytest.raises(VitdashError, match=r"device: 'tpu' is not allowed\. .*Allowed: auto, cuda, mps or cpu\."):
        load_model(run.path, device="tpu")


def test_the_data_are_those_that_the_run_learns(run: Run) -> None:
    """As tensors, validation apart."""
    data = load_dataset(TrainingRun(run.path))
    assert (data.train_images.shape, data.validation_labels.shape) == ((1438, 1, 28, 28), (359,))
    assert data.classes == CLASSES
