"""Batch norm that keeps rounding out of gradients. Must not know which network it belongs to.

Letters: B batch, C channels, H and W sides of a map.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

LEAST_VARIANCE = 1e-4
"""In units of epsilon: a channel that varies less, in a whole batch, does so by rounding."""


class BatchNorm(nn.BatchNorm2d):
    """Batch norm; no gradient passes through channels that are the same everywhere in the batch.

    An augmentation of the whole batch may move all of its images out of sight: what is left is one black image, B
    times. Where maps are 1×1, no channel varies then, and each batch norm multiplies gradients by 1/√epsilon = 316. All
    that weights see of these is their sum over equal images, which is zero – and rounding, which after some layers is
    larger than any real gradient, in TF32 by thousands of times. Adam's second moments remember it for as many steps,
    and layers stop learning. So nothing is passed on instead.

    A channel of one value is normalised as one that does not vary, and changes no running statistics; torch refuses it.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Normalise (B, C, H, W); in train mode by the batch's own means, which are counted in the running ones."""
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        if not self.training:
            # By torch's kernels as in train mode, not cuDNN's.
            return torch.batch_norm(
                maps,
                self.weight,
                self.bias,
                self.running_mean,
                self.running_var,
                False,
                self.momentum,
                self.eps,
                cudnn_enabled=False,
            )
        self.num_batches_tracked.add_(1)
        is_single = maps.numel() == maps.shape[1]
        running = (None, None) if is_single else (self.running_mean, self.running_var)
        normal: Tensor = _Normalise.apply(maps, self.weight, self.bias, *running, self.momentum, self.eps)
        return normal


class _Normalise(torch.autograd.Function):
    """Torch's own kernels, forward and backward; in the latter channels that do not vary are multiplied by 0."""

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        maps: Tensor,
        weight: Tensor,
        bias: Tensor,
        running_mean: Tensor | None,
        running_var: Tensor | None,
        momentum: float,
        epsilon: float,
    ) -> Tensor:
        normal, mean, inverse_deviation = torch.native_batch_norm(
            maps, weight, bias, running_mean, running_var, True, momentum, epsilon
        )
        ctx.save_for_backward(maps, weight, mean, inverse_deviation)
        ctx.epsilon = epsilon  # type: ignore[attr-defined]
        return normal

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        maps, weight, mean, inverse_deviation = ctx.saved_tensors  # type: ignore[attr-defined]
        epsilon = ctx.epsilon  # type: ignore[attr-defined]
        varies = inverse_deviation < (epsilon * (1 + LEAST_VARIANCE)) ** -0.5
        # A factor of the gradients of maps and weights.
        factor = inverse_deviation * varies
        found = torch.ops.aten.native_batch_norm_backward(
            gradient, maps, weight, None, None, mean, factor, True, epsilon, [True, True, True]
        )
        return *found, None, None, None, None
