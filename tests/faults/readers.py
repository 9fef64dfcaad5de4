"""Everybody who reads a run while it is in trouble: three kinds of reader, and a witness of what its state says."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import psutil

from vitdash import open_run
from vitdash.errors import VitdashError
from vitdash.run import launch, state
from vitdash.run.events import Event, Skipped
from vitdash.run.fleet import Fleet
from vitdash.run.launch import Worker
from vitdash.run.state import STARTING_GRACE_SECONDS, State
from vitdash.run.states import States
from vitdash.run.store import Run

LOOK_SECONDS = 0.1
TRUE_WITHIN_SECONDS = 2.0
"""A state that says a dead worker lives must be gone after so long."""
GLANCES = 4
"""So often in a row a living worker must be called lost before that counts: it may be just ending."""


class Reader(threading.Thread):
    """Reads one run, from its first event, until it is told to end or the run is over; keeps what it read."""

    def __init__(self, name: str, read: Callable[[Reader], None]) -> None:
        super().__init__(name=name, daemon=True)
        self.events: list[Event] = []
        self.over = threading.Event()
        self.problem = ""
        self._read = read

    def run(self) -> None:
        """Read, and note what went wrong."""
        try:
            self._read(self)
        except Exception as error:  # whatever it is, it is a finding
            self.problem = f"{self.name} ended with {type(error).__name__}: {error}"

    def wrong(self, log: list[Event], *, to_its_end: bool) -> str:
        """Return what is wrong with what was read, given what the log holds in the end; "" if nothing is."""
        if self.problem:
            return self.problem
        numbers = [event.seq for event in self.events]
        if numbers != list(range(1, len(numbers) + 1)):
            return f"{self.name} did not see each event once and in order: {_first_break(numbers)}"
        if self.events != log[: len(self.events)]:
            return f"{self.name} read other events than the log holds"
        if to_its_end and len(self.events) < len(log):
            return f"{self.name} saw {len(self.events)} of {len(log)} events"
        return ""


def by_pipe(worker: Worker) -> Reader:
    """Return a reader of one worker's life, by its pipe, as `vitdash train` reads it."""

    async def follow(reader: Reader) -> None:
        async for item in launch.follow(worker.run, worker):
            if isinstance(item, Event):
                reader.events.append(item)

    return Reader("the reader of the pipe", lambda reader: asyncio.run(follow(reader)))


def by_api(run: Run) -> Reader:
    """Return a reader of one worker's life, as a script has it."""

    def follow(reader: Reader) -> None:
        reader.events.extend(open_run(run.path).follow())

    return Reader("the script that follows", follow)


def as_dashboard(run: Run) -> Reader:
    """Return a reader of all lives, as a dashboard reads them."""

    def follow(reader: Reader) -> None:
        fleet = Fleet(run.path.parent, only=frozenset({run.id}), read_only=True)
        try:
            last = False
            while not last:
                # Once more after it was told to end: what is there by then is to be seen.
                last = reader.over.wait(LOOK_SECONDS)
                fleet.look()
                fleet.poll()
                known = fleet.runs.get(run.id)
                if known is not None and known.followed is not None:
                    reader.events = [event for event in known.followed.events if not isinstance(event, Skipped)]
        finally:
            fleet.close()

    return Reader("the dashboard's reader", follow)


class Witness(threading.Thread):
    """Compares again and again what a run's state says with whether its worker lives."""

    def __init__(self, run: Run, process: Callable[[], int]) -> None:
        super().__init__(name=f"witness of {run.id}", daemon=True)
        self.findings: list[str] = []
        self.over = threading.Event()
        self._run, self._process = run, process
        self._states = States(run.path.parent)

    def run(self) -> None:
        """Look until told to end."""
        gone_since, lost_while_alive = 0.0, 0
        while not self.over.wait(LOOK_SECONDS):
            process = self._process()
            alive = lives(process)
            now = time.monotonic()
            said = self._states.look().get(self._run.id)
            if alive:
                gone_since = 0.0
                lost_while_alive = lost_while_alive + 1 if said is State.LOST else 0
                if lost_while_alive == GLANCES:
                    self.findings.append("a living worker's run was called lost")
                continue
            if said is None or not said.active:
                gone_since = 0.0
                continue
            gone_since = gone_since or now
            patience = STARTING_GRACE_SECONDS if said is State.STARTING else TRUE_WITHIN_SECONDS
            if now - gone_since > patience + LOOK_SECONDS:
                # Looked at again, for we may have slept between our two looks.
                if not lives(self._process()) and self._still_active():
                    self.findings.append(f"said '{said}' {now - gone_since:.1f} s after its worker was gone")
                gone_since = 0.0

    def _still_active(self) -> bool:
        try:
            return state.derive(self._run).active
        except VitdashError:
            return False


def lives(process: int) -> bool:
    """Return whether a process is there, and no corpse that nobody has buried."""
    if not process:
        return False
    try:
        return bool(psutil.Process(process).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD))
    except psutil.NoSuchProcess:
        return False


def _first_break(numbers: list[int]) -> str:
    for expected, number in enumerate(numbers, 1):
        if expected != number:
            return f"number {number} came where {expected} was due"
    return ""
