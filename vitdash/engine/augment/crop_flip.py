"""Random crop out of a zero-padded border, then a random flip. Must not know what else is done to the images.

Letters: B images of H rows and W columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from vitdash.engine.augment.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class CropFlipDraws:
    """Where each image's crop begins in the padded image, and whether it is mirrored. All on the CPU."""

    top: Tensor  # (B,) int64, 0 to 2 * crop_padding
    left: Tensor  # (B,) int64, 0 to 2 * crop_padding
    flipped: Tensor  # (B,) bool


def draw_crop_flip(count: int, *, per_image: bool, seeds: Sequence[int], crop_padding: int) -> CropFlipDraws:
    """Draw with each seed for `count` images: one of all offsets, each as likely, and a flip for every other image."""
    generator, drawn = torch.Generator(), count if per_image else 1
    choices = (2 * crop_padding + 1, 2 * crop_padding + 1, 2)
    draws = []
    for seed in seeds:
        generator.manual_seed(seed)
        draws.append(torch.stack([torch.randint(number, (drawn,), generator=generator) for number in choices]))
    top, left, flipped = torch.stack(draws, 1).expand(-1, -1, count).flatten(1).unbind()
    return CropFlipDraws(top, left, flipped.bool())


@one_thread()
def apply_crop_flip(images: Tensor, draws: CropFlipDraws, *, crop_padding: int) -> Tensor:
    """Crop to the original size and flip horizontally, as drawn.

    images: (B, 1, H, W), uint8; so is what comes back.
    Source: torchvision's RandomCrop(size, padding) followed by RandomHorizontalFlip(0.5).
    """
    height, width = images.shape[-2:]
    padded = functional.pad(images, (crop_padding,) * 4)
    forward = torch.arange(width)
    rows = draws.top[:, None] + torch.arange(height)
    columns = draws.left[:, None] + torch.where(draws.flipped[:, None], forward.flip(0), forward)
    rows = (rows * padded.shape[-1]).to(images.device)
    sources = rows[:, :, None] + columns.to(images.device)[:, None, :]
    return padded.flatten(1).gather(1, sources.flatten(1)).view(images.shape)
