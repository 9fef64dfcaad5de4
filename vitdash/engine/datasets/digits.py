"""scikit-learn's digits: bundled, so that a first run needs no network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.functional import interpolate

from vitdash.engine.datasets import Dataset, Report

IMAGE_SIZE = 28
VALIDATION_EVERY = 5


def load(directory: Path, report: Report, cancelled: Callable[[], bool]) -> Dataset:  # noqa: ARG001 - nothing to fetch
    """Return 1,797 images of 8×8 resized (bilinear) to 28×28; every fifth is validation: 1,438 and 359.

    Source: `sklearn.datasets.load_digits`, grey values 0 to 16.
    """
    from sklearn.datasets import load_digits

    bundled = load_digits()
    small = torch.from_numpy(bundled.images).to(torch.float32).unsqueeze(1) * (255 / 16)
    size = (IMAGE_SIZE, IMAGE_SIZE)
    images = interpolate(small, size=size, mode="bilinear", align_corners=False).round().to(torch.uint8)
    labels = torch.from_numpy(bundled.target).to(torch.int64)
    validation = torch.arange(len(labels)) % VALIDATION_EVERY == VALIDATION_EVERY - 1
    names = tuple(str(name) for name in bundled.target_names)
    return Dataset(images[~validation], labels[~validation], images[validation], labels[validation], names)
