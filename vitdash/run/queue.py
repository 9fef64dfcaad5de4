"""Which run starts next, and how many at once: a queue without a master. Must not know screens.

A run waits because its claim says `queued`; `queue.json` only says in which order, and how many may compute at once.
Whoever holds `queue.lock` in the runs' folder schedules: a dashboard, or the standby that every enqueuing sees to.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitdash import catalog
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError, VitdashError
from vitdash.opening import read_bounded
from vitdash.plugins.collection import VARIABLE
from vitdash.run import control, launch, lock, state, wire
from vitdash.run.control import Word
from vitdash.run.files import write_atomically
from vitdash.run.launch import Worker
from vitdash.run.lock import Lock
from vitdash.run.state import State
from vitdash.run.states import States
from vitdash.run.store import Run
from vitdash.text import plain

BUSY = (State.STARTING, State.RUNNING)
"""What takes a place of those that may compute at once."""
LOCK, STANDBY_LOCK = "queue.lock", "queue.standby.lock"
COMING_SECONDS = 2.0
"""A standby that was just seen to may still be on its way to its lock."""
MOST_JOBS = 64
MOST_STEPS = 1_000_000
"""How far a run moves that is to be the first, or the last."""
LARGEST_FILE_BYTES = 1 << 20
PROBED_SECONDS = 0.1
"""Patience with a reader that probes the lock, or with another change of a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Line:
    """How many runs may compute at once, and the ids of those that wait, the next first.

    The line alone puts no run into the queue; a paused run in it goes on when its turn comes.
    """

    jobs: int = 1
    order: tuple[str, ...] = ()


def read(root: Path) -> Line:
    """Return the line; where none can be read, the order of creation and one at a time will do."""
    try:
        content = wire.parse(read_bounded(_file(root), LARGEST_FILE_BYTES))
    except (OSError, ValueError):
        return Line()
    jobs, order = content.get("jobs", 1), content.get("order", [])
    if not wire.FITS["int"](jobs) or not wire.FITS["tuple[str, ...]"](order):
        return Line()
    return Line(max(1, min(MOST_JOBS, jobs)), tuple(dict.fromkeys(order)))


def waiting(root: Path, states: dict[str, State]) -> list[Run]:
    """Return the runs that wait, the next first; `states` is what all runs of `root` are doing."""
    folder = root.resolve()
    line = [Run(folder / run_id) for run_id in read(root).order if states.get(run_id) in (State.QUEUED, State.PAUSED)]
    # A run that the line has lost waits all the same, behind the others.
    queued = (Run(folder / run_id) for run_id, found in states.items() if found is State.QUEUED)
    return line + sorted((run for run in queued if run not in line), key=lambda run: run.read_claim().created)


def enqueue(config: RunConfig, root: Path, name: str, command: tuple[str, ...]) -> Run:
    """Create a run that starts when its turn comes, and see to it that somebody gives it its turn.

    Raises:
        InputError: the name or `root` cannot be used.
        RunError: the queue cannot be written.
    """
    run = launch.create(config, root, name, command, claim="queued")
    join(root, [run], first=False)
    return run


def resume(run: Run) -> None:
    """Put a run that can go on into the queue, first in line: what was begun is ended before what is new.

    Raises:
        InputError: the run is not one that can go on.
        RunError: the queue cannot be written.
    """
    if state.derive(run) is not State.PAUSED:
        launch.claim_again(run, "queued")
    join(run.path.parent, [run], first=True)


def join(root: Path, runs: Sequence[Run], *, first: bool) -> None:
    """Put runs that claim to wait into the line, all at its beginning or all at its end, and see that it goes on.

    Raises:
        RunError: the queue cannot be written.
    """
    joining = tuple(run.id for run in runs)

    def joined(line: Line) -> Line:
        others = tuple(other for other in line.order if other not in joining)
        return dataclasses.replace(line, order=(*joining, *others) if first else (*others, *joining))

    _change(root, joined)
    ensure_standby(root)


def move(run: Run, by: int) -> None:
    """Let a waiting run change places: `by` -1 is one earlier.

    Raises:
        InputError: the run does not wait.
        RunError: the queue cannot be written.
    """
    root = run.path.parent
    turns = [item.id for item in waiting(root, States(root).look())]
    if run.id not in turns:
        raise InputError(run.id, "does not wait in the queue.")
    place = turns.index(run.id)
    turns.insert(max(0, place + by), turns.pop(place))
    _change(root, lambda line: dataclasses.replace(line, order=tuple(turns)))


def check_jobs(jobs: int) -> None:
    """Check that so many runs may compute at once.

    Raises:
        InputError: the number is out of bounds.
    """
    if not 1 <= jobs <= MOST_JOBS:
        raise InputError("jobs", f"{jobs} at once is not allowed. Allowed: 1 to {MOST_JOBS}.")


