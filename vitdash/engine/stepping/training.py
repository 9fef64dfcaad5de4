"""What a run has come to. Must not know how steps are taken, nor files."""

from __future__ import annotations

from dataclasses import dataclass, field

from vitdash.engine.meter import Meter
from vitdash.engine.model import Classifier
from vitdash.engine.optim import Optimizer
from vitdash.engine.probing import Probing


@dataclass(slots=True)
class Training:
    """All that a run's next batch and record depend on besides its configuration and data.

    `probing` are probes at an earlier position that are fitted while training goes on.
    """

    model: Classifier
    optimizer: Optimizer
    images_seen: int = 0
    meter: Meter = field(default_factory=Meter)
    probing: Probing | None = None
