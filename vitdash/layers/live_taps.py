"""Convolutions without the taps that see nothing but padding. Must not know which network they belong to.

Letters: B batch, C and D channels, H and W sides of a feature map.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def leave_out_dead_taps(network: nn.Module) -> None:
    """Exchange the padded convolutions in `network`, in place, for ones that skip taps outside of the feature map.

    They keep their parameters and names. Padding with anything but zeros, and dilation, are left as they are.
    """
    for parent in network.modules():
        for name, child in parent.named_children():
            if type(child) is nn.Conv2d and _is_zero_padded(child):
                setattr(parent, name, LiveTapsConv2d.of(child))


class LiveTapsConv2d(nn.Conv2d):
    """A convolution that multiplies only with taps that some pixel of the feature map can reach.

    On small maps that is most of the work: at 1×1, eight of nine taps of a 3×3 kernel meet zeros only. The function is
    the same, gradients included: those of dead taps are zero.
    """

    @classmethod
    def of(cls, other: nn.Conv2d) -> LiveTapsConv2d:
        """Return a convolution with the very parameters of `other`; nothing is drawn or copied."""
        made = cls(
            other.in_channels,
            other.out_channels,
            _pair(other.kernel_size),
            _pair(other.stride),
            _pair(other.padding),
            groups=other.groups,
            bias=other.bias is not None,
            device="meta",
        )
        made.weight, made.bias = other.weight, other.bias
        return made.train(other.training)

    def forward(self, maps: Tensor) -> Tensor:
        """Convolve (B, C, H, W) to (B, D, H', W')."""
        kernel, stride, padding = _pair(self.kernel_size), _pair(self.stride), _pair(self.padding)
        rows, columns = (live_taps(*facts) for facts in zip(maps.shape[-2:], kernel, stride, padding, strict=True))
        weight = self.weight
        if len(rows) < kernel[0]:
            weight = weight[:, :, rows.start : rows.stop]
        if len(columns) < kernel[1]:
            weight = weight[:, :, :, columns.start : columns.stop]
        left_out = (padding[0] - rows.start, padding[1] - columns.start)
        return functional.conv2d(maps, weight, self.bias, self.stride, left_out, groups=self.groups)


def live_taps(side: int, kernel: int, stride: int, padding: int) -> range:
    """Return which taps of one dimension's kernel meet a pixel of a map of that side, at any place of the output.

    Tap t of output o lies on pixel o · stride - padding + t. Those before the first live one are left out along with
    as much padding; all are kept where the output would then not have the size that it should.
    """
    last = (side + 2 * padding - kernel) // stride
    first_live = max(0, padding - last * stride)
    live = range(first_live, min(kernel, padding + side))
    fits = live and (side + 2 * (padding - first_live) - len(live)) // stride == last
    return live if fits else range(kernel)


def _is_zero_padded(convolution: nn.Conv2d) -> bool:
    plain = convolution.padding_mode == "zeros" and convolution.dilation == (1, 1)
    return plain and not isinstance(convolution.padding, str) and any(convolution.padding)


def _pair(sizes: tuple[int, ...] | str) -> tuple[int, int]:
    """Return a convolution's two sizes: torch's annotations allow any number of them, and words for paddings."""
    assert not isinstance(sizes, str)
    height, width = sizes
    return height, width
