"""A run's network outside its training: from a checkpoint to logits and embeddings. Must not know the loop or runs.

Letters: N images, C channels, H and W sides, D size of the embedding, K classes.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from vitdash.config import RunConfig
from vitdash.engine import checkpoint, device
from vitdash.engine.batches import as_input
from vitdash.engine.model import Classifier
from vitdash.errors import InputError


class TrainedModel(Classifier):
    """A trained network in eval mode: `model(model.as_input(images))` are its logits (N, K).

    `model.encoder(model.as_input(images))` is the embedding (N, D). `classes` names the K classes in order,
    `images_seen` is how many training images these weights have seen, `config` what they were trained with.
    """

    def __init__(self, config: RunConfig, classes: tuple[str, ...]) -> None:
        super().__init__(config.model.build(config.dataset.image_size), config.model.code_size, len(classes))
        self.config = config
        self.classes = classes
        self.images_seen = 0

    def as_input(self, images: object) -> Tensor:
        """Return grey images as the network sees them: (N, C, H, W) float32 in [0, 1], on its device.

        `images` is a uint8 tensor or array: (N, 1, H, W), (N, H, W), or one image (H, W).

        Raises:
            InputError: they are of another type or size.
        """
        grey = torch.as_tensor(images)
        side = self.config.dataset.image_size
        if grey.dtype is not torch.uint8:
            kind = str(grey.dtype).removeprefix("torch.")
            raise InputError("images", f"are {kind}.", "Give grey values from 0 to 255 as uint8.")
        if grey.shape[-2:] != (side, side) or grey.ndim > 4 or (grey.ndim == 4 and grey.shape[1] != 1):
            allowed = f"This network takes (N, 1, {side}, {side}), (N, {side}, {side}) or ({side}, {side})."
            raise InputError("images", f"have the shape {tuple(grey.shape)}.", allowed)
        return as_input(grey.reshape(-1, 1, side, side).to(self.linear.weight.device), self.config.model.channels)


def load(config: RunConfig, classes: tuple[str, ...], weights: Path, wanted: str) -> TrainedModel:
    """Return the network of a configuration with the weights in a file, on the device called `wanted`.

    Raises:
        InputError: the device is not there.
        RunError: the weights are damaged, or those of another network.
    """
    chosen = device.choose(wanted)
    # Initial weights are drawn only to be replaced: whoever loads a model keeps their own random numbers.
    with torch.random.fork_rng(devices=[]):
        model = TrainedModel(config, classes)
    model.images_seen = checkpoint.restore_weights(weights, model)
    return model.to(chosen).eval()
