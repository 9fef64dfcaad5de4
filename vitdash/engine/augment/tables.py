"""What torchvision does to any image, tabulated by asking it. Must not know batches, draws or images.

Where a warped pixel comes from depends on the image's size alone, what becomes of a grey level often on the
magnitude alone. A table has one row for each operation, in the order of their tuple, and signed magnitude.
Tables are made at first use and kept: 28×28 takes 0.1 s on one core of an AMD EPYC, and 1 MB; 224×224 would
take seconds and 60 MB.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torchvision.transforms import functional

if TYPE_CHECKING:
    from torch import Tensor

BINS = 31
"""How many magnitudes torchvision chooses from, the first of them harmless."""

MAGNITUDES = range(1 - BINS, BINS)
"""The number of such a bin, with the sign that is drawn for it."""

WARPS = ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate")
RELEVELLINGS = ("Brightness", "Color", "Posterize", "Solarize")


@lru_cache(maxsize=8)
def pixel_sources(size: tuple[int, int], device: torch.device) -> Tensor:
    """Tabulate WARPS: which pixel, counted from 1, goes where; 0 is outside. (5 * 61, H * W), int32.

    Rounding ties decide many of them, so it is torchvision that warps, an image of pixel numbers.
    """
    numbers = torch.arange(1, math.prod(size) + 1, dtype=torch.float32).view(1, *size)
    warped = [_warp(numbers, operation, magnitude) for operation in WARPS for magnitude in MAGNITUDES]
    return torch.stack(warped).flatten(1).to(device, torch.int32)


@lru_cache(maxsize=8)
def new_levels(channels: int, device: torch.device) -> Tensor:
    """Tabulate RELEVELLINGS: what becomes of each grey level in 1 or 3 channels. (4 * 61, 256), uint8."""
    levels = _every_level(channels)
    changed = [_relevel(levels, operation, magnitude) for operation in RELEVELLINGS for magnitude in MAGNITUDES]
    return torch.stack(changed)[:, 0].flatten(1).to(device)


@lru_cache(maxsize=8)
def stretched_levels(device: torch.device) -> Tensor:
    """Tabulate AutoContrast: level above the darkest, for the brightest's own such level. (256, 256), uint8.

    A constant image has no contrast to stretch: row 0 keeps every level.
    """
    brightest = torch.arange(256, dtype=torch.uint8).view(-1, 1, 1, 1)
    stretched: Tensor = functional.autocontrast(torch.minimum(_every_level(channels=1), brightest))
    stretched[0] = _every_level(channels=1)
    return stretched.flatten(1).to(device)


@lru_cache(maxsize=8)
def weighted_levels(device: torch.device) -> Tensor:
    """Tabulate each grey level times its weight in a blend. (61, 256), float32."""
    return torch.arange(256, device=device) * blend_weights(device)[:, :1]


@lru_cache(maxsize=8)
def blend_weights(device: torch.device) -> Tensor:
    """Tabulate the weights of an image and of what Contrast or Sharpness blend it with. (61, 2), float32."""
    ratio = torch.tensor([1.0 + _scaled(magnitude, 0.99) for magnitude in MAGNITUDES], dtype=torch.float64)
    return torch.stack((ratio, 1.0 - ratio), dim=1).to(device, torch.float32)


def _warp(image: Tensor, operation: str, magnitude: int) -> Tensor:
    translate, shear, center = [0, 0], [0.0, 0.0], None
    match operation:
        case "Rotate":
            rotated: Tensor = functional.rotate(image, _scaled(magnitude, 135.0))
            return rotated
        case "ShearX" | "ShearY":
            center = [0, 0]
            shear[operation == "ShearY"] = math.degrees(math.atan(_scaled(magnitude, 0.99)))
        case _:
            translate[operation == "TranslateY"] = int(_scaled(magnitude, 32.0))
    warped: Tensor = functional.affine(image, angle=0.0, translate=translate, scale=1.0, shear=shear, center=center)
    return warped


def _relevel(levels: Tensor, operation: str, magnitude: int) -> Tensor:
    changed: Tensor
    match operation:
        case "Brightness":
            changed = functional.adjust_brightness(levels, 1.0 + _scaled(magnitude, 0.99))
        case "Color":
            changed = functional.adjust_saturation(levels, 1.0 + _scaled(magnitude, 0.99))
        case "Posterize":
            changed = functional.posterize(levels, bits=8 - round(abs(magnitude) / 5))
        case _:
            threshold = torch.linspace(255.0, 0.0, BINS)[abs(magnitude)].item()
            changed = functional.solarize(levels, threshold)
    return changed


def _every_level(channels: int) -> Tensor:
    """Make one image of all grey levels: (channels, 16, 16), uint8."""
    return torch.arange(256, dtype=torch.uint8).view(1, 16, 16).expand(channels, -1, -1)


def _scaled(magnitude: int, largest: float) -> float:
    """Return what torchvision makes of a signed bin, with the rounding of its float32."""
    return math.copysign(torch.linspace(0.0, largest, BINS)[abs(magnitude)].item(), magnitude)