def set_jobs(root: Path, jobs: int) -> int:
    """Say how many runs may compute at once, and return it; running ones are left alone.

    Raises:
        InputError: the number is out of bounds.
        RunError: the queue cannot be written.
    """
    check_jobs(jobs)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(plain(root), f"cannot hold a queue: {plain(error.strerror)}.") from None
    _change(root, lambda line: dataclasses.replace(line, jobs=jobs))
    return jobs


def leave(run: Run) -> None:
    """Take a run out of the queue: a queued one is stopped before it began, a paused one stays paused.

    Raises:
        InputError: the run does not wait.
        RunError: the queue or the run cannot be written.
    """
    if state.derive(run) is State.QUEUED:
        launch.claim_again(run, "stopped")
    _drop(run)


class Scheduler:
    """Starts what waits, while this process holds the queue."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._states = States(root)
        self._held: Lock | None = None

    @property
    def holds(self) -> bool:
        """Whether it is for us to start runs."""
        return self._held is not None

    def hold(self) -> bool:
        """Take the queue if nobody has it, and return whether it is ours."""
        if self._held is None:
            # Where there is no folder, or it is read-only, nothing waits that could be started.
            with contextlib.suppress(OSError):
                self._held = lock.acquire(self._root / LOCK, patience_seconds=0)
        return self.holds

    def release(self) -> None:
        """Leave the queue to the next who wants it."""
        if self._held is not None:
            self._held.release()
            self._held = None

    def waiting(self) -> list[Run]:
        """Return the runs that wait, the next first."""
        return waiting(self._root, self._states.look())

    def step(self, *, pipes: bool, states: dict[str, State] | None = None) -> list[Worker]:
        """Start, or let go on, what has its turn and finds room; return the workers started.

        With `pipes` the caller reads what the workers send; else they have none, and their logs tell. `states` is what
        all runs are doing, where that has just been looked at.
        """
        states = self._states.look() if states is None else states
        busy = sum(found in BUSY for found in states.values())
        room = read(self._root).jobs - busy
        started: list[Worker] = []
        for run in waiting(self._root, states)[: max(0, room)]:
            # One that cannot be started must not keep the others from their turn: it shows as lost, with its log.
            with contextlib.suppress(VitdashError, OSError):
                if states[run.id] is State.PAUSED:
                    control.give(run.control, Word.RUN)
                else:
                    started.append(launch.begin(run, pipe=pipes))
            # Where nothing can be written, whoever schedules goes on, and tries again what still waits.
            with contextlib.suppress(VitdashError):
                _drop(run)
        return started


def ensure_standby(root: Path) -> None:
    """See to it that a process is there which takes the queue over when nobody holds it; it ends with the queue."""
    # It leaves its parent at once, so that this returns and nobody has a dead child to bury; and it shares nothing with
    # us: closing our terminal, or killing us, cannot reach it.
    subprocess.run(
        [sys.executable, "-P", "-m", "vitdash.run.standby", str(root.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # What it starts later needs the plug-ins that we were given; one that stands by already has only its own.
        env=dict(os.environ) | {VARIABLE: os.pathsep.join(map(str, catalog.plugin_files()))},
        check=False,
    )


def attended(root: Path) -> bool:
    """Return whether somebody gives what waits its turn: nobody does after the machine was started anew."""
    deadline = time.monotonic() + COMING_SECONDS
    # Of a lock that may not be looked at nothing is claimed.
    with contextlib.suppress(OSError):
        while not any(lock.is_held(root / name) for name in (LOCK, STANDBY_LOCK)):
            if time.monotonic() > deadline:
                return False
            time.sleep(COMING_SECONDS / 10)
    return True


def _drop(run: Run) -> None:
    _change(run.path.parent, lambda line: dataclasses.replace(line, order=_without(line, run.id)))


def _change(root: Path, edit: Callable[[Line], Line]) -> None:
    """Replace the line by what `edit` makes of it; two who change it at once wait for each other."""
    try:
        held = lock.acquire(root / "queue.edit.lock")
        if held is None:
            raise RunError(plain(_file(root)), "is being changed by somebody who does not end.")
        try:
            before = read(root)
            after = edit(before)
            if after != before:
                write_atomically(_file(root), json.dumps(dataclasses.asdict(after)).encode(), durable=False)
        finally:
            held.release()
    except OSError as error:
        raise RunError(plain(_file(root)), f"cannot be written: {plain(error.strerror)}.") from None


def _without(line: Line, run_id: str) -> tuple[str, ...]:
    return tuple(other for other in line.order if other != run_id)


def _file(root: Path) -> Path:
    return root / "queue.json"
