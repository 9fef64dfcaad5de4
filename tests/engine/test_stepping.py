"""Ways to take steps: every fast one takes those that the plain one takes.

Where there is no GPU, a recorder that only remembers the work stands in for CUDA graphs: all else is the same code.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from vitdash import presets
from vitdash.architectures.vit import VisionTransformer
from vitdash.config import RunConfig
from vitdash.engine import checkpoint, stepping
from vitdash.engine.batches import TrainingBatches, as_input
from vitdash.engine.checkpoint import Position
from vitdash.engine.datasets import Dataset, digits
from vitdash.engine.optim import objective
from vitdash.engine.prepare import prepare
from vitdash.engine.stepping import Stepper, Training
from vitdash.engine.stepping.captured import CapturedStepper
from vitdash.engine.stepping.eager import EagerStepper
from vitdash.engine.train import train
from vitdash.errors import InputError
from vitdash.run.events import Event

SMALL_VIT = VisionTransformer(patch=14, layers=1, heads=2, hidden=8, mlp=8, dropout=0.2, code_size=8)
IMAGES = 300
"""Two epochs of them, and a bit: nine batches of 32 and one of 12 each, and a last one of 4."""


class Remembered:
    """Records by remembering what to do; counts how often it is done, and can refuse."""

    def __init__(self, refusal: str = "") -> None:
        self.recorded = 0
        self.replayed = 0
        self._refusal = refusal

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """Remember it."""
        if self._refusal:
            raise RuntimeError(self._refusal)
        self.recorded += 1

        def replay() -> None:
            self.replayed += 1
            work()

        return replay

    def seed(self, seed: int) -> None:
        """Seed what everything draws from here."""
        torch.manual_seed(seed)

    def gradients(self) -> AbstractContextManager[None]:
        """Compute them plainly."""
        return nullcontext()

    def frozen_draws(self) -> Tensor:
        """Nothing is frozen: the work is done again."""
        return torch.zeros(1)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Return the first digits."""
    whole = digits.load(Path(), lambda *_: None, lambda: False)
    few = (whole.validation_images[:50], whole.validation_labels[:50])
    return Dataset(whole.train_images[:IMAGES], whole.train_labels[:IMAGES], *few, whole.classes)


@pytest.fixture
def config(tiny: RunConfig) -> RunConfig:
    """Return a run of a bit more than two epochs, its steps taken one operation after the other."""
    return tiny.replace(
        {
            "max_inputs": 640,
            "batch_size": 32,
            "progress_every_images": 100,
            "threads": 1,
            "execution": "eager",
            "probes": (),
        }
    )


def of(name: str, config: RunConfig) -> RunConfig:
    """Return the configuration with a small network of that family."""
    match name:
        case "vit":
            return dataclasses.replace(config, model=SMALL_VIT)
        case "rn18":
            return dataclasses.replace(config, model=presets.load("rn18").model).replace({"max_inputs": 332})
    return config


def begin(config: RunConfig) -> Training:
    return prepare(config, lambda *_: None, lambda: False).training


def weights(training: Training) -> Tensor:
    return torch.cat([value.detach().double().flatten().cpu() for value in training.model.state_dict().values()])


def gradients(model: nn.Module, images: Tensor, labels: Tensor, config: RunConfig) -> Tensor:
    """Return those of all weights, for images (B, C, H, W) as the network sees them, in train mode."""
    model.train()
    model.zero_grad()
    objective(model(images), labels, config.optim).backward()  # type: ignore[no-untyped-call]
    return torch.cat([value.grad.double().flatten().cpu() for value in model.parameters() if value.grad is not None])


def nearly_equal(ours: Tensor, theirs: Tensor) -> bool:
    """Tell whether weights differ by rounding alone: a learning rate on a device has single precision, else double.

    Adam moves a weight without a gradient by what rounding leaves of one, so that a few differ by more.
    """
    return bool((ours - theirs).abs().mean() < 1e-7)


