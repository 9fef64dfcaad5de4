"""The untrained ResNet-18 of torchvision. Must not know data sets, training or runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from vitdash.knobs import knob

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class ResNet18:
    """Four stages of two residual blocks, their widths doubling from 64 to 512, pooled into a linear head.

    Source: `torchvision.models.resnet18`; He et al., "Deep Residual Learning for Image Recognition", 2015.
    """

    name: ClassVar[str] = "resnet18"
    title: ClassVar[str] = "RN18"
    channels: ClassVar[int] = 3

    code_size: int = knob(128, "Size of the embedding before the last layer.", minimum=1, maximum=16384, column="cs")

    def problem(self, image_size: int) -> tuple[str, str] | None:  # noqa: ARG002 - any image will do
        """Return None: every code size fits every image."""
        return None

    def encoder_parameters(self, image_size: int) -> int:  # noqa: ARG002 - pooling makes it independent
        """Return the encoder's parameter count in closed form; convolutions have no bias, each norm has two vectors."""
        total = self.channels * 64 * 7 * 7 + 2 * 64
        width_in = 64
        for width in (64, 128, 256, 512):
            first = 9 * width_in * width + 9 * width * width + 4 * width
            second = 2 * 9 * width * width + 4 * width
            shortcut = width_in * width + 2 * width if width_in != width else 0
            total += first + second + shortcut
            width_in = width
        return total + 512 * self.code_size + self.code_size

    def build(self, image_size: int) -> nn.Module:  # noqa: ARG002 - pooling makes it independent
        """Build the encoder: (B, 3, H, W) → (B, code_size)."""
        from vitdash.layers import resnet18

        return resnet18.ResNet18(channels=self.channels, code_size=self.code_size)
