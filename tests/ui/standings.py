"""Runs as a dashboard is given them, for tests: recorded ones, and ones that a lock held here lets compute."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.recorded import finished, progress, record, started
from vitdash import presets
from vitdash.run import lock
from vitdash.run.events import Evaluated, Event, RunFailed
from vitdash.run.store import Run

CNN = presets.load("cnn")
VIT = presets.load("vit-l4-h16")


def half_way(seen: int = 1_000_000, records: int = 40) -> list[Event]:
    """Return the events of a run that is in the middle of its training."""
    steps = [seen * number // records for number in range(1, records + 1)]
    return [
        started(CNN),
        *(
            progress(images, loss=0.1 / number + 0.02, accuracy=1 - 0.5 / number)
            for number, images in enumerate(steps, 1)
        ),
        Evaluated(images_seen=seen, epoch=seen / 60_000, loss=0.025, accuracy=0.88),
    ]


@contextlib.contextmanager
def computing(
    root: Path, name: str = "cnn", claim: str = "running", events: list[Event] | None = None
) -> Iterator[Run]:
    """Give a run whose lock is held: as far as anybody can tell, its worker lives."""
    run = record(root, CNN, half_way() if events is None else events, name=name, claim="running")
    held = lock.acquire(run.lock)
    assert held is not None
    try:
        yield run
    finally:
        held.release()


def ended(root: Path, name: str = "vit-l4-h16", accuracy: float = 0.9063) -> Run:
    """Record a run that has finished."""
    figures = {"validation_loss": 0.014, "accuracy": accuracy, "svc": 0.91, "svc_held_out": 0.905}
    return record(root, VIT, finished(VIT, figures), name=name)


def failed(root: Path, name: str = "diverged") -> Run:
    """Record a run that went wrong."""
    events = [*half_way()[:9], RunFailed(title="diverged", message="the loss is not finite.", traceback="")]
    return record(root, CNN, events, name=name, claim="failed", log="Traceback: the loss is not finite\n")


def queued(root: Path, name: str = "waiting") -> Run:
    """Record a run that waits for its turn, without anybody who gives it one."""
    run = record(root, VIT, [], name=name, claim="queued")
    run.events.unlink(missing_ok=True)
    return run


def lost(root: Path, name: str = "lost") -> Run:
    """Record a run whose worker was killed."""
    return record(root, CNN, half_way(), name=name, claim="running")
