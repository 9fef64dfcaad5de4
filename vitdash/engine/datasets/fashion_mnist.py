"""Fashion-MNIST: 60,000 and 10,000 grey images of clothing, 28×28, ten classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torchvision.datasets import FashionMNIST

from vitdash.engine.datasets import Dataset, Report
from vitdash.engine.datasets.published import load_published


def load(directory: Path, report: Report, cancelled: Callable[[], bool]) -> Dataset:
    """Return the data set from where torchvision keeps it below `directory`.

    Source: Xiao, Rasul, Vollgraf, 2017; addresses and checksums are torchvision's.
    """
    folder = directory / "FashionMNIST" / "raw"
    return load_published(FashionMNIST, folder, tuple(FashionMNIST.classes), report, cancelled)
