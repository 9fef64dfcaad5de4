"""All runs of a folder as they stand, followed together: what a dashboard draws. Must not know how it is drawn.

Looking is cheap and never blocks for long: ended runs are known by their summaries, and their events are folded only
when somebody wants to see them; running ones are followed event by event, with a pipe where they were started here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vitdash.config import RunConfig
from vitdash.errors import VitdashError
from vitdash.run import labels, launch, pulse, queue, store, summary
from vitdash.run.events import Event, News, Tick, TrainProgress
from vitdash.run.history import RunHistory
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader
from vitdash.run.pulse import Pulse
from vitdash.run.queue import Scheduler
from vitdash.run.state import State
from vitdash.run.states import States
from vitdash.run.store import Claim, Run
from vitdash.run.summary import Summary

SILENCE_SECONDS = 1.0
"""After this long without an event on its pipe, a run's file is read all the same."""


@dataclass(slots=True)
class Followed:
    """The events of one run, folded as far as they were read; `tick` is the batch since the last record."""

    reader: EventReader
    history: RunHistory = field(default_factory=RunHistory)
    events: list[Event] = field(default_factory=list)
    tick: Tick | None = None
    heard: float = 0.0

    def take(self, news: Iterable[News]) -> bool:
        """Take in what was read and return whether there was anything."""
        changed = False
        for item in news:
            changed = True
            if isinstance(item, Tick):
                self.tick = item
                continue
            self.history.apply(item)
            self.events.append(item)
            # A record says more than the ticks before it.
            self.tick = None if isinstance(item, TrainProgress) else self.tick
        return changed


@dataclass(slots=True)
class Standing:
    """One run as it stands. `version` grows with each change, so that only what changed is drawn again.

    `followed` is None where nobody has wanted to see its events yet, `pulse` where no worker gave a sign of life.
    """

    run: Run
    short: Summary
    claim: Claim
    followed: Followed | None = None
    pulse: Pulse | None = None
    version: int = 0
    _configs: list[RunConfig | None] = field(default_factory=list)

    @property
    def state(self) -> State:
        """What it is doing."""
        return self.short.state

    @property
    def config(self) -> RunConfig | None:
        """Its configuration, read when it is first asked for; None where it cannot be read."""
        if not self._configs:
            try:
                self._configs.append(store.read_config(self.run))
            except VitdashError:
                self._configs.append(None)
        return self._configs[0]

    @property
    def is_read(self) -> bool:
        """Whether its configuration has been read already."""
        return bool(self._configs)

    def forget_config(self) -> None:
        """Read the configuration again when it is next asked for."""
        self._configs.clear()

    @property
    def history(self) -> RunHistory:
        """Its folded events; empty while nobody has wanted to see them."""
        return self.followed.history if self.followed else RunHistory()

    @property
    def tick(self) -> Tick | None:
        """The batch since the last record, where its worker was started here."""
        return self.followed.tick if self.followed else None


