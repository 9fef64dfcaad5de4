"""A run's two logs as they stand: what its worker printed, and what happened. Must not know who shows them."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from vitdash.errors import RunError
from vitdash.run import state
from vitdash.run.events import Event, RunFailed
from vitdash.run.history import RunHistory
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.worker_log import LogTail


@dataclass(frozen=True, slots=True)
class Logs:
    """What was found at one look.

    `before` are the bytes that were printed before `printed`; `failure` is the last word of a run that failed;
    `problem` says what cannot be read.
    """

    state: State | None = None
    events: tuple[Event, ...] = ()
    printed: tuple[str, ...] = ()
    before: int = 0
    failure: RunFailed | None = None
    problem: str = ""


class BothLogs:
    """Looks at one run again and again; each look costs what is new. Safe to call from several threads."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._tail = LogTail(run.log)
        self._reader = EventReader(run.events)
        self._history = RunHistory()
        self._events: list[Event] = []
        self._lock = threading.Lock()

    def look(self, *, earlier: bool = False) -> Logs:
        """Return what there is now; `earlier` reads more of what the worker printed before, too."""
        with self._lock:
            current, problems = None, []
            # The state first: what a run says last is there when it has ended.
            try:
                current = state.derive(self._run)
            except RunError as error:
                problems.append(str(error))
            try:
                self._take_events()
            except RunError as error:
                problems.append(str(error))
            self._tail.read()
            if earlier:
                self._tail.read_earlier()
            if self._tail.problem:
                problems.append(f"log.txt {self._tail.problem}.")
            ending = self._history.ending
            return Logs(
                state=current,
                events=tuple(self._events),
                printed=tuple(self._tail.lines),
                before=self._tail.before,
                failure=ending if isinstance(ending, RunFailed) else None,
                problem=" ".join(problems),
            )

    def _take_events(self) -> None:
        for news in self._reader.from_file():
            if isinstance(news, Event):
                self._events.append(news)
                self._history.apply(news)
