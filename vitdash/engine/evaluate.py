"""What the network makes of images it is not trained on, always in eval mode. Must not know runs or files.

Letters: N images, B batch, C channels, H and W sides, D size of the embedding, K classes.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from vitdash.config import OptimKnobs
from vitdash.engine.batches import as_input
from vitdash.engine.model import Classifier
from vitdash.engine.moments import Moment
from vitdash.engine.optim import losses

BATCH = 250
"""Images at once: more is no faster on two cores, and leaves more seconds between two chances to stop."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of a labelled set, on the CPU: losses (N,), predictions (N,), embedding (N, D)."""

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
    embeddings, predictions, image_losses = [], [], []
    model.eval()
    for begin in range(0, len(images), BATCH):
        with torch.inference_mode():
            embedding = model.encoder(as_input(images[begin : begin + BATCH], channels))
            logits = model.linear(embedding)
            embeddings.append(embedding)
            predictions.append(logits.argmax(1))
            image_losses.append(losses(logits, labels[begin : begin + BATCH], optim))
        yield Moment.BUSY
    predicted = torch.cat(predictions)
    each = torch.cat(image_losses).cpu()
    return Evaluation(
        loss=each.double().mean().item(),
        accuracy=(predicted == labels).sum().item() / len(labels),
        losses=each,
        predictions=predicted.cpu(),
        embedding=torch.cat(embeddings).cpu(),
    )
