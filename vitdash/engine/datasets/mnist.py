"""MNIST: 60,000 and 10,000 grey images of handwritten digits, 28×28."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vitdash.engine.datasets import Dataset, Report
from vitdash.engine.datasets.published import load_published
from vitdash.publications import MNIST


def load(directory: Path, report: Report, cancelled: Callable[[], bool]) -> Dataset:
    """Return the data set from where torchvision, too, keeps it below `directory`."""
    return load_published(MNIST, directory, report, cancelled)
