"""Which images make up which batch, and what they look like: pure functions of configuration and position.

Must not know models. Letters: S batches, B images in each, H and W sides of an image, C channels for the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile

import torch
from torch import Tensor

from vitdash.config import RunConfig
from vitdash.engine import seeds
from vitdash.engine.augment import augment
from vitdash.engine.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Batch:
    """One optimiser step: images `start` to `stop` of an epoch's order; `images_seen` counts those before it."""

    step: int
    epoch: int
    start: int
    stop: int
    images_seen: int

    @property
    def size(self) -> int:
        """Number of images in it."""
        return self.stop - self.start

    @property
    def end(self) -> int:
        """Images seen when it is done."""
        return self.images_seen + self.size


@dataclass(frozen=True, slots=True)
class Schedule:
    """The batches of a whole run: each epoch anew, its short last batch kept, one cut to length where the run ends.

    `ends` are the images at which it was to end, in order: the last, and those before at which it was extended. There
    the rest of the batch that was cut is one of its own, so that all others stay as they are.
    """

    train_images: int
    batch_size: int
    ends: tuple[int, ...]

    def after(self, images_seen: int) -> Iterator[Batch]:
        """Yield the batches that come after a position, which must be the end of a batch or 0."""
        while images_seen < self.ends[-1]:
            batch = self._at(images_seen)
            yield batch
            images_seen = batch.end

    def ending_at(self, images_seen: int) -> Batch:
        """Return the batch whose end is at a position above 0."""
        within = (images_seen - 1) % self.train_images
        begin = images_seen - 1 - within % self.batch_size
        return self._at(max((begin, *(end for end in self.ends if begin < end < images_seen))))

    def alike(self, batch: Batch, most: int) -> list[Batch]:
        """Return a batch and those that follow it, as far as they are of its epoch and size, `most` in all."""
        following = islice(self.after(batch.images_seen), most)
        return list(takewhile(lambda other: (other.epoch, other.size) == (batch.epoch, batch.size), following))

    def _at(self, images_seen: int) -> Batch:
        epoch, start = divmod(images_seen, self.train_images)
        whole = (start // self.batch_size + 1) * self.batch_size
        end = next(end for end in self.ends if images_seen < end)
        stop = min(whole, self.train_images, start + end - images_seen)
        steps_per_epoch = -(-self.train_images // self.batch_size)
        return Batch(epoch * steps_per_epoch + start // self.batch_size, epoch, start, stop, images_seen)


class TrainingBatches:
    """The training images of each batch, in its epoch's order, augmented as its step says."""

    def __init__(self, config: RunConfig, dataset: Dataset) -> None:
        self._config = config
        self._dataset = dataset
        self.image_shape = tuple(dataset.train_images.shape[1:])
        self.schedule = Schedule(len(dataset.train_images), config.train.batch_size, config.ends)
        # Two: a batch of the next epoch may be read ahead.
        self._order = lru_cache(maxsize=2)(self._shuffle)

    def read(self, *together: Batch) -> tuple[Tensor, Tensor]:
        """Return the augmented images (S * B, 1, H, W) uint8 of S batches, and their labels (S * B,) int64.

        Batches are read together as they would be one by one; they must be such as `Schedule.alike` returns.
        """
        chosen = self._order(together[0].epoch)[together[0].start : together[-1].stop]
        images = augment(
            self._dataset.train_images[chosen],
            self._config.data.augment,
            per_image=self._config.data.augment_per == "image",
            channels=self._config.model.channels,
            seeds=[seeds.derive(self._config.train.seed, "augment", batch.step) for batch in together],
            crop_padding=self._config.data.crop_padding,
        )
        return images, self._dataset.train_labels[chosen]

    def _shuffle(self, epoch: int) -> Tensor:
        draws = seeds.generator(self._config.train.seed, "order", epoch)
        return torch.randperm(len(self._dataset.train_images), generator=draws).to(self._dataset.train_images.device)


def as_input(images: Tensor, channels: int) -> Tensor:
    """Return (B, 1, H, W) uint8 as the network sees it: (B, C, H, W) float32 in [0, 1], the grey channel repeated."""
    return images.to(torch.float32).div_(255).expand(-1, channels, -1, -1)


def crosses(every: int, before: int, after: int) -> bool:
    """Return whether a multiple of `every` lies above `before` and not above `after`."""
    return after // every > before // every
