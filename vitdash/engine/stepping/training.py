"""What a step changes. Must not know how steps are taken, nor files."""

from __future__ import annotations

from dataclasses import dataclass, field

from vitdash.engine.meter import Meter
from vitdash.engine.model import Classifier
from vitdash.engine.optim import Optimizer


@dataclass(slots=True)
class Training:
    """All that a run's next batch depends on besides its configuration and data."""

    model: Classifier
    optimizer: Optimizer
    images_seen: int = 0
    meter: Meter = field(default_factory=Meter)
