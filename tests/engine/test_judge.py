"""Evaluation, probes and diagnostics: what the figures mean."""

from __future__ import annotations

import base64
import math
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch
from sklearn.svm import SVC
from torch import Tensor, nn

from vitdash.engine import diagnostics
from vitdash.engine.datasets import Dataset, digits
from vitdash.engine.evaluate import BATCH, Evaluation, evaluate
from vitdash.engine.model import Classifier
from vitdash.engine.moments import Moment, in_background
from vitdash.engine.probes import Embedded
from vitdash.engine.probes.svc import measure
from vitdash.knob_tables import OptimKnobs, ProbeKnobs

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Return the bundled digits."""
    return digits.load(Path(), lambda *_: None, lambda: False)


def outcome(moments: Generator[Moment, None, Result]) -> Result:
    while True:
        try:
            assert next(moments) is Moment.BUSY
        except StopIteration as stop:
            result: Result = stop.value
            return result


def network(encoder: nn.Module | None = None) -> Classifier:
    torch.manual_seed(3)
    return Classifier(encoder or nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.Dropout(0.5)), 16, 10)


def evaluated(model: Classifier, dataset: Dataset) -> Evaluation:
    return outcome(evaluate(model, dataset.validation_images, dataset.validation_labels, 1, OptimKnobs()))


def test_figures_are_means_over_all_images_in_eval_mode(dataset: Dataset) -> None:
    """Equal to the definition on the whole set at once, whatever the batching; dropout plays no part."""
    model = network().train()
    found = evaluated(model, dataset)
    model.eval()
    with torch.no_grad():
        logits = model(dataset.validation_images.float() / 255)
    expected = nn.functional.mse_loss(logits, torch.eye(10)[dataset.validation_labels])
    assert len(dataset.validation_images) % BATCH != 0
    assert found.loss == pytest.approx(expected.item(), rel=1e-6)
    assert found.accuracy == (logits.argmax(1) == dataset.validation_labels).float().mean().item() or math.isclose(
        found.accuracy, (logits.argmax(1) == dataset.validation_labels).double().mean().item()
    )
    assert found.embedding.shape == (359, 16)


def test_batch_norm_uses_its_running_statistics(dataset: Dataset) -> None:
    """The departure from the reference: an image's figure does not depend on its neighbours."""
    model = network(nn.Sequential(nn.BatchNorm2d(1), nn.Flatten(), nn.Linear(784, 16)))
    whole = evaluated(model, dataset)
    alone = outcome(evaluate(model, dataset.validation_images[:1], dataset.validation_labels[:1], 1, OptimKnobs()))
    assert alone.losses[0].item() == pytest.approx(whole.losses[0].item(), rel=1e-5)


def test_the_probe_gives_both_accuracies_by_their_definitions() -> None:
    """`svc` is scored where it was fitted; `svc_held_out` is fitted on training embeddings."""
    draws = np.random.default_rng(0)

    def embedded(count: int) -> Embedded:
        labels = draws.integers(0, 3, count)
        return Embedded((draws.normal(size=(count, 5)) + labels[:, None]).astype(np.float32), labels)

    validation, train = embedded(80), embedded(60)
    found = measure(validation, train, ProbeKnobs())
    same = SVC().fit(validation.embedding, validation.labels).score(validation.embedding, validation.labels)
    held_out = SVC().fit(train.embedding, train.labels).score(validation.embedding, validation.labels)
    assert found == {"svc": same, "svc_held_out": held_out}
    assert found["svc"] != found["svc_held_out"]


