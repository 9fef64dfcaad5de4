"""Convolutions over grey images, quick on a CPU. Must not know which network they belong to.

Letters: B images in a batch, C channels of the output, H and W sides of an image, H' and W' of the output.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional


class GreyConv2d(nn.Conv2d):
    """A convolution of one channel that finds its weights' gradient on a CPU by a matrix product for each image.

    That takes half as long as the library's way, which is made for many channels. The function is the same. Images that
    want a gradient, padding and dilation are left to torch.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Convolve (B, 1, H, W) to (B, C, H', W')."""
        is_plain = self.in_channels == 1 and self.dilation == (1, 1) and self.padding == (0, 0)
        is_trained = torch.is_grad_enabled() and self.weight.requires_grad and not images.requires_grad
        if not is_plain or not is_trained or images.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
            return super().forward(images)
        convolved: Tensor = _ByProducts.apply(images, self.weight, self.bias, self.stride)
        return convolved


class _ByProducts(torch.autograd.Function):
    """The library's convolution; its weights' gradient as (C, H'·W') times what each place sees, (H'·W', taps)."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, images: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, int]
    ) -> Tensor:
        ctx.save_for_backward(images, weight)
        ctx.stride, ctx.has_bias = stride, bias is not None  # type: ignore[attr-defined]
        return functional.conv2d(images, weight, bias, stride)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        images, weight = ctx.saved_tensors  # type: ignore[attr-defined]
        (height, width), (down, right) = weight.shape[2:], ctx.stride  # type: ignore[attr-defined]
        windows = images[:, 0].unfold(1, height, down).unfold(2, width, right)
        flat = gradient.reshape(*gradient.shape[:2], -1)
        seen = windows.permute(0, 3, 4, 1, 2).reshape(len(images), height * width, -1)
        of_weight = torch.bmm(flat, seen.transpose(1, 2)).sum(0).view_as(weight)
        of_bias = flat.sum((0, 2)) if ctx.has_bias else None  # type: ignore[attr-defined]
        return None, of_weight, of_bias, None
