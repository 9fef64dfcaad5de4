"""What a data set is to the engine: four tensors in memory and the names of the classes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import torch
from torch import Tensor

Report = Callable[[int, int], None]
"""Told (bytes done, bytes in all) while something is downloaded; 0 in all is unknown."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Images are (N, 1, H, W) uint8, labels (N,) int64 and index `classes`."""

    train_images: Tensor
    train_labels: Tensor
    validation_images: Tensor
    validation_labels: Tensor
    classes: tuple[str, ...]

    def to(self, device: torch.device) -> Self:
        """Return the same data on `device`."""
        return type(self)(
            self.train_images.to(device),
            self.train_labels.to(device),
            self.validation_images.to(device),
            self.validation_labels.to(device),
            self.classes,
        )

    def digest(self) -> str:
        """Return what is equal for equal data, in this order: 32 hexadecimal digits."""
        found = hashlib.blake2b("\n".join(self.classes).encode(), digest_size=16)
        for part in (self.train_images, self.train_labels, self.validation_images, self.validation_labels):
            found.update(repr(tuple(part.shape)).encode())
            found.update(part.cpu().contiguous().view(-1).numpy().data)
        return found.hexdigest()


class DatasetLoader(Protocol):
    """The function that `DatasetFacts.load` is, or names."""

    def __call__(self, directory: Path, report: Report, cancelled: Callable[[], bool]) -> Dataset:
        """Return the data set, kept in or downloaded to `directory`.

        Raises:
            InputError: it cannot be had; says where it was looked for and what to do.
        """