def test_diagnostics_agree_with_the_evaluation(dataset: Dataset) -> None:
    """Confusion sums to the set, its diagonal is the accuracy, extremes are the extremes, images are the images."""
    found = evaluated(network(), dataset)
    augmented = (dataset.train_images[:40], dataset.train_labels[:40])
    content = diagnostics.describe(found, dataset, augmented, 640)
    confusion = np.array(content["confusion"])
    assert confusion.sum() == 359
    assert confusion.trace() / 359 == pytest.approx(found.accuracy)
    assert content["class_accuracy"] == pytest.approx((confusion.diagonal() / confusion.sum(1)).tolist())
    losses = [item["loss"] for item in content["worst"]]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(found.losses.max().item(), abs=1e-5)
    assert content["best"][0]["loss"] == pytest.approx(found.losses.min().item(), abs=1e-5)
    assert len(content["best"]) == len(content["worst"]) == 10
    assert len(content["augmented"]) == 32
    worst = content["worst"][0]
    assert base64.b64decode(worst["image"]) == dataset.validation_images[worst["index"]].numpy().tobytes()
    assert {len(series) for series in content["embedding"].values()} == {359}


def test_the_plane_is_the_one_of_greatest_spread(dataset: Dataset) -> None:
    """The 2-D view keeps as much variance as numpy's singular values say it can, and its sign is settled."""
    embedding = evaluated(network(), dataset).embedding
    found = Evaluation(0.0, 0.0, torch.zeros(359), torch.zeros(359, dtype=torch.long), embedding)
    content = diagnostics.describe(found, dataset, (dataset.train_images[:1], dataset.train_labels[:1]), 0)
    plane = np.stack([content["embedding"]["x"], content["embedding"]["y"]], 1)
    centred = embedding.double().numpy() - embedding.double().numpy().mean(0)
    singular = np.linalg.svd(centred, compute_uv=False)
    assert (plane**2).sum(0) == pytest.approx(singular[:2] ** 2, rel=1e-3)


def test_a_class_without_images_has_no_accuracy(dataset: Dataset) -> None:
    """What cannot be computed is absent, not zero."""
    few = Dataset(
        dataset.train_images,
        dataset.train_labels,
        dataset.validation_images[:1],
        dataset.validation_labels[:1],
        dataset.classes,
    )
    content = diagnostics.describe(evaluated(network(), few), few, (few.train_images[:1], few.train_labels[:1]), 0)
    assert sum(value is None for value in content["class_accuracy"]) == 9


def test_work_in_the_background_returns_or_raises_as_if_called() -> None:
    """Moments pass while it runs; its result and its errors arrive where it is waited for."""
    assert outcome(in_background(lambda: 42)) == 42

    def fail() -> Tensor:
        raise ValueError("in the thread")

    with pytest.raises(ValueError, match="in the thread"):
        outcome(in_background(fail))


def test_digits_are_split_as_stated(dataset: Dataset) -> None:
    """Every fifth image is validation, 28×28, all ten classes, nothing in both."""
    assert dataset.train_images.shape == (1438, 1, 28, 28)
    assert dataset.validation_images.shape == (359, 1, 28, 28)
    assert dataset.train_images.dtype == torch.uint8
    assert set(dataset.validation_labels.tolist()) == set(range(10))
    assert dataset.classes == tuple("0123456789")
    again = digits.load(Path(), lambda *_: None, lambda: False)
    assert torch.equal(again.train_images, dataset.train_images)


def test_intel_s_classifier_gives_the_accuracies_of_scikit_learn_s() -> None:
    """Whoever installs `vitdash[fast]` gets the same figures to a thousandth, sooner."""
    intel = pytest.importorskip(
        "sklearnex.svm", reason="scikit-learn-intelex is not installed: vitdash[fast] is not tested"
    )
    chance = np.random.default_rng(0)
    centres, labels = chance.normal(size=(10, 32)), chance.integers(10, size=3000)
    embedding = (centres[labels] + 1.5 * chance.normal(size=(3000, 32))).astype(np.float32)
    fit, held_out = slice(2000), slice(2000, None)
    scores = [
        [kind().fit(embedding[fit], labels[fit]).score(embedding[part], labels[part]) for part in (fit, held_out)]
        for kind in (intel.SVC, SVC)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-3)
    assert 0.5 < scores[1][1] < 1
