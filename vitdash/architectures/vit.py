"""The vision transformer of torchvision, sized by knobs. Must not know data sets, training or runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from vitdash.knobs import knob

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class VisionTransformer:
    """A transformer encoder over square patches, a class token, and a linear head to the embedding.

    Source: `torchvision.models.VisionTransformer`; Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021.
    """

    name: ClassVar[str] = "vit"
    title: ClassVar[str] = "ViT"
    channels: ClassVar[int] = 3

    patch: int = knob(7, "Side of a square input patch.", minimum=1, maximum=1024, unit="pixels", column="patch")
    layers: int = knob(8, "Number of transformer layers.", minimum=1, maximum=256, column="layer")
    heads: int = knob(8, "Attention heads; must divide the hidden size.", minimum=1, maximum=1024, column="head")
    hidden: int = knob(256, "Size of a token.", label="hidden size", minimum=1, maximum=16384, column="hidden")
    mlp: int = knob(512, "Hidden size of each MLP block.", label="MLP size", minimum=1, maximum=65536, column="mlp")
    dropout: float = knob(0.0, "Share of values that dropout zeroes.", minimum=0, maximum=0.95, column="drop")
    code_size: int = knob(128, "Size of the embedding before the last layer.", minimum=1, maximum=16384, column="cs")

    def problem(self, image_size: int) -> tuple[str, str] | None:
        """Return the knob at fault and what is wrong with it, or None."""
        if image_size % self.patch:
            sides = ", ".join(str(side) for side in range(1, image_size + 1) if image_size % side == 0)
            return "patch", f"{self.patch} does not divide the image side of {image_size}. Allowed: {sides}"
        if self.hidden % self.heads:
            near = ", ".join(str(heads) for heads in range(1, min(self.hidden, 64) + 1) if self.hidden % heads == 0)
            return "heads", f"{self.heads} does not divide the hidden size of {self.hidden}. Allowed: {near}"
        return None

    def encoder_parameters(self, image_size: int) -> int:
        """Return the encoder's parameter count in closed form."""
        patches = (image_size // self.patch) ** 2
        width = self.hidden
        embedding = self.channels * self.patch**2 * width + width
        tokens = width + (patches + 1) * width
        attention = 4 * width * (width + 1)
        block = 2 * width * self.mlp + self.mlp + width
        norms = 2 * (2 * width)
        head = width * self.code_size + self.code_size
        return embedding + tokens + self.layers * (attention + block + norms) + 2 * width + head

    def build(self, image_size: int) -> nn.Module:
        """Build the encoder: (B, 3, image_size, image_size) → (B, code_size)."""
        from vitdash.layers import vision_transformer

        return vision_transformer.VisionTransformer(
            image_size=image_size,
            channels=self.channels,
            patch=self.patch,
            layers=self.layers,
            heads=self.heads,
            hidden=self.hidden,
            mlp=self.mlp,
            dropout=self.dropout,
            code_size=self.code_size,
        )
