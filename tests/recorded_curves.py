"""Recorded runs with whole curves for tests of plots and reports: made up by formula, no two of a sweep alike."""

from __future__ import annotations

import random
from math import exp
from pathlib import Path

from tests.recorded import progress, record, started
from vitdash.config import RunConfig
from vitdash.run.events import Evaluated, Event, Probed, RunFinished
from vitdash.run.store import Run


def curve(config: RunConfig, *, quality: float = 0.0, epochs: int = 4) -> list[Event]:
    """Return the events of a run that learns, the better the higher its `quality`, noisily as its seed says."""
    noise = random.Random(config.train.seed)
    luck = noise.gauss(0.0, 0.002)
    length = config.train.max_inputs
    events: list[Event] = [started(config)]
    figures: dict[str, float] = {}
    for step in range(1, 101):
        seen = length * step // 100
        loss = 0.03 + 0.06 * exp(-step / 12) - 0.1 * quality + noise.gauss(0.0, 0.004)
        events.append(progress(seen, loss=loss))
        if step % (100 // epochs) == 0:
            accuracy = 0.88 - 0.3 * exp(-step / 20) + quality + luck + noise.gauss(0.0, 0.001)
            figures = {"validation_loss": 0.05 - 0.035 * accuracy, "accuracy": accuracy}
            events.append(
                Evaluated(images_seen=seen, epoch=step / 25, loss=figures["validation_loss"], accuracy=accuracy)
            )
            probed = {"svc": accuracy + 0.01, "svc_held_out": accuracy + 0.004}
            events.append(Probed(images_seen=seen, probe="svc", values=probed, seconds=1.0))
            figures |= probed
    events.append(RunFinished(images_seen=length, seconds=60.0 + luck * 1000, results=figures))
    return events


def record_curve(root: Path, config: RunConfig, *, quality: float = 0.0, name: str = "") -> Run:
    """Create a run's directory with such a curve."""
    return record(root, config, curve(config, quality=quality), name=name)
