"""MNIST: 60,000 and 10,000 grey images of handwritten digits, 28×28."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torchvision.datasets import MNIST

from vitdash.engine.datasets import Dataset, Report
from vitdash.engine.datasets.published import load_published


def load(directory: Path, report: Report, cancelled: Callable[[], bool]) -> Dataset:
    """Return the data set from where torchvision keeps it below `directory`.

    Source: LeCun, Cortes, Burges, 1998; addresses and checksums are torchvision's.
    """
    folder = directory / "MNIST" / "raw"
    return load_published(MNIST, folder, tuple(str(digit) for digit in range(10)), report, cancelled)
