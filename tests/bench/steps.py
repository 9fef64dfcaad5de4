"""Training steps within one process, and the stages that they are made of: parts of `tests.bench.suite`.

Everything takes turns with the bare step (`tests.bench.bare`), and keeps freed memory as a worker does.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor
from torchvision.transforms import v2

from tests.bench import bare
from tests.bench.figures import Figure, figure, in_turn, ratios
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.engine import checkpoint, diagnostics, stepping
from vitdash.engine.augment import augment
from vitdash.engine.batches import TrainingBatches, as_input
from vitdash.engine.evaluate import BATCH, Evaluation, evaluate
from vitdash.engine.prepare import Prepared, prepare
from vitdash.engine.probes import Embedded
from vitdash.engine.probes.svc import measure as fit_svc
from vitdash.run.events import TrainProgress
from vitdash.run.log import EventWriter

PRESETS = ("cnn", "vit-l4-h16", "rn18")
GOALS = {"cnn": "at least 0.97", "vit-l4-h16": "at least 0.98", "rn18": "at least 2"}
CLOCK = time.perf_counter


def configure(preset: str, **changes: str | int) -> RunConfig:
    """Return a preset on the CPU, on the real data if VITDASH_TEST_DATA names them, else on digits."""
    data = os.environ.get("VITDASH_TEST_DATA")
    where: dict[str, str | int] = {"data_dir": data} if data else {"dataset": "digits"}
    return presets.load(preset).replace({"device": "cpu", **where, **changes})


def ready(config: RunConfig) -> Prepared:
    """Prepare a run as its worker would."""
    return prepare(config, lambda *_: None, lambda: False)


def steps_of(prepared: Prepared) -> Callable[[], object]:
    """Return what takes a run's next step, as its loop does: read, augment, compute, count."""
    batches = TrainingBatches(prepared.config, prepared.dataset)
    stepper = stepping.choose(prepared.training, prepared.config, batches)
    full = (batch for batch in batches.schedule.after(0) if batch.size == prepared.config.train.batch_size)
    return lambda: stepper.take(next(full))


def whole_steps(rounds: int) -> Iterator[Figure]:
    """Compare whole steps with the bare one, augmented per batch and per image."""
    for preset in PRESETS:
        config = configure(preset)
        candidates: dict[str, Callable[[], object]] = {"bare": bare.step(config)}
        candidates |= {per: steps_of(ready(config.replace({"augment_per": per}))) for per in ("batch", "image")}
        found = in_turn(candidates, rounds, CLOCK)
        size = config.train.batch_size
        yield figure("step", f"{preset}: bare", [size / seconds for seconds in found["bare"]], "images/s")
        for per in ("batch", "image"):
            name = f"{preset}: whole step, augmented per {per} ÷ bare"
            yield ratios("step", name, found[per], found["bare"], GOALS[preset])


def stages(rounds: int) -> Iterator[Figure]:
    """Time each stage of the small network's step alone, in milliseconds, and as a share of the bare step."""
    config = configure("cnn")
    prepared = ready(config)
    batches = TrainingBatches(config, prepared.dataset)
    chosen = torch.randperm(len(prepared.dataset.train_images))[: config.train.batch_size]
    images, labels = prepared.dataset.train_images[chosen], prepared.dataset.train_labels[chosen]
    seen = as_input(images, config.model.channels)
    model, optimizer = prepared.training.model, prepared.training.optimizer
    batch = next(batches.schedule.after(0))
    model(seen).square().mean().backward()

    def gradients() -> None:
        optimizer.zero_grad()
        model(seen).square().mean().backward()

    with tempfile.TemporaryDirectory() as folder:
        log = EventWriter(Path(folder) / "events.jsonl")
        record = TrainProgress(images_seen=640, loss=0.1, accuracy=0.5, learning_rate=1e-4, images_per_second=900.0)
        found = in_turn(
            {
                "bare step": bare.step(config),
                "read one batch, without augmentation": lambda: prepared.dataset.train_images[chosen],
                "read one batch, augmented per batch": lambda: batches.read(batch),
                "augment 64 images, each by itself": lambda: _augmented(images, batch.step),
                "as the network sees it": lambda: as_input(images, config.model.channels),
                "loss and gradients": gradients,
                "optimiser": optimizer.step,
                "count in the meter": lambda: prepared.training.meter.count(seen.mean(), seen[:, 0, 0], labels),
                "append an event": lambda: log.append(record),
            },
            rounds,
            CLOCK,
        )
    bare_step = found["bare step"]
    for name, seconds in found.items():
        share = 100 * figure("", "", seconds).median / figure("", "", bare_step).median
        yield figure("stage", f"cnn: {name} ({share:.1f} %)", [1000 * value for value in seconds], "ms")


