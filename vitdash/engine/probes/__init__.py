"""What a probe is: a judge of the embedding besides the network's own output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vitdash.knob_tables import ProbeKnobs


@dataclass(frozen=True, slots=True)
class Embedded:
    """Embeddings (N, D) float32 of images in eval mode, without augmentation, and their labels (N,) int64.

    The arrays are read-only: every probe of a run reads the same ones.
    """

    embedding: NDArray[np.float32]
    labels: NDArray[np.int64]


class Probe(Protocol):
    """Returns named values for the embeddings of the validation set and of some training images.

    Names are identifiers that no other figure has, values are finite. What a probe raises, or returns against this,
    is recorded as `ProbeFailed` and written to the log; the run goes on without its figures.
    """

    def __call__(self, validation: Embedded, train: Embedded, knobs: ProbeKnobs) -> dict[str, float]:
        """Measure; called in a thread of its own."""