def take_all(stepper: Stepper, training: Training, batches: TrainingBatches) -> list[str]:
    """Take all steps that are left and return what was said."""
    said = []
    for batch in batches.schedule.after(training.images_seen):
        said.append(stepper.take(batch))
        training.images_seen = batch.end
    return [sentence for sentence in said if sentence]


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
@pytest.mark.parametrize("augment_per", ["batch", "image"])
@pytest.mark.parametrize("family", ["cnn", "vit"])
def test_replayed_steps_are_the_plain_ones(
    config: RunConfig, dataset: Dataset, family: str, augment_per: str, optimizer: str
) -> None:
    """The same weights and sums after two epochs, short batches, dropout and all; each size is recorded once."""
    config = of(family, config).replace({"augment_per": augment_per, "optimizer": optimizer})
    batches = TrainingBatches(config, dataset)
    plain, captured, recorder = begin(config), begin(config), Remembered()
    take_all(EagerStepper(plain, config, batches), plain, batches)
    assert take_all(CapturedStepper(captured, config, batches, recorder), captured, batches) == []
    assert nearly_equal(weights(captured), weights(plain))
    assert captured.meter.state() == pytest.approx(plain.meter.state(), rel=1e-5)
    # 32 and 12 come again, 4 does not: 9 + 9 + 1 steps of 32, of which one was taken as it came, and 2 of 12.
    assert (recorder.recorded, recorder.replayed) == (2, 18 + 1)


def test_what_cannot_be_recorded_is_said_once_and_taken_as_it_comes(config: RunConfig, dataset: Dataset) -> None:
    """A refused recording costs speed and one sentence, nothing else."""
    batches = TrainingBatches(config, dataset)
    plain, refused = begin(config), begin(config)
    take_all(EagerStepper(plain, config, batches), plain, batches)
    said = take_all(CapturedStepper(refused, config, batches, Remembered("no can do.\nC++ trace")), refused, batches)
    assert said == ["Steps cannot be captured, so they are taken one operation after the other: no can do."]
    assert nearly_equal(weights(refused), weights(plain))
    assert all(not group.get("capturable") for group in refused.optimizer.param_groups)


def test_a_network_that_draws_outside_of_the_device_is_not_recorded(config: RunConfig, dataset: Dataset) -> None:
    """Its draws would be those of one step for ever: better slow than wrong."""

    class Frozen(Remembered):
        def frozen_draws(self) -> Tensor:
            return torch.get_rng_state()

    config = of("vit", config)
    batches, recorder = TrainingBatches(config, dataset), Frozen()
    plain, captured = begin(config), begin(config)
    take_all(EagerStepper(plain, config, batches), plain, batches)
    said = take_all(CapturedStepper(captured, config, batches, recorder), captured, batches)
    reason = "the network draws random numbers on the CPU"
    assert said == [f"Steps cannot be captured, so they are taken one operation after the other: {reason}."]
    assert recorder.recorded == 0
    assert nearly_equal(weights(captured), weights(plain))


def test_auto_is_decided_by_the_device_and_what_cannot_be_had_is_refused() -> None:
    """A run's configuration states how its steps were taken."""
    cpu, cuda, mps = (torch.device(name) for name in ("cpu", "cuda", "mps"))
    assert [stepping.decide("auto", device) for device in (cpu, cuda, mps)] == ["eager", "captured", "eager"]
    assert [stepping.decide("eager", device) for device in (cpu, cuda, mps)] == ["eager"] * 3
    assert stepping.decide("captured", cuda) == "captured"
    with pytest.raises(
        InputError, match=r"execution: captured steps need cuda, and this run computes on cpu\. Try auto"
    ):
        stepping.decide("captured", cpu)


def records(training: Training, config: RunConfig, dataset: Dataset) -> list[dict[str, Any]]:
    ignored = ("seq", "time", "images_per_second", "seconds")
    return [
        {"type": type(item).__name__}
        | {key: value for key, value in dataclasses.asdict(item).items() if key not in ignored}
        for item in train(training, config, dataset)
        if isinstance(item, Event)
    ]