def augmentation(rounds: int) -> Iterator[Figure]:
    """Compare augmentation per image with a loop of torchvision's over the images."""
    images = torch.randint(256, (64, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    transform, numbers = v2.TrivialAugmentWide(), iter(range(10**9))

    def loop() -> Tensor:
        return torch.stack([transform(image.expand(3, -1, -1)) for image in images])

    found = in_turn({"ours": lambda: _augmented(images, next(numbers)), "loop": loop}, 3 * rounds, CLOCK)
    name = "64 images, each by itself: torchvision's loop ÷ ours"
    yield ratios("augment", name, found["ours"], found["loop"], "at least 12")


def judging(rounds: int) -> Iterator[Figure]:
    """Time what an evaluation costs beyond its forward passes, and project it onto 2,000,000 images of the cnn."""
    config = configure("cnn")
    prepared = ready(config)
    dataset, model, train_one = prepared.dataset, prepared.training.model, steps_of(prepared)
    for _ in range(10 * rounds):  # how long a classifier takes depends on what the embedding has learned
        train_one()
    model.eval()
    images, labels = dataset.validation_images, dataset.validation_labels
    batch = next(TrainingBatches(config, dataset).schedule.after(0))
    augmented = TrainingBatches(config, dataset).read(batch)

    def forward() -> None:
        with torch.no_grad():
            for begin in range(0, len(images), BATCH):
                model(as_input(images[begin : begin + BATCH], config.model.channels))

    def evaluated() -> Evaluation:
        moments = evaluate(model, images, labels, config.model.channels, config.optim)
        while True:
            try:
                next(moments)
            except StopIteration as end:
                found: Evaluation = end.value
                return found

    evaluation = evaluated()
    embedded = Embedded(evaluation.embedding.numpy(), labels.numpy())
    few = max(1, rounds // 6)
    found = in_turn({"bare": bare.step(config), "forward": forward, "evaluate": evaluated}, few, CLOCK)
    described = in_turn({"": lambda: diagnostics.describe(evaluation, dataset, augmented, 0)}, few, CLOCK)[""]
    begun = CLOCK()
    fit_svc(embedded, embedded, config.probe)
    probe = [CLOCK() - begun]
    yield ratios("evaluation", "cnn: evaluation ÷ its forward passes alone", found["forward"], found["evaluate"])
    yield figure("evaluation", "diagnostics of one evaluation", [1000 * seconds for seconds in described], "ms")
    yield figure("evaluation", f"SVC probe, after {10 * rounds} steps", probe, "s")
    epochs = config.train.max_inputs / len(dataset.train_images)
    training = config.train.max_inputs / config.train.batch_size * figure("", "", found["bare"]).median
    beyond = figure("", "", found["evaluate"]).median - figure("", "", found["forward"]).median
    probes = epochs / config.probe.probe_every + 1
    extra = epochs * (beyond + figure("", "", described).median) + probes * probe[0]
    name = "cnn, whole run: evaluation beyond forward passes, of training"
    yield figure("evaluation", name, [100 * extra / training], "%", "at most 5")


def saving(rounds: int) -> Iterator[Figure]:
    """Time a checkpoint of the largest of the three networks, sync included."""
    prepared = ready(configure("rn18"))
    steps_of(prepared)()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.pt"

        def save() -> None:
            checkpoint.save(path, prepared.training, checkpoint.START, with_optimizer=True)

        found = in_turn({"": save}, max(2, rounds // 6), CLOCK)[""]
    yield figure("stage", "rn18: checkpoint, on disk", [1000 * seconds for seconds in found], "ms")


def _augmented(images: Tensor, seed: int) -> Tensor:
    return augment(images, "trivial-wide", per_image=True, channels=3, seeds=[seed], crop_padding=4)
