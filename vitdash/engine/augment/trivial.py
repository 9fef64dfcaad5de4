"""TrivialAugmentWide on batches of grey images, pixel for pixel torchvision's. Must not know who asks.

Images that share a transform are changed together, most of them by one gather with torchvision's own tables.
Contrast, Sharpness and Equalize depend on the image: they repeat torchvision's arithmetic, dtypes and order.

Letters: B images of H rows and W columns; n of them share a transform.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch

from vitdash.engine.augment import tables
from vitdash.engine.augment.tables import BINS, MAGNITUDES, RELEVELLINGS, WARPS
from vitdash.engine.augment.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor

OPERATIONS = (
    "Identity", *WARPS, "Brightness", "Color", "Contrast", "Sharpness",
    "Posterize", "Solarize", "AutoContrast", "Equalize",
)  # fmt: skip
"""In torchvision's order."""

SIGNED = (*WARPS, "Brightness", "Color", "Contrast", "Sharpness")


@dataclass(frozen=True, slots=True, eq=False)
class TrivialDraws:
    """What happens to each image. On the CPU."""

    operation: Tensor
    """(B,), int64: index into OPERATIONS."""

    magnitude: Tensor
    """(B,), int64: torchvision's magnitude bin, -30 to 30 for the SIGNED, else 0 to 30."""


def draw_trivial(count: int, *, per_image: bool, seeds: Sequence[int]) -> TrivialDraws:
    """Draw with each seed for `count` images: operation, magnitude and sign, each value as likely as the next.

    Source: Müller and Hutter, TrivialAugment, https://arxiv.org/abs/2103.10158, as torchvision draws it: once
    for whatever it is given. The reference gives it a whole batch; that is `per_image=False`.
    """
    generator, drawn = torch.Generator(), count if per_image else 1
    choices = [torch.randint(len(_CHOICES), (drawn,), generator=generator.manual_seed(seed)) for seed in seeds]
    chosen = torch.stack(choices).expand(-1, count).flatten()
    operation, magnitude = _CHOICES.index_select(0, chosen).unbind(1)
    return TrivialDraws(operation, magnitude)


@one_thread()
def apply_trivial(images: Tensor, draws: TrivialDraws, *, channels: int) -> Tensor:
    """Do to each image what was drawn for it.

    images: (B, 1, H, W), uint8; so is what comes back.
    channels: 1 or 3, as which the network sees them: Color and Contrast differ between the two.
    Source: torchvision.transforms.TrivialAugmentWide, v1: in four operations v2 gives other pixels.
    """
    pixels, device, size = images.flatten(1), images.device, tuple(images.shape[-2:])
    transform = _TRANSFORM.index_select(0, draws.operation)
    row = _FIRST_ROW.index_select(0, draws.operation) + draws.magnitude
    counts: list[int] = transform.bincount(minlength=len(_TRANSFORMS)).tolist()
    if len(images) in counts:
        change = tuple(_TRANSFORMS)[counts.index(len(images))]
        return change(_Group(pixels, row.to(device), size, channels)).view(images.shape)
    order = transform.argsort(stable=True)
    sorted_pixels = torch.split(pixels.index_select(0, order.to(device)), counts)
    sorted_rows = torch.split(row.index_select(0, order).to(device), counts)
    groups = zip(_TRANSFORMS, sorted_pixels, sorted_rows, strict=True)
    changed = [change(_Group(part, rows, size, channels)) for change, part, rows in groups if len(part)]
    return torch.cat(changed).index_select(0, order.argsort().to(device)).view(images.shape)


class _Group(NamedTuple):
    pixels: Tensor  # (n, H*W) uint8
    row: Tensor  # (n,) int64, of the transform's table
    size: tuple[int, ...]  # H, W
    channels: int


def _unchanged(group: _Group) -> Tensor:
    return group.pixels


def _warped(group: _Group) -> Tensor:
    sources = tables.pixel_sources(group.size, group.pixels.device).index_select(0, group.row)
    with_outside = torch.nn.functional.pad(group.pixels, (1, 0))
    return with_outside.gather(1, sources.long())


