"""The ResNet-18 of torchvision, quick where images are small. Must not know knobs, training or runs.

Maps shrink from 7×7 to 2×2 and 1×1 where images are 28×28. Channels are innermost in memory, in the weights, too: so
the taps of a kernel that meet a pixel lie together (see `small_maps`).

Letters: B batch, C channels, H and W sides of a map.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vitdash.layers.batch_norm import BatchNorm
from vitdash.layers.small_maps import SmallMapConv2d

WIDTHS = (64, 128, 256, 512)


class ResNet18(nn.Module):
    """Image → embedding, with parameters named, ordered and drawn as torchvision's.

    Source: `torchvision.models.resnet18`; He et al., "Deep Residual Learning for Image Recognition", 2015.
    """

    def __init__(self, *, channels: int, code_size: int) -> None:
        super().__init__()
        self.conv1 = SmallMapConv2d(channels, WIDTHS[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = BatchNorm(WIDTHS[0])
        before = (WIDTHS[0], *WIDTHS)
        for index, width in enumerate(WIDTHS):
            first = ResidualBlock(before[index], width, stride=2 if index else 1)
            self.add_module(f"layer{index + 1}", nn.Sequential(first, ResidualBlock(width, width, stride=1)))
        self.fc = nn.Linear(WIDTHS[-1], code_size)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Embed (B, C, H, W) float32 as (B, code size)."""
        maps = functional.relu(self.bn1(self.conv1(images)), inplace=True)
        maps = functional.max_pool2d(maps, kernel_size=3, stride=2, padding=1)
        for index in range(len(WIDTHS)):
            maps = self.get_submodule(f"layer{index + 1}")(maps)
        embedding: Tensor = self.fc(maps.mean((2, 3)))
        return embedding


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions beside a shortcut, which is a 1×1 convolution where width or size change."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        changes = stride != 1 or width_in != width
        shortcut = nn.Conv2d(width_in, width, 1, stride, bias=False) if changes else None
        self.conv1 = SmallMapConv2d(width_in, width, 3, stride, padding=1, bias=False)
        self.bn1 = BatchNorm(width)
        self.conv2 = SmallMapConv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = BatchNorm(width)
        self.downsample = nn.Sequential(shortcut, BatchNorm(width)) if shortcut is not None else None

    def forward(self, maps: Tensor) -> Tensor:
        """Turn (B, width_in, H, W) into (B, width, H / stride, W / stride), rounded up."""
        inner = functional.relu(self.bn1(self.conv1(maps)), inplace=True)
        inner = self.bn2(self.conv2(inner))
        inner += maps if self.downsample is None else self.downsample(maps)
        return functional.relu(inner, inplace=True)
