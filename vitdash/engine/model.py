"""The whole network: an architecture's encoder and the one linear layer behind it. Must not know training."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitdash.config import RunConfig
from vitdash.engine import seeds


class Classifier(nn.Module):
    """`linear(encoder(images))`; no activation between, the encoder's output is the embedding."""

    def __init__(self, encoder: nn.Module, code_size: int, classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.linear = nn.Linear(code_size, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (B, K) for images (B, C, H, W)."""
        logits: Tensor = self.linear(self.encoder(images))
        return logits


def build_model(config: RunConfig) -> Classifier:
    """Build the network with initial weights that are a function of the seed.

    Torch's default generator is left seeded: whoever draws from it next must seed it for that purpose.
    """
    torch.manual_seed(seeds.derive(config.train.seed, "initialisation"))
    encoder = config.model.build(config.dataset.image_size)
    return Classifier(encoder, config.model.code_size, config.dataset.classes)
