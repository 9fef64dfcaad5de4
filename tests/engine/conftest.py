"""Data that several tests of the engine train on."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitdash.engine.datasets import Dataset, digits

TRAIN_IMAGES = 300


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """Return the first digits to train on, enough for two short epochs, and all there are to judge by."""
    whole = digits.load(Path(), lambda *_: None, lambda: False)
    return Dataset(
        whole.train_images[:TRAIN_IMAGES],
        whole.train_labels[:TRAIN_IMAGES],
        whole.validation_images,
        whole.validation_labels,
        whole.classes,
    )
