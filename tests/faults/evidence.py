"""What is left of a run, in a form in which two runs of one configuration must be equal. Must not know faults."""

from __future__ import annotations

import dataclasses
import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitdash.run.events import Event
from vitdash.run.log import EventReader
from vitdash.run.store import Run
from vitdash.run.summary import read_history

OF_THE_CLOCK = ("seq", "time", "images_per_second", "seconds")
"""Fields in which equal runs differ: how long it took, and numbers, where a resume has recorded something twice."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run: SHA-256 of its weights and of the best ones, its series of events, its row of the table."""

    weights: str
    best: str
    series: tuple[dict[str, Any], ...]
    results: dict[str, float]
    diagnostics: dict[str, str]


def outcome(run: Run) -> Outcome:
    """Return what came of a finished run."""
    history = read_history(run)
    series = [*history.progress, *history.evaluations, *history.probes, *history.diagnostics, *history.checkpoints]
    return Outcome(
        weights=weights_sha256(run.checkpoint),
        best=weights_sha256(run.best),
        series=tuple(map(timeless, series)),
        results=history.results,
        diagnostics={path.name: _sha256(path) for path in sorted(run.diagnostics.glob("*.json"))},
    )


def differences(found: Outcome, expected: Outcome) -> list[str]:
    """Return in which respects two outcomes differ, in words."""
    return [
        f"{field.name} differ from those of the undisturbed run"
        for field in dataclasses.fields(Outcome)
        if getattr(found, field.name) != getattr(expected, field.name)
    ]


def timeless(event: Event) -> dict[str, Any]:
    """Return an event without what depends on the clock."""
    fields = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    return {"type": type(event).__name__} | {name: item for name, item in fields.items() if name not in OF_THE_CLOCK}


def events(run: Run) -> list[Event]:
    """Return what a run's log holds, lines that cannot be understood included."""
    return [item for item in EventReader(run.events).from_file() if isinstance(item, Event)]


def weights_sha256(checkpoint: Path) -> str:
    """Return one SHA-256 of all weights in a checkpoint, their names included."""
    digest = hashlib.sha256()
    for name, tensor in sorted(read(checkpoint)["model"].items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def read(checkpoint: Path) -> dict[str, Any]:
    """Return what a checkpoint holds; raises whatever torch does where it is damaged."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return content


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
