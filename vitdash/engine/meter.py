"""Means over training batches, and when they are recorded. Must not know what a batch is made of."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from vitdash.errors import RunError
from vitdash.run.events import Tick, TrainProgress
from vitdash.text import count

TICK_SECONDS = 0.1


@dataclass(slots=True)
class Meter:
    """Sums since the last record. Tensors stay on the device until they are read: reading waits for it."""

    loss: Tensor | float = 0.0
    correct: Tensor | float = 0.0
    images: int = 0
    seconds: float = 0.0
    ticked: float = 0.0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor, begun: float) -> None:
        """Count one batch: its mean loss, how many of its argmaxes are right, and its time since `begun`."""
        self.loss = self.loss + loss.detach() * len(labels)
        self.correct = self.correct + (logits.detach().argmax(1) == labels).sum()
        self.images += len(labels)
        self.seconds += time.perf_counter() - begun

    def record(self, images_seen: int, learning_rate: float) -> TrainProgress:
        """Return the means and start anew.

        Raises:
            RunError: the loss is no longer a number.
        """
        loss, accuracy, speed = self._read(images_seen)
        self.loss, self.correct, self.images, self.seconds = 0.0, 0.0, 0, 0.0
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
        if now - self.ticked < TICK_SECONDS:
            return None
        self.ticked = now
        loss, accuracy, speed = self._read(images_seen)
        return Tick(images_seen=images_seen, loss=loss, accuracy=accuracy, images_per_second=speed)

    def state(self) -> dict[str, Any]:
        """Return the sums as plain numbers, for a checkpoint."""
        return {"loss": float(self.loss), "correct": float(self.correct), "images": self.images}

    def _read(self, images_seen: int) -> tuple[float, float, float]:
        waited = time.perf_counter()
        loss, accuracy = float(self.loss) / self.images, float(self.correct) / self.images
        self.seconds += time.perf_counter() - waited
        require_finite(loss, images_seen)
        return significant(loss), significant(accuracy), significant(self.images / max(self.seconds, 1e-9))


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
