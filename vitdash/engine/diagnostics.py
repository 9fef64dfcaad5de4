"""What an evaluation looks like from inside: confusion, single images, a flat view of the embedding.

Must not know files. Letters: N images, H and W sides, D size of the embedding, K classes.
"""

from __future__ import annotations

import base64
from typing import Any

import torch
from torch import Tensor

from vitdash.engine.datasets import Dataset
from vitdash.engine.evaluate import Evaluation

AUGMENTED_SHOWN = 32
EXTREMES_SHOWN = 10
POINTS_SHOWN = 2_000


def describe(
    evaluation: Evaluation, dataset: Dataset, augmented: tuple[Tensor, Tensor], images_seen: int
) -> dict[str, Any]:
    """Return the diagnostics of an evaluation of the validation set, ready for JSON.

    `augmented` are the last training batch's images (B, 1, H, W) uint8 and labels. An image is stated as H·W grey
    bytes in base64, row by row. `confusion[true][predicted]` counts validation images; a class that the validation
    set lacks has the accuracy null.
    """
    labels, predicted = dataset.validation_labels.cpu(), evaluation.predictions
    confusion = _confusion(labels, predicted, len(dataset.classes))
    by_loss = torch.sort(evaluation.losses, stable=True).indices
    best, worst = by_loss[:EXTREMES_SHOWN], by_loss.flip(0)[:EXTREMES_SHOWN]
    shown = torch.linspace(0, len(labels) - 1, min(POINTS_SHOWN, len(labels))).round().long()
    plane = _principal_plane(evaluation.embedding, shown)

    def image(index: int) -> dict[str, Any]:
        return {
            "index": index,
            "true": int(labels[index]),
            "predicted": int(predicted[index]),
            "loss": round(float(evaluation.losses[index]), 6),
            "image": _bytes(dataset.validation_images[index]),
        }

    pictures, picture_labels = augmented[0][:AUGMENTED_SHOWN], augmented[1][:AUGMENTED_SHOWN]
    return {
        "images_seen": images_seen,
        "classes": list(dataset.classes),
        "image_size": dataset.validation_images.shape[-1],
        "confusion": confusion.tolist(),
        "class_accuracy": [
            int(row[index]) / int(row.sum()) if int(row.sum()) else None for index, row in enumerate(confusion)
        ],
        "augmented": [
            {"true": int(label), "image": _bytes(picture)}
            for picture, label in zip(pictures, picture_labels, strict=True)
        ],
        "best": [image(int(index)) for index in best],
        "worst": [image(int(index)) for index in worst],
        "embedding": {
            "x": [round(value, 4) for value in plane[:, 0].tolist()],
            "y": [round(value, 4) for value in plane[:, 1].tolist()],
            "true": labels[shown].tolist(),
            "predicted": predicted[shown].tolist(),
        },
    }


def _confusion(labels: Tensor, predicted: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def _principal_plane(embedding: Tensor, shown: Tensor) -> Tensor:
    """Return `shown` points (n, 2) of an embedding (N, D) along its two principal axes, each's largest entry positive.

    Sums over all of an embedding on CUDA are taken there; elsewhere there is no double precision, or it is the CPU.
    """
    centred = (embedding if embedding.is_cuda else embedding.cpu()).double()
    centred -= centred.mean(0)
    axes = torch.linalg.eigh((centred.T @ centred).cpu()).eigenvectors.flip(1)[:, :2]
    if axes.shape[1] < 2:
        axes = torch.cat([axes, torch.zeros_like(axes)], 1)
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True))
    seen = centred.index_select(0, shown.to(centred.device)).cpu()
    plane: Tensor = seen @ (axes * torch.where(largest < 0, -1.0, 1.0))
    return plane


def _bytes(image: Tensor) -> str:
    return base64.b64encode(image.cpu().numpy().tobytes()).decode("ascii")
