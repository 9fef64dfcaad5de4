"""Data sets published as four IDX files, MNIST's way, as tensors. Must not know which ones there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import Tensor

from vitdash.data.published import obtain
from vitdash.engine.datasets import Dataset, Report
from vitdash.engine.datasets.idx import read_idx
from vitdash.errors import InputError
from vitdash.publications import Publication
from vitdash.text import plain


def load_published(publication: Publication, directory: Path, report: Report, cancelled: Callable[[], bool]) -> Dataset:
    """Return the data set kept below `directory`, downloading what is missing; the published test set is validation.

    Raises:
        InputError: the files cannot be had, or are not what they should be.
        DownloadCancelled: `cancelled` returned True.
    """
    folder = directory / publication.folder
    paths = obtain(publication, directory, report, cancelled)
    train_images, train_labels, validation_images, validation_labels = (
        read_idx(path, dimensions=3 if "images" in path.name else 1) for path in paths
    )
    for images, labels in ((train_images, train_labels), (validation_images, validation_labels)):
        _check(images, labels, len(publication.classes), folder)
    return Dataset(
        train_images.unsqueeze(1),
        train_labels.long(),
        validation_images.unsqueeze(1),
        validation_labels.long(),
        publication.classes,
    )


def _check(images: Tensor, labels: Tensor, classes: int, folder: Path) -> None:
    if len(images) != len(labels) or images.shape[1:] != (28, 28) or int(labels.max()) >= classes:
        reason = f"holds {tuple(images.shape)} images and {len(labels)} labels up to {int(labels.max())}."
        raise InputError(plain(folder), reason, "Delete the files so that they are fetched again.")
