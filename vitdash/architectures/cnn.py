"""A small plain convolutional network. Must not know data sets, training or runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from vitdash.knobs import knob

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class ConvolutionalNetwork:
    """Unpadded convolutions of stride 1 with ReLU after each, flattened into one linear layer to the embedding.

    Source: the reference's ConvEncoder: three convolutions of 3×3, 32 channels each, on the grey image.
    """

    name: ClassVar[str] = "cnn"
    title: ClassVar[str] = "CNN"
    channels: ClassVar[int] = 1

    convolutions: int = knob(3, "Number of convolutions.", minimum=1, maximum=64)
    width: int = knob(32, "Channels of each convolution.", minimum=1, maximum=4096)
    kernel: int = knob(3, "Side of the square convolution kernel.", minimum=1, maximum=64, unit="pixels")
    code_size: int = knob(128, "Size of the embedding before the last layer.", minimum=1, maximum=16384, column="cs")

    def problem(self, image_size: int) -> tuple[str, str] | None:
        """Return the knob at fault and what is wrong with it, or None."""
        if self.kernel > image_size:
            return (
                "kernel",
                f"{self.kernel} is larger than the image side of {image_size}. Allowed: 1 to {image_size}",
            )
        if self._side(image_size) < 1:
            most = (image_size - 1) // (self.kernel - 1)
            reason = (
                f"{self.convolutions} with a kernel of {self.kernel} leave nothing of an image side of {image_size}"
            )
            return "convolutions", f"{reason}. Allowed: at most {most}"
        return None

    def encoder_parameters(self, image_size: int) -> int:
        """Return the encoder's parameter count in closed form."""
        taps = self.kernel**2
        first = self.channels * self.width * taps + self.width
        others = (self.convolutions - 1) * (self.width * self.width * taps + self.width)
        features = self.width * self._side(image_size) ** 2
        return first + others + features * self.code_size + self.code_size

    def build(self, image_size: int) -> nn.Module:
        """Build the encoder: (B, 1, image_size, image_size) → (B, code_size)."""
        from torch import nn

        from vitdash.layers.grey_images import GreyConv2d

        layers: list[nn.Module] = [GreyConv2d(self.channels, self.width, self.kernel), nn.ReLU()]
        for _ in range(1, self.convolutions):
            layers += [nn.Conv2d(self.width, self.width, self.kernel), nn.ReLU()]
        features = self.width * self._side(image_size) ** 2
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, self.code_size))

    def _side(self, image_size: int) -> int:
        return image_size - self.convolutions * (self.kernel - 1)