def _relevelled(group: _Group) -> Tensor:
    levels = tables.new_levels(group.channels, group.pixels.device).index_select(0, group.row)
    return levels.gather(1, group.pixels.long())


def _contrasted(group: _Group) -> Tensor:
    pixels, device = group.pixels, group.pixels.device
    # torchvision's weights of red, green and blue add up to 0.9999, and it rounds down: (v, v, v) is v - 1.
    seen = pixels.clamp(min=1).sub_(1) if group.channels == 3 else pixels
    mean = seen.sum(1, dtype=torch.float32, keepdim=True) / pixels.shape[1]
    rest = tables.blend_weights(device)[:, 1:].index_select(0, group.row)
    levels = tables.weighted_levels(device).index_select(0, group.row).add_(rest * mean)
    return levels.clamp_(0, 255).to(torch.uint8).gather(1, pixels.long())


def _sharpened(group: _Group) -> Tensor:
    if min(group.size) <= 2:
        return group.pixels
    image = group.pixels.float().view(-1, *group.size)
    blurred = image.clone()
    inner = blurred[:, 1:-1, 1:-1]
    triples = image[:, :-2] + image[:, 1:-1] + image[:, 2:]
    weighed = triples[..., :-2] + triples[..., 1:-1] + triples[..., 2:] + 4 * inner
    # A whole number over 13 is never near halfway between two others: any arithmetic rounds it alike.
    inner.copy_(weighed.div_(13).round_())
    ratio, rest = tables.blend_weights(image.device).index_select(0, group.row)[..., None, None].unbind(1)
    return image.mul_(ratio).add_(blurred.mul_(rest)).clamp_(0, 255).to(torch.uint8).flatten(1)


def _stretched(group: _Group) -> Tensor:
    pixels = group.pixels.long()
    darkest = pixels.amin(1)
    spread = pixels.amax(1) - darkest
    above = pixels - (darkest * spread.sign())[:, None]
    return tables.stretched_levels(pixels.device).index_select(0, spread).gather(1, above)


def _equalized(group: _Group) -> Tensor:
    pixels = group.pixels.long()
    one = torch.ones((), dtype=torch.int32, device=pixels.device)
    histogram = one.new_zeros(len(pixels), 256).scatter_add_(1, pixels, one.expand(pixels.shape))
    brightest = histogram.gather(1, pixels.amax(1, keepdim=True))
    step = (pixels.shape[1] - brightest).div_(255, rounding_mode="floor")
    darker = histogram.cumsum(1, dtype=torch.int32).sub_(histogram)
    levels = darker.add_(step // 2).div_(step.clamp(min=1), rounding_mode="floor").clamp_(max=255)
    equalized = levels.to(torch.uint8).gather(1, pixels)
    return torch.where(step > 0, equalized, group.pixels)


_TRANSFORMS: dict[Callable[[_Group], Tensor], tuple[str, ...]] = {
    _unchanged: ("Identity",),
    _warped: WARPS,
    _relevelled: RELEVELLINGS,
    _contrasted: ("Contrast",),
    _sharpened: ("Sharpness",),
    _stretched: ("AutoContrast",),
    _equalized: ("Equalize",),
}
_PLACES = {
    operation: (transform, place * len(MAGNITUDES) - MAGNITUDES.start)
    for transform, operations in enumerate(_TRANSFORMS.values())
    for place, operation in enumerate(operations)
}
_TRANSFORM, _FIRST_ROW = torch.tensor([_PLACES[operation] for operation in OPERATIONS]).T.contiguous()
_CHOICES = torch.tensor(
    [
        (index, sign * bin_ if operation in SIGNED else bin_)
        for index, operation in enumerate(OPERATIONS)
        for bin_ in range(BINS)
        for sign in (1, -1)
    ]
)
"""(868, 2), int64: operation and magnitude of every equally likely choice; without a sign both are the same."""
