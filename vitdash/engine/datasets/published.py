"""Data sets published as four IDX files, MNIST's way. Must not know which ones there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from torch import Tensor

from vitdash.engine.datasets import Dataset, Report
from vitdash.engine.datasets.download import RemoteFile, fetch
from vitdash.engine.datasets.idx import read_idx
from vitdash.errors import InputError
from vitdash.text import plain


class Publication(Protocol):
    """What torchvision knows of such a data set: mirrors, and (file name, MD5) of train and test images and labels."""

    mirrors: list[str]
    resources: list[tuple[str, str]]


def load_published(
    publication: type[Publication],
    folder: Path,
    classes: tuple[str, ...],
    report: Report,
    cancelled: Callable[[], bool],
) -> Dataset:
    """Return the data set in `folder`, downloading what is missing; the published test set is validation.

    Raises:
        InputError: the files cannot be had, or are not what they should be.
        DownloadCancelled: `cancelled` returned True.
    """
    tensors = [
        read_idx(_find(publication, name, md5, folder, report, cancelled), dimensions=3 if "images" in name else 1)
        for name, md5 in publication.resources
    ]
    train_images, train_labels, validation_images, validation_labels = tensors
    for images, labels in ((train_images, train_labels), (validation_images, validation_labels)):
        _check(images, labels, len(classes), folder)
    return Dataset(
        train_images.unsqueeze(1),
        train_labels.long(),
        validation_images.unsqueeze(1),
        validation_labels.long(),
        classes,
    )


def _find(
    publication: type[Publication],
    name: str,
    md5: str,
    folder: Path,
    report: Report,
    cancelled: Callable[[], bool],
) -> Path:
    """Return the packed file, or the unpacked one that torchvision leaves, or else download."""
    unpacked = folder / name.removesuffix(".gz")
    if unpacked.is_file() and not (folder / name).exists():
        return unpacked
    urls = tuple(f"{mirror}{name}" for mirror in publication.mirrors)
    return fetch(RemoteFile(name, md5, urls), folder, report, cancelled)


def _check(images: Tensor, labels: Tensor, classes: int, folder: Path) -> None:
    if len(images) != len(labels) or images.shape[1:] != (28, 28) or int(labels.max()) >= classes:
        reason = f"holds {tuple(images.shape)} images and {len(labels)} labels up to {int(labels.max())}."
        raise InputError(plain(folder), reason, "Delete the files so that they are fetched again.")
