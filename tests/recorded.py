"""Recorded runs for tests: written by the real store and log as a worker leaves them, without any worker."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run import diagnostics, store
from vitdash.run.events import (
    CheckpointSaved,
    Evaluated,
    Event,
    Phase,
    Probed,
    RunFinished,
    RunStarted,
    TrainProgress,
)
from vitdash.run.log import EventWriter
from vitdash.run.store import Run

CLASSES = tuple("0123456789")
FIGURES = {"validation_loss": 0.01962, "accuracy": 0.9086, "svc": 0.9181, "svc_held_out": 0.9111}


def record(
    root: Path, config: RunConfig, events: Iterable[Event], *, name: str = "", claim: str = "finished", log: str = ""
) -> Run:
    """Create a run's directory in which `events` have happened; `claim` is the last that its worker said."""
    run = store.create(root, name or config.description.preset, presets.dump(config), ("train",))
    writer = EventWriter(run.events)
    for event in events:
        writer.append(event)
    writer.close()
    run.log.write_text(log)
    ended = dataclasses.replace(run.read_claim(), claim=claim, device="cpu", threads=2)
    run.write_claim(ended)
    return run


def started(config: RunConfig, run_id: str = "a-run") -> RunStarted:
    """Return the event that a run of `config` begins with."""
    return RunStarted(
        protocol=1,
        run_id=run_id,
        config=presets.tables(config),
        classes=CLASSES,
        parameters=config.parameters,
        device="cpu",
        threads=2,
        compiled=False,
        planned_images=config.train.max_inputs,
    )


def progress(images_seen: int, *, loss: float = 0.03, accuracy: float = 0.8, pace: float = 500.0) -> TrainProgress:
    """Return a training record at `images_seen`."""
    return TrainProgress(
        images_seen=images_seen, loss=loss, accuracy=accuracy, learning_rate=3e-4, images_per_second=pace
    )


def finished(
    config: RunConfig, figures: dict[str, float] | None = None, *, seconds: float = 4023.0, pace: float = 812.4
) -> list[Event]:
    """Return the events of a run of `config` that ended with `figures`: validation loss, accuracy, and any probes'."""
    seen = config.train.max_inputs
    figures = FIGURES if figures is None else figures
    probed = {key: value for key, value in figures.items() if key not in ("validation_loss", "accuracy")}
    events: list[Event] = [
        Phase(name="load", done=0, total=0),
        started(config),
        progress(seen // 2, loss=0.05, accuracy=0.6, pace=pace),
        progress(seen, pace=pace),
        Evaluated(images_seen=seen, epoch=seen / 60_000, loss=figures["validation_loss"], accuracy=figures["accuracy"]),
    ]
    if probed:
        events.append(Probed(images_seen=seen, probe="svc", values=probed, seconds=3.0))
    events.append(CheckpointSaved(images_seen=seen, file="checkpoint.pt"))
    events.append(RunFinished(images_seen=seen, seconds=seconds, results=figures))
    return events


def diagnosed(confusion: list[list[int]], classes: Iterable[str] = CLASSES, images_seen: int = 2_000_000) -> Any:
    """Return diagnostics as an evaluation writes them, of images of 2 × 2 pixels."""
    picture = {"true": 0, "image": base64.b64encode(bytes([0, 80, 160, 255])).decode()}
    judged = picture | {"index": 7, "predicted": 1, "loss": 0.5}
    return {
        "images_seen": images_seen,
        "classes": list(classes),
        "image_size": 2,
        "confusion": confusion,
        "class_accuracy": [row[index] / sum(row) if sum(row) else None for index, row in enumerate(confusion)],
        "augmented": [picture],
        "best": [judged],
        "worst": [judged, judged],
        "embedding": {"x": [0.5, -1], "y": [0.25, 2.0], "true": [0, 1], "predicted": [1, 1]},
    }


def save_diagnostics(run: Run, content: Any) -> None:
    """Write diagnostics where a worker does."""
    run.diagnostics.mkdir(exist_ok=True)
    diagnostics.file_of(run, content["images_seen"]).write_text(json.dumps(content))
