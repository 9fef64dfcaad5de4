"""What torchvision does to any image, tabulated. Must not know batches, draws or images.

Where a warped pixel comes from depends on the image's size alone, what becomes of a grey level often on the
magnitude alone. A table has one row for each operation, in the order of their tuple, and signed magnitude.
Tables are made at first use and kept: 28×28 takes 0.1 s on one core of an AMD EPYC, and 1 MB; 224×224 would
take seconds and 60 MB.

The arithmetic repeats torchvision's, dtypes and order included, because rounding ties decide many pixels; tests hold
every entry against torchvision itself. Asking it here would cost each training two seconds: importing torchvision
loads all of its models, and torch's compiler for one of them.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

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
    """Tabulate WARPS: which pixel, counted from 1, goes where; 0 is outside. (5 * 61, H * W), int32."""
    numbers = torch.arange(1, math.prod(size) + 1, dtype=torch.float32).view(1, *size)
    warped = [_warp(numbers, operation, magnitude) for operation in WARPS for magnitude in MAGNITUDES]
    return torch.stack(warped).flatten(1).to(device, torch.int32)


@lru_cache(maxsize=8)
def new_levels(channels: int, device: torch.device) -> Tensor:
    """Tabulate RELEVELLINGS: what becomes of each grey level in 1 or 3 channels. (4 * 61, 256), uint8."""
    levels = _every_level()
    changed = [
        _relevel(levels, channels, operation, magnitude) for operation in RELEVELLINGS for magnitude in MAGNITUDES
    ]
    return torch.stack(changed).flatten(1).to(device)


@lru_cache(maxsize=8)
def stretched_levels(device: torch.device) -> Tensor:
    """Tabulate AutoContrast: level above the darkest, for the brightest's own such level. (256, 256), uint8.

    A constant image has no contrast to stretch: row 0 keeps every level.
    """
    brightest = torch.arange(256, dtype=torch.uint8).view(-1, 1, 1, 1)
    levels = torch.minimum(_every_level(), brightest)
    scale = 255 / brightest.float()
    scale[0] = 1
    stretched = (levels * scale).clamp(0, 255).to(torch.uint8)
    stretched[0] = _every_level()
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
    """Warp (1, H, W) float32 to the nearest pixel, zero outside."""
    height, width = image.shape[-2:]
    match operation:
        case "Rotate":
            matrix = _inverse_affine(rotation=-_scaled(magnitude, 135.0))
        case "ShearX" | "ShearY":
            degrees = math.degrees(math.atan(_scaled(magnitude, 0.99)))
            shear = (degrees, 0.0) if operation == "ShearX" else (0.0, degrees)
            matrix = _inverse_affine(shear=shear, center=(-0.5 * width, -0.5 * height))
        case _:
            pixels = float(int(_scaled(magnitude, 32.0)))
            matrix = _inverse_affine(shift=(pixels, 0.0) if operation == "TranslateX" else (0.0, pixels))
    theta = torch.tensor(matrix, dtype=torch.float32).reshape(1, 2, 3)
    base = torch.ones(1, height, width, 3)
    base[..., 0] = torch.linspace(-width * 0.5 + 0.5, width * 0.5 + 0.5 - 1, width)
    base[..., 1] = torch.linspace(-height * 0.5 + 0.5, height * 0.5 + 0.5 - 1, height).unsqueeze(-1)
    rescaled = theta.transpose(1, 2) / torch.tensor([0.5 * width, 0.5 * height])
    grid = base.view(1, height * width, 3).bmm(rescaled).view(1, height, width, 2)
    return functional.grid_sample(image[None], grid, mode="nearest", padding_mode="zeros", align_corners=False)[0]


def _inverse_affine(
    rotation: float = 0.0,
    shear: tuple[float, float] = (0.0, 0.0),
    shift: tuple[float, float] = (0.0, 0.0),
    center: tuple[float, float] = (0.0, 0.0),
) -> list[float]:
    """Return the 2×3 matrix from a place in the result to its place in the image; angles are in degrees.

    Source: the product of translations, rotation and shear, inverted by hand, as torchvision does.
    """
    angle, shear_x, shear_y = (math.radians(degrees) for degrees in (rotation, *shear))
    a = math.cos(angle - shear_y) / math.cos(shear_y)
    b = -math.cos(angle - shear_y) * math.tan(shear_x) / math.cos(shear_y) - math.sin(angle)
    c = math.sin(angle - shear_y) / math.cos(shear_y)
    d = -math.sin(angle - shear_y) * math.tan(shear_x) / math.cos(shear_y) + math.cos(angle)
    left, top = -center[0] - shift[0], -center[1] - shift[1]
    return [d, -b, d * left + -b * top + center[0], -c, a, -c * left + a * top + center[1]]


def _relevel(levels: Tensor, channels: int, operation: str, magnitude: int) -> Tensor:
    """Change grey levels (16, 16) uint8 as they are seen in so many channels."""
    match operation:
        case "Brightness":
            return _blend(levels, torch.zeros_like(levels), 1.0 + _scaled(magnitude, 0.99))
        case "Color":
            if channels == 1:
                return levels
            grey = (0.2989 * levels + 0.587 * levels + 0.114 * levels).to(torch.uint8)
            return _blend(levels, grey, 1.0 + _scaled(magnitude, 0.99))
        case "Posterize":
            return levels & (256 - (1 << round(abs(magnitude) / 5)))
        case _:
            threshold = torch.linspace(255.0, 0.0, BINS)[abs(magnitude)].item()
            return torch.where(levels >= threshold, 255 - levels, levels)


def _blend(levels: Tensor, other: Tensor, ratio: float) -> Tensor:
    blended: Tensor = ratio * levels + (1.0 - ratio) * other
    return blended.clamp(0, 255).to(torch.uint8)


def _every_level() -> Tensor:
    """Make one image of all grey levels: (16, 16), uint8."""
    return torch.arange(256, dtype=torch.uint8).view(16, 16)


def _scaled(magnitude: int, largest: float) -> float:
    """Return what torchvision makes of a signed bin, with the rounding of its float32."""
    return math.copysign(torch.linspace(0.0, largest, BINS)[abs(magnitude)].item(), magnitude)