class Fleet:
    """Follows every run under `root`, and schedules the queue while nobody else does unless `read_only`.

    `only` limits it to runs of these ids.
    """

    def __init__(self, root: Path, *, only: frozenset[str] | None = None, read_only: bool = False) -> None:
        self.root = root
        self.runs: dict[str, Standing] = {}
        self.line: tuple[str, ...] = ()
        self.jobs = 1
        self._only = only
        self._states = States(root)
        self._scheduler = None if read_only else Scheduler(root)
        self._workers: list[Worker] = []
        self._label_stamps: dict[str, int] = {}

    def look(self) -> set[str]:
        """Look at the whole folder: new and vanished runs, states, labels, the queue; return the ids that changed."""
        states = self._states.look()
        changed = self._schedule(states)
        if changed:
            states = self._states.look()
        if self._only is not None:
            states = {run_id: found for run_id, found in states.items() if run_id in self._only}
        for run_id in self.runs.keys() - states.keys():
            self._forget(run_id)
            changed.add(run_id)
        for run_id, found in states.items():
            known = self.runs.get(run_id)
            if known is None:
                self.runs[run_id] = self._meet(run_id)
                changed.add(run_id)
            elif self._has_changed(known, found):
                self._update(known, found)
                changed.add(run_id)
        self.runs = {run_id: self.runs[run_id] for run_id in states}
        for known in self.runs.values():
            if known.state.active or known.state is State.LOST:
                known.pulse = pulse.read(known.run.lock)
        self.line = tuple(run.id for run in queue.waiting(self.root, states))
        self.jobs = queue.read(self.root).jobs
        return changed

    def poll(self) -> set[str]:
        """Read what the runs that are followed have to say, and return the ids of those that said something."""
        changed: set[str] = set()
        now = time.monotonic()
        for known in self.runs.values():
            if known.followed is None or not known.state.active:
                continue
            followed = known.followed
            if followed.take(_news(followed, now)):
                followed.heard = now
                self._refresh(known)
                changed.add(known.run.id)
        return changed

    def read_events(self, run_id: str) -> Followed | None:
        """Return all that an ended run has recorded; slow for a long one, so it may be called in a thread.

        What is returned becomes the run's when `adopt` is called.
        """
        known = self.runs.get(run_id)
        if known is None:
            return None
        followed = Followed(EventReader(known.run.events))
        with contextlib.suppress(VitdashError):
            followed.take(followed.reader.from_file())
        return followed

    def adopt(self, run_id: str, followed: Followed) -> None:
        """Keep what `read_events` returned, unless the run is followed already."""
        known = self.runs.get(run_id)
        if known is not None and known.followed is None:
            known.followed = followed
            known.version += 1

    def started(self, worker: Worker) -> None:
        """Follow a run that was started here by its worker's pipe."""
        self._workers.append(worker)
        self.look()
        known = self.runs.get(worker.run.id)
        if known is None:
            return
        if known.followed is not None:
            known.followed.reader.close()
        known.followed = Followed(EventReader(worker.run.events, worker.pipe))
        known.version += 1

    def close(self) -> None:
        """Let go of pipes and of the queue; the runs go on, and the standby with the queue."""
        for known in self.runs.values():
            if known.followed is not None:
                known.followed.reader.close()
        for worker in self._workers:
            launch.leave(worker)
        if self._scheduler is not None:
            self._scheduler.release()

    def _schedule(self, states: dict[str, State]) -> set[str]:
        # Asked, so that none of them stays behind as a zombie.
        self._workers = [worker for worker in self._workers if worker.process.poll() is None]
        if self._scheduler is None or not self._scheduler.hold():
            return set()
        begun = self._scheduler.step(pipes=True, states=states)
        for worker in begun:
            self.started(worker)
        return {worker.run.id for worker in begun}

    def _meet(self, run_id: str) -> Standing:
        run = Run(self.root.resolve() / run_id)
        self._labels_changed(run)
        claim = self._states.claim(run_id)
        known = Standing(run, summary.summarise(run, claim), claim)
        self._follow_if_active(known)
        return known

    def _update(self, known: Standing, found: State) -> None:
        known.claim = self._states.claim(known.run.id)
        if known.followed is not None:
            # The last words of a run that has just ended are not to be missed.
            with contextlib.suppress(VitdashError):
                known.followed.take(known.followed.reader.from_file())
            if not found.active:
                known.followed.tick = None
                known.followed.reader.close()
        written = labels.read(known.run)
        name = written.name or known.claim.name
        known.short = dataclasses.replace(known.short, state=found, name=name, labels=written)
        # The worker writes down what it has decided: device and threads.
        known.forget_config()
        self._follow_if_active(known)
        self._refresh(known)

    def _follow_if_active(self, known: Standing) -> None:
        if known.state.active and known.followed is None:
            known.followed = Followed(EventReader(known.run.events))

    def _refresh(self, known: Standing) -> None:
        if known.followed is not None:
            known.short = dataclasses.replace(known.short, figures=summary.figures_of(known.followed.history))
        known.version += 1

    def _labels_changed(self, run: Run) -> bool:
        try:
            stamp = os.stat(f"{run.path}/labels.json").st_mtime_ns  # noqa: PTH116 - as in `states.py`
        except OSError:
            stamp = 0
        before = self._label_stamps.get(run.id)
        self._label_stamps[run.id] = stamp
        return before is not None and before != stamp

    def _has_changed(self, known: Standing, found: State) -> bool:
        relabelled = self._labels_changed(known.run)
        return relabelled or known.state is not found or known.claim is not self._states.claim(known.run.id)

    def _forget(self, run_id: str) -> None:
        known = self.runs.pop(run_id)
        self._label_stamps.pop(run_id, None)
        if known.followed is not None:
            known.followed.reader.close()


def _news(followed: Followed, now: float) -> list[News]:
    """Return what a run has said since the last time; one whose log cannot be read says nothing, for now."""
    news: list[News] = []
    with contextlib.suppress(VitdashError):
        if followed.reader.pipe is not None:
            news = followed.reader.from_pipe()
        if followed.reader.pipe is None or now - followed.heard > SILENCE_SECONDS:
            news += followed.reader.from_file()
            followed.heard = now
    return news
