"""Convolutions over maps so small that every place of the output sees all of them: one matrix product each.

A 3×3 convolution with padding 1 over 1×1 pixel multiplies eight of its nine taps by padding; over 2×2 pixels it is a
fully connected layer from four pixels to four, of which a library made for large maps computes more than twice the
products. ResNet-18 spends more than half of its time in such layers where images are as small as 28×28.

Must not know which network it belongs to. Letters: B batch, C and D channels, H and W sides of a feature map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable


class SmallMapConv2d(nn.Conv2d):
    """A convolution that is computed as a matrix product wherever each place of its output sees the whole map.

    The function is the same, gradients included: those of taps that meet padding only are zero. Groups, dilation and
    padding with anything but zeros are left to torch.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Convolve (B, C, H, W) to (B, D, H', W')."""
        windows = _windows(self, maps)
        if windows is None or torch.is_autocast_enabled(maps.device.type):
            return super().forward(maps)
        convolved: Tensor = _WholeMap.apply(maps, self.weight, windows)
        return convolved if self.bias is None else convolved + self.bias[:, None, None]


@dataclass(frozen=True, slots=True)
class Windows:
    """Which taps lie on the map, for each place of the output along one of its sides."""

    side: int
    """Pixels of the map, and so taps in each window."""
    begins: tuple[int, ...]
    """The first tap of each place's window."""


def windows_of(side: int, kernel: int, stride: int, padding: int) -> Windows | None:
    """Return one dimension's windows where every place of the output sees every pixel of the map, else None.

    Tap t of place o lies on pixel o · stride - padding + t.
    """
    last = (side + 2 * padding - kernel) // stride
    sees_first, sees_last = last * stride <= padding, side - 1 + padding < kernel
    if last < 0 or not sees_first or not sees_last:
        return None
    return Windows(side, tuple(padding - place * stride for place in range(last + 1)))


class _WholeMap(torch.autograd.Function):
    """The convolution as (B, H·W·C) times (H'·W'·D, H·W·C) transposed, both of which are views where C is innermost."""

    @staticmethod
    def forward(ctx: FunctionCtx, maps: Tensor, weight: Tensor, windows: tuple[Windows, Windows]) -> Tensor:
        rows, columns = windows
        batch, channels, height, width = maps.shape
        matrix = maps.new_empty(len(rows.begins), len(columns.begins), len(weight), height, width, channels)
        for (row, column), taps in _slices(weight, windows):
            matrix[row, column] = taps
        flat = maps.permute(0, 2, 3, 1).reshape(batch, -1)
        ctx.save_for_backward(flat, matrix, weight)
        ctx.windows = windows  # type: ignore[attr-defined]
        convolved = flat @ matrix.view(-1, flat.shape[1]).t()
        return convolved.view(batch, *matrix.shape[:3]).permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        flat, matrix, weight = ctx.saved_tensors  # type: ignore[attr-defined]
        height, width, channels = matrix.shape[3:]
        flat_gradient = gradient.permute(0, 2, 3, 1).reshape(len(gradient), -1)
        of_maps = (flat_gradient @ matrix.view(-1, flat.shape[1])).view(-1, height, width, channels)
        of_matrix = (flat_gradient.t() @ flat).view(matrix.shape)
        of_weight = torch.zeros_like(weight)
        for (row, column), taps in _slices(of_weight, ctx.windows):  # type: ignore[attr-defined]
            taps += of_matrix[row, column]
        return of_maps.permute(0, 3, 1, 2), of_weight, None


def _slices(weight: Tensor, windows: tuple[Windows, Windows]) -> Iterator[tuple[tuple[int, int], Tensor]]:
    """Yield each place of the output with a view of the taps that lie on the map there: (D, H, W, C)."""
    rows, columns = windows
    taps = weight.permute(0, 2, 3, 1)
    for row, top in enumerate(rows.begins):
        for column, left in enumerate(columns.begins):
            yield (row, column), taps[:, top : top + rows.side, left : left + columns.side]


def _windows(convolution: nn.Conv2d, maps: Tensor) -> tuple[Windows, Windows] | None:
    zeros = convolution.padding_mode == "zeros" and not isinstance(convolution.padding, str)
    if not zeros or convolution.dilation != (1, 1) or convolution.groups != 1:
        return None
    kernel, stride, padding = map(_pair, (convolution.kernel_size, convolution.stride, convolution.padding))
    rows, columns = (windows_of(*facts) for facts in zip(maps.shape[-2:], kernel, stride, padding, strict=True))
    return None if rows is None or columns is None else (rows, columns)


def _pair(sizes: tuple[int, ...] | str) -> tuple[int, int]:
    """Return a convolution's two sizes: torch's annotations allow any number of them, and words for paddings."""
    assert not isinstance(sizes, str)
    height, width = sizes
    return height, width