def test_the_loop_passes_on_what_a_stepper_says(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning is an event, before the records of the steps that it is about."""
    refusing = Remembered("not today")
    monkeypatch.setattr(stepping, "choose", partial(CapturedStepper, recorder=refusing))
    told = records(begin(config), config, dataset)
    (place,) = [place for place, item in enumerate(told) if item["type"] == "Warned"]
    assert told[place]["message"].endswith("not today.")
    assert place == 0


@pytest.mark.parametrize("execution", ["eager", "captured"])
@pytest.mark.parametrize("family", ["cnn", "vit"])
def test_a_resumed_run_is_the_run_however_steps_are_taken(
    config: RunConfig, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str, execution: str
) -> None:
    """Left in the middle of a block and of an epoch, through a file, into one that records anew: the same bits."""
    if execution == "captured":
        monkeypatch.setattr(stepping, "choose", partial(CapturedStepper, recorder=Remembered()))
    config = of(family, config)
    whole = begin(config)
    expected = records(whole, config, dataset)
    for at in (32, 192, 300, 588):
        first = begin(config)
        for _ in train(first, config, dataset):
            if first.images_seen >= at:
                break
        file = tmp_path / f"{at}.pt"
        position = Position(first.images_seen, seq=1, seconds=0.0, best_loss=1.0, config="")
        checkpoint.save(file, first, position, with_optimizer=True)
        second = begin(config.replace({"seed": 5}))
        checkpoint.restore(file, second, ends=config.ends)
        told = records(second, config, dataset)
        assert told == expected[-len(told) :]
        assert torch.equal(weights(second), weights(whole))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
class TestOnAGpu:
    """What only a GPU can show."""

    @pytest.mark.parametrize("precision", ["float32", "tf32", "bfloat16"])
    @pytest.mark.parametrize("family", ["cnn", "vit", "rn18"])
    def test_captured_steps_are_the_eager_ones(
        self, config: RunConfig, dataset: Dataset, family: str, precision: str
    ) -> None:
        """The same figures at every record, dropout included; nothing is noticed."""
        config = of(family, config).replace({"precision": precision, "device": "cuda"})
        eager = records(begin(config), config, _on_gpu(dataset))
        config = config.replace({"execution": "captured"})
        captured = records(begin(config), config, _on_gpu(dataset))
        assert [item["type"] for item in captured] == [item["type"] for item in eager]
        for ours, theirs in zip(captured, eager, strict=True):
            if "loss" in theirs:
                assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-3)

    @pytest.mark.parametrize("family", ["cnn", "vit", "rn18"])
    def test_a_whole_network_s_gradients_are_those_of_a_cpu(
        self, config: RunConfig, dataset: Dataset, family: str
    ) -> None:
        """In single precision a GPU is about as near to double precision as a CPU, in the best of three batches."""
        config = of(family, config).replace({"precision": "float32", "device": "cuda"})
        on_cpu, on_gpu = begin(config.replace({"device": "cpu"})).model, begin(config).model
        exact = copy.deepcopy(on_cpu).double()
        ratios = []
        for start in (0, 64, 128):
            images = as_input(dataset.train_images[start : start + 64], config.model.channels)
            labels = dataset.train_labels[start : start + 64]
            truth = gradients(exact, images.double(), labels, config)
            errors = [
                float((gradients(model, images.to(device), labels.to(device), config) - truth).norm())
                for model, device in ((on_gpu, "cuda"), (on_cpu, "cpu"))
            ]
            ratios.append(errors[0] / errors[1])
        assert min(ratios) < 10

    @pytest.mark.parametrize("family", ["cnn", "vit", "rn18"])
    def test_a_resumed_captured_run_is_the_run(
        self, config: RunConfig, dataset: Dataset, tmp_path: Path, family: str
    ) -> None:
        """Exact resume holds with captured steps."""
        config = of(family, config).replace({"device": "cuda", "execution": "captured"})
        whole = begin(config)
        expected = records(whole, config, _on_gpu(dataset))
        first = begin(config)
        for _ in train(first, config, _on_gpu(dataset)):
            if first.images_seen >= 192:
                break
        position = Position(first.images_seen, seq=1, seconds=0.0, best_loss=1.0, config="")
        checkpoint.save(tmp_path / "c.pt", first, position, with_optimizer=True)
        second = begin(config.replace({"seed": 5}))
        checkpoint.restore(tmp_path / "c.pt", second, ends=config.ends)
        told = records(second, config, _on_gpu(dataset))
        assert told == expected[-len(told) :]
        assert torch.equal(weights(second), weights(whole))

    def test_a_step_that_asks_the_device_is_taken_as_it_comes(self, config: RunConfig, dataset: Dataset) -> None:
        """A network that reads a value in the middle cannot be captured; it trains all the same, dropout included."""

        class Asking(nn.Module):
            def __init__(self, encoder: nn.Module) -> None:
                super().__init__()
                self.encoder = encoder

            def forward(self, images: Tensor) -> Tensor:
                code: Tensor = self.encoder(images)
                return code if float(code.detach().sum()) < 1e9 else code * 2

        config = of("vit", config).replace({"device": "cuda"})
        plain = begin(config)
        expected = records(plain, config, _on_gpu(dataset))
        config = config.replace({"execution": "captured"})
        asking = begin(config)
        asking.model.encoder = Asking(asking.model.encoder)
        told = records(asking, config, _on_gpu(dataset))
        notices = [item for item in told if item["type"] == "Warned"]
        assert len(notices) == 1
        assert [item["loss"] for item in told if item["type"] == "Evaluated"] == pytest.approx(
            [item["loss"] for item in expected if item["type"] == "Evaluated"], rel=1e-3
        )


def _on_gpu(dataset: Dataset) -> Dataset:
    return dataset.to(torch.device("cuda"))
