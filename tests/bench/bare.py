"""The yardstick: torchvision's own network, loss, gradients and torch's fused AdamW on one ready batch, no more."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import mse_loss

from vitdash.architectures.cnn import ConvolutionalNetwork
from vitdash.architectures.vit import VisionTransformer
from vitdash.config import RunConfig


def network(config: RunConfig) -> nn.Module:
    """Return what a plain script would build: encoder and linear layer."""
    knobs, side = config.model, config.dataset.image_size
    encoder: nn.Module
    if isinstance(knobs, VisionTransformer):
        from torchvision import models

        encoder = models.VisionTransformer(
            side, knobs.patch, knobs.layers, knobs.heads, knobs.hidden, knobs.mlp, num_classes=knobs.code_size
        )
    elif isinstance(knobs, ConvolutionalNetwork):
        encoder = _plain_cnn(knobs, side)
    else:
        from torchvision import models

        encoder = models.resnet18(num_classes=knobs.code_size)
    return nn.Sequential(encoder, nn.Linear(knobs.code_size, config.dataset.classes))


def _plain_cnn(knobs: ConvolutionalNetwork, side: int) -> nn.Module:
    """Build `cnn` of torch's own layers alone."""
    widths = [knobs.channels] + [knobs.width] * knobs.convolutions
    layers: list[nn.Module] = []
    for width_in, width_out in itertools.pairwise(widths):
        layers += [nn.Conv2d(width_in, width_out, knobs.kernel), nn.ReLU()]
    features = knobs.width * (side - knobs.convolutions * (knobs.kernel - 1)) ** 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, knobs.code_size))


def step(config: RunConfig) -> Callable[[], None]:
    """Return what takes one bare step."""
    model = network(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, fused=True)
    side, classes, batch = config.dataset.image_size, config.dataset.classes, config.train.batch_size
    images = torch.rand(batch, config.model.channels, side, side)
    target = torch.eye(classes)[torch.randint(classes, (batch,))]

    def take() -> None:
        optimizer.zero_grad(set_to_none=True)
        mse_loss(model(images), target).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return take
