"""What the network makes of images it is not trained on, always in eval mode. Must not know runs or files.

Letters: N images, B batch, C channels, H and W sides, D size of the embedding, K classes.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from vitdash.engine.batches import as_input
from vitdash.engine.model import Classifier
from vitdash.engine.moments import Moment
from vitdash.engine.optim import losses
from vitdash.knob_tables import OptimKnobs

BATCH = 250
"""Images at once: more is no faster on two cores, and leaves more seconds between two chances to stop."""

BATCH_ON_GPU = 5_000
"""A large GPU is busy with that many; with less it waits for the host."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of a labelled set: losses (N,), predictions (N,) on the CPU, embedding (N, D) where it was made."""

    loss: float
    accuracy: float
    losses: Tensor
    predictions: Tensor
    embedding: Tensor


def evaluate(
    model: Classifier, images: Tensor, labels: Tensor, channels: int, optim: OptimKnobs
) -> Generator[Moment, None, Evaluation]:
    """Return the figures for images (N, 1, H, W) uint8 and labels (N,), yielding between batches.

    The reference leaves its model in train mode here; in eval mode batch norm uses its running statistics.
    """
    # Made beforehand: small results kept between large activations would leave holes in memory that nothing fits.
    embedding = torch.empty(len(images), model.linear.in_features, device=images.device)
    predictions = torch.empty(len(images), dtype=torch.int64, device=images.device)
    each = torch.empty(len(images), device=images.device)
    model.eval()
    size = BATCH_ON_GPU if images.is_cuda else BATCH
    for begin in range(0, len(images), size):
        part = slice(begin, begin + size)
        with torch.no_grad():
            embedding[part] = model.encoder(as_input(images[part], channels))
            logits = model.linear(embedding[part])
            predictions[part] = logits.argmax(1)
            each[part] = losses(logits, labels[part], optim)
        yield Moment.BUSY
    return Evaluation(
        loss=each.cpu().double().mean().item(),
        accuracy=(predictions == labels).sum().item() / len(labels),
        losses=each.cpu(),
        predictions=predictions.cpu(),
        embedding=embedding,
    )
