"""Means over training batches, and when they are recorded. Must not know what a batch is made of."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from vitdash.errors import RunError
from vitdash.run.events import Tick, TrainProgress
from vitdash.text import count

TICK_SECONDS = 0.1


class Meter:
    """Sums since the last record. Those over images stay on the device until they are read: reading waits for it."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self._loss = torch.zeros((), device=device)
        self._correct = torch.zeros((), dtype=torch.int64, device=device)
        self._images = 0
        self._timed = 0
        self._seconds = 0.0
        self._ticked = 0.0

    def count(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Add a batch's mean loss, and how many of its argmaxes are right, in place: a captured step repeats it."""
        self._loss.add_(loss.detach() * len(labels))
        self._correct.add_((logits.detach().argmax(1) == labels).sum())

    def passed(self, images: int, begun: float) -> None:
        """Add a batch's images, and its time since `begun`."""
        self._images += images
        self._timed += images
        self._seconds += time.perf_counter() - begun

    def record(self, images_seen: int, learning_rate: float) -> TrainProgress:
        """Return the means and start anew.

        Raises:
            RunError: the loss is no longer a number.
        """
        loss, accuracy, speed = self._read(images_seen)
        self._set(loss=0.0, correct=0.0, images=0)
        return TrainProgress(
            images_seen=images_seen,
            loss=loss,
            accuracy=accuracy,
            learning_rate=learning_rate,
            images_per_second=speed,
        )

    def tick(self, images_seen: int) -> Tick | None:
        """Return the means so far, ten times a second at the most.

        Raises:
            RunError: the loss is no longer a number.
        """
        now = time.monotonic()
        if now - self._ticked < TICK_SECONDS:
            return None
        self._ticked = now
        loss, accuracy, speed = self._read(images_seen)
        return Tick(images_seen=images_seen, loss=loss, accuracy=accuracy, images_per_second=speed)

    def state(self) -> dict[str, Any]:
        """Return the sums as plain numbers, for a checkpoint."""
        return {"loss": float(self._loss), "correct": float(self._correct), "images": self._images}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from sums that `state` returned.

        Raises:
            KeyError, TypeError, ValueError: they are none.
        """
        self._set(loss=float(state["loss"]), correct=float(state["correct"]), images=int(state["images"]))

    def _set(self, *, loss: float, correct: float, images: int) -> None:
        self._loss.fill_(loss)
        self._correct.fill_(int(correct))
        self._images = images
        # Those that an earlier life trained took time there: a pace is that of images which this one has timed.
        self._timed, self._seconds = 0, 0.0

    def _read(self, images_seen: int) -> tuple[float, float, float]:
        waited = time.perf_counter()
        loss, accuracy = float(self._loss) / self._images, float(self._correct) / self._images
        self._seconds += time.perf_counter() - waited
        require_finite(loss, images_seen)
        return significant(loss), significant(accuracy), significant(self._timed / max(self._seconds, 1e-9))


def significant(value: float) -> float:
    """Return `value` to seven significant digits: all that single precision has, in a short line."""
    return float(f"{value:.7g}")


def require_finite(loss: float, images_seen: int) -> None:
    """Raise where a loss is no longer a number.

    Raises:
        RunError: it is infinite or NaN.
    """
    if not math.isfinite(loss):
        hint = "Try a smaller learning rate. Checkpoints saved before are kept."
        raise RunError("diverged", f"the loss is no longer finite after {count(images_seen)} images.", hint)
