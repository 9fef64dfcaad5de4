"""A real sweep, killed in the middle, gone on with by the same command: the same results bit for bit."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.commands import vitdash
from vitdash.run import store
from vitdash.run.state import State
from vitdash.run.states import States
from vitdash.run.store import Run

SWEEP: tuple[str, ...] = (
    "sweep",
    "cnn",
    "--dataset",
    "digits",
    "--max-inputs",
    "3000",
    "--matrix",
    "learning_rate=3e-4,1e-3",
)
SWEEP += ("--set", "width=4", "--set", "threads=1", "--set", "checkpoint_every_images=640", "--yes")
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.02


def eventually(condition: Callable[[], object]) -> None:
    """Return once `condition` holds: whole trainings take longer than other tests have patience for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        select.select([], [], [], LOOK_SECONDS)


def results(root: Path) -> list[tuple[str, object]]:
    """Return every run's figures by its name."""
    told = json.loads(vitdash("runs", "--json", "--runs-dir", str(root), cwd=root.parent).stdout)
    return sorted((item["name"], (item["loss"], item["images_seen"], item["results"])) for item in told)


def states(root: Path) -> list[State]:
    return list(States(root).look().values())


def all_finished(root: Path) -> Callable[[], bool]:
    return lambda: states(root) == [State.FINISHED] * 2


def begun(root: Path) -> list[Run]:
    """Return the runs that would go on from a checkpoint."""
    return [run for run in store.all_runs(root) if run.checkpoint.exists()]


def standbys(root: Path) -> list[psutil.Process]:
    """Return the processes that keep the queue of `root` going."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "vitdash.run.standby" in words and str(root.resolve()) in words:
            found.append(process)
    return found


def test_a_sweep_that_is_killed_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """Worker and queue are killed while the first run trains; the table is that of two at once, unharmed."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert vitdash(*SWEEP, "--jobs", "2", "--runs-dir", str(whole), cwd=tmp_path).returncode == 0
    eventually(all_finished(whole))
    assert vitdash(*SWEEP, "--runs-dir", str(killed), cwd=tmp_path).returncode == 0
    eventually(lambda: begun(killed))
    (first,) = begun(killed)
    for process in standbys(killed):
        process.kill()
        process.wait(PATIENCE_SECONDS)
    os.kill(first.read_claim().pid, signal.SIGKILL)
    eventually(lambda: State.RUNNING not in states(killed))
    again = vitdash(*SWEEP, "--runs-dir", str(killed), cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    eventually(all_finished(killed))
    assert results(killed) == results(whole)


def test_a_queue_killed_between_two_runs_loses_neither(tmp_path: Path) -> None:
    """Whoever schedules stands still while the first run ends, and never goes on: the second waits, then is trained."""
    root = tmp_path / "runs"
    short = (*SWEEP, "--max-inputs", "640", "--jobs", "1", "--runs-dir", str(root))
    assert vitdash(*short, cwd=tmp_path).returncode == 0
    eventually(lambda: State.RUNNING in states(root))
    (standby,) = standbys(root)
    standby.suspend()
    eventually(lambda: State.RUNNING not in states(root))
    assert set(states(root)) == {State.FINISHED, State.QUEUED}
    standby.kill()
    standby.wait(PATIENCE_SECONDS)
    assert set(states(root)) == {State.FINISHED, State.QUEUED}
    again = vitdash(*short, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    eventually(all_finished(root))
