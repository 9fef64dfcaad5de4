"""An event as one line of plain text, for pipes, logs and screen readers. Must not know terminals."""

from __future__ import annotations

import time

from vitdash.run.events import (
    CheckpointSaved,
    DiagnosticsSaved,
    Evaluated,
    Event,
    Paused,
    Phase,
    Probed,
    ProbeFailed,
    Resumed,
    RunFailed,
    RunFinished,
    RunStarted,
    Skipped,
    Stopped,
    TrainProgress,
    Warned,
)
from vitdash.text import accuracy, count, duration, figure, images, learning_rate, loss, plain, rate, size, threads

PHASES = {
    "load": "loading",
    "download": "downloading",
    "compile": "compiling",
    "evaluate": "evaluating",
    "probe": "probing the embedding",
    "probe_beside": "probing the embedding meanwhile",
}
VALUE_NAMES = {"svc": "svc", "svc_held_out": "svc held-out"}


def stamped(event: Event) -> str:
    """Return an event's line with its local time of day before it."""
    return f"{time.strftime('%H:%M:%S', time.localtime(event.time))}  {line(event)}"


def line(event: Event) -> str:  # noqa: C901 - one case an event
    """Return what happened, in one line."""
    match event:
        case RunStarted():
            return f"started {started(event)}"
        case Phase():
            return phase(event)
        case TrainProgress():
            figures = f"loss {loss(event.loss)}  accuracy {accuracy(event.accuracy)}"
            pace = f"learning rate {learning_rate(event.learning_rate)}  {rate(event.images_per_second)}"
            return f"{_at(event)}  {figures}  {pace}"
        case Evaluated():
            figures = f"validation loss {loss(event.loss)}  argmax {accuracy(event.accuracy)}"
            return f"{_at(event)}  {figures}  epoch {event.epoch:.4g}"
        case Probed():
            return f"{_at(event)}  {'  '.join(values(event.values))}  in {event.seconds:.1f}s"
        case ProbeFailed():
            return f"{_at(event)}  probe {plain(event.probe)} failed: {plain(event.message, 1000)}"
        case Warned():
            return f"warning: {plain(event.message, 1000)}"
        case DiagnosticsSaved() | CheckpointSaved():
            return f"{_at(event)}  saved {plain(event.file)}"
        case Paused():
            return f"{_at(event)}  paused"
        case Resumed():
            return f"{count(event.from_images):>11}  resumed"
        case Stopped():
            return f"{_at(event)}  stopped"
        case RunFinished():
            return f"{_at(event)}  finished in {duration(event.seconds)}"
        case RunFailed():
            return f"failed: {plain(event.title)}: {plain(event.message, 1000)}"
        case Skipped():
            return f"a line of the log was skipped: {plain(event.reason)}"
        case _:
            raise TypeError(f"{type(event).__name__} is no event of this protocol")


def started(event: RunStarted) -> str:
    """Return what is computed on what."""
    computer = ", ".join([plain(event.device), *_how(event), threads(event.threads)])
    what = f"{plain(event.run_id)} on {dataset(event)}"
    return f"{what}: {count(event.parameters)} parameters, {images(event.planned_images)}, {computer}"


def _how(event: RunStarted) -> list[str]:
    """Return how steps are taken, where it is not one operation after the other in the CPU's only precision."""
    compute = event.config.get("compute")
    if event.device == "cpu" or not isinstance(compute, dict):
        return []
    return [plain(compute[name], 20) for name in ("execution", "precision") if name in compute]


def dataset(event: RunStarted) -> str:
    """Return what is learned; a log may come from anywhere, so its configuration is not taken at its word."""
    data = event.config.get("data")
    return plain(data.get("dataset", "?")) if isinstance(data, dict) else "?"


def phase(event: Phase) -> str:
    """Return what the worker does besides training, and how far it is."""
    name = PHASES.get(event.name, plain(event.name))
    if event.name == "download":
        of = f" of {size(event.total)}" if event.total else ""
        return f"{name} {size(event.done)}{of}"
    return name


def values(named: dict[str, float]) -> list[str]:
    """Return a probe's values, each with its name."""
    return [
        f"{VALUE_NAMES[name]} {accuracy(value)}" if name in VALUE_NAMES else f"{plain(name)} {figure(value)}"
        for name, value in named.items()
    ]


def _at(
    event: TrainProgress
    | Evaluated
    | Probed
    | ProbeFailed
    | DiagnosticsSaved
    | CheckpointSaved
    | Paused
    | Stopped
    | RunFinished,
) -> str:
    return f"{count(event.images_seen):>11}"
