"""Random changes to a batch of grey training images. Must not know data sets, networks or the loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vitdash.engine.augment.crop_flip import CropFlipDraws, apply_crop_flip, draw_crop_flip
from vitdash.engine.augment.trivial import TrivialDraws, apply_trivial, draw_trivial
from vitdash.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "CropFlipDraws",
    "TrivialDraws",
    "apply_crop_flip",
    "apply_trivial",
    "augment",
    "draw_crop_flip",
    "draw_trivial",
]


def augment(
    images: Tensor, kind: str, *, per_image: bool, channels: int, seeds: Sequence[int], crop_padding: int
) -> Tensor:
    """Change images at random: a pure function of its arguments, with the same draws on every device.

    Several batches at once come out as they would one by one, in less time where there is room for it.

    images: (S * B, 1, H, W), uint8, on any device: S batches, one after the other. So is what comes back, which may
        share memory with `images`.
    per_image: draw for every image; else once for each batch.
    channels: 1 or 3, how often the network sees the grey channel repeated. The repeating is the caller's.
    seeds: S of them, one for each batch: any integers of 64 bits, of which torch's generator uses the low 32.
    crop_padding: pixels of zeros around the image in which "crop-flip" moves its crop.

    Raises: InputError for an unknown kind.
    """
    count = images.shape[0] // len(seeds)
    match kind:
        case "none":
            return images
        case "trivial-wide":
            return apply_trivial(images, draw_trivial(count, per_image=per_image, seeds=seeds), channels=channels)
        case "crop-flip":
            draws = draw_crop_flip(count, per_image=per_image, seeds=seeds, crop_padding=crop_padding)
            return apply_crop_flip(images, draws, crop_padding=crop_padding)
    raise InputError("augment", f"unknown augmentation '{kind}'.")
