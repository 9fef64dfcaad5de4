"""The dashboard as it looks at three sizes, compared with what was looked at and found good.

The pictures are text: a change shows in a diff. VITDASH_WRITE_SNAPSHOTS=1 writes them anew; look at them then.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from math import exp
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.recorded import CLASSES, diagnosed, progress, save_diagnostics, started
from tests.run.bare_runs import bare_run
from tests.ui.pilots import LARGE, MIDDLE, SMALL, drive, screen_text
from tests.ui.standings import CNN, VIT
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run import lock
from vitdash.run.events import Evaluated, Event, Probed, RunFailed, RunFinished
from vitdash.run.lock import Lock
from vitdash.run.store import Run
from vitdash.ui import machine_load
from vitdash.ui.app import Dashboard

FOLDER = Path(__file__).parent / "snapshots"
BEGAN = 1_764_000_000.0
SECONDS = 2000.0
CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?")


def recorded(config: RunConfig, share: float, last: list[Event], lag: float = 1.0) -> list[Event]:
    """Return the events of a run up to a share of what is planned, with the times at which they would have happened."""
    planned = config.train.max_inputs
    steps = [int(planned * share * number / 60) for number in range(1, 61)]
    events: list[Event] = [started(config)]
    for number, images in enumerate(steps, 1):
        done = images / planned
        loss, accuracy = 0.02 + 0.07 * exp(-8 * done * lag), 0.9 - 0.5 * exp(-6 * done)
        events.append(progress(images, loss=loss, accuracy=accuracy, pace=1000))
        if number % 10 == 0:
            loss, accuracy = 0.018 + 0.05 * exp(-7 * done * lag), 0.91 - 0.3 * exp(-6 * done * lag)
            events.append(Evaluated(images_seen=images, epoch=images / 60_000, loss=loss, accuracy=accuracy))
    return [replace(event, seq=seq, time=BEGAN + 30 * seq) for seq, event in enumerate([*events, *last], 1)]


def world(root: Path) -> Lock:
    """Record a morning after: one run that trains, one that waits, one finished, one failed; return the lock held."""
    total = CNN.train.max_inputs
    figures = {"svc": 0.9181, "svc_held_out": 0.9111}
    finish: list[Event] = [
        Probed(images_seen=total, probe="svc", values=figures, seconds=3.0),
        RunFinished(images_seen=total, seconds=SECONDS, results={}),
    ]
    done = make(root, "cnn", CNN, "finished", recorded(CNN, 1.0, finish))
    matrix = [[90 if true == predicted else 1 for predicted in range(10)] for true in range(10)]
    save_diagnostics(done, diagnosed(matrix, CLASSES, total))
    failure = RunFailed(title="diverged", message="the loss is not finite.", traceback="")
    make(root, "cnn-too-fast", CNN, "failed", recorded(CNN, 0.2, [failure], lag=0.2))
    running = make(root, "vit-l4-h16", VIT, "running", recorded(VIT, 0.4, [], lag=0.7))
    make(root, "vit-l4-h8", presets.load("vit-l4-h8"), "queued", None)
    held = lock.acquire(running.lock)
    assert held is not None
    return held


def make(root: Path, name: str, config: RunConfig, claim: str, events: list[Event] | None) -> Run:
    """Write a run of a fixed age and id."""
    number = len(list(root.iterdir())) if root.exists() else 0
    run_id = f"{name}-20260101-00000{number}-{'abcd'[number] * 4}"
    run = bare_run(root, events, run_id=run_id, claim=claim, name=name, created=BEGAN + number)
    run.config.write_text(presets.dump(config))
    return run


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_dashboard_looks_as_it_did(root: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Composition, figures and curves of the whole screen, at the three sizes it is made for."""
    monkeypatch.setattr(machine_load, "processor_and_memory", lambda: ("cpu ×2 50%", "3.1/24 GB"))
    held = world(root)
    seen: list[str] = []

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        app._read_machine()
        app.show()
        await pilot.pause()
        seen.append(CLOCK.sub(lambda found: "hh:mm:ss"[: len(found[0])], screen_text(app)))

    drive(root, journey, size=size, schedules=False)
    held.release()
    (text,) = seen
    lines = [line.rstrip() for line in text.splitlines()]
    file = FOLDER / f"dashboard-{size[0]}x{size[1]}.txt"
    if os.environ.get("VITDASH_WRITE_SNAPSHOTS"):
        file.write_text("\n".join(lines) + "\n")
    assert lines == file.read_text().splitlines()
