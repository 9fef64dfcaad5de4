"""What must hold when all is over, whatever has happened. Must not know what has."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from tests.faults import evidence
from tests.faults.evidence import Outcome
from tests.faults.world import Broken, World, wait_for
from vitdash.run import lock
from vitdash.run.store import Run

ORPHAN_SECONDS = 10.0
"""A standby looks four times a second whether anything waits, and ends when nothing does."""
FILES = frozenset(
    {"best.pt", "checkpoint.pt", "config.toml", "control", "diagnostics", "events.jsonl", "labels.json"}
    | {"lock", "log.txt", "run.json", "summary.json"}
)
ROOT_FILES = frozenset({"queue.json", "queue.lock", "queue.edit.lock", "queue.standby.lock"})


def check(world: World, expected: Outcome) -> None:
    """Check everything that holds of runs which are finished, however they got there.

    Raises:
        Broken: something does not hold.
    """
    for subject in world.subjects:
        check_log(subject.run)
        subject.check_readers()
        found = evidence.differences(evidence.outcome(subject.run), expected)
        if found:
            raise Broken("; ".join(found))
    check_processes(world)
    check_files(world)


def check_log(run: Run) -> None:
    """Check that each event stands once in the log, in order, and nothing else."""
    numbers = [event.seq for event in evidence.events(run)]
    if numbers != list(range(1, len(numbers) + 1)):
        wrong = next(place for place, number in enumerate(numbers, 1) if place != number)
        raise Broken(f"event {wrong} is not in the log, or twice")
    if not run.events.read_bytes().endswith(b"\n"):
        raise Broken("the log ends in the middle of a line")


def check_processes(world: World) -> None:
    """Check that no process is left but the dashboards that were left open, and no corpse of one."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    open_windows = {window.process for window in world.windows}
    while left := [process for process in world.processes() if process.pid not in open_windows]:
        if time.monotonic() > deadline:
            raise Broken(f"a process is left: {_named(left[0])}")
        time.sleep(0.1)
    wait_for(lambda: not any(map(_unburied, open_windows)), "a dashboard buries its dead children", ORPHAN_SECONDS)


def _unburied(process: int) -> bool:
    """Return whether a process has children that have ended."""
    try:
        return any(child.status() == psutil.STATUS_ZOMBIE for child in psutil.Process(process).children())
    except psutil.NoSuchProcess:
        return False


def check_files(world: World) -> None:
    """Check that no lock is held by the dead, and that nothing lies about."""
    locks = [subject.run.lock for subject in world.subjects]
    if all(window.terminal.process.poll() is not None for window in world.windows):
        locks.append(world.root / "queue.lock")
    # The system takes a moment to close what the dead had open: it frees their memory first.
    wait_for(lambda: not any(map(lock.is_held, locks)), "no lock is held", ORPHAN_SECONDS)
    for subject in world.subjects:
        _check_names(subject.run.path, FILES)
        if found := [path.name for path in subject.run.diagnostics.iterdir() if path.suffix != ".json"]:
            raise Broken(f"{found[0]} lies in the diagnostics")
    _check_names(world.root, ROOT_FILES | {subject.run.id for subject in world.subjects})


def _check_names(folder: Path, known: frozenset[str]) -> None:
    if strange := sorted({path.name for path in folder.iterdir()} - known):
        raise Broken(f"{strange[0]} is left behind")


def _named(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline()[:5])}"
    except psutil.Error:
        return str(process.pid)
