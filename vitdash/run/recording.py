"""A recorded run played again, event by event, by a clock of its own. Must not know how it is drawn.

Nothing is written and nobody is asked: what stands in a run's folder is only read.
"""

from __future__ import annotations

import dataclasses
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitdash.config import RunConfig
from vitdash.errors import InputError, VitdashError
from vitdash.run import store, summary
from vitdash.run.events import Event, RunFailed, RunFinished, RunStarted, Skipped, Stopped
from vitdash.run.fleet import Followed, Standing
from vitdash.run.history import RunHistory
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Claim, Run
from vitdash.run.summary import Figures, Summary
from vitdash.text import plain

LONGEST_GAP_SECONDS = 60.0
"""Nobody waits for a night in which the run was paused or stopped: longer gaps are played as so long ones."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The events of a run, and where they lie; `moments` is when each happened, in seconds since the first."""

    run: Run
    name: str
    events: tuple[Event, ...]
    moments: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts, played as it happened."""
        return self.moments[-1]


def find(root: Path, reference: str) -> Recording:
    """Return the recording in a file of events, in a run's folder, or of a run under `root`.

    Raises:
        InputError: there is none, or no event in it.
        RunError: it cannot be read.
    """
    path = Path(reference)
    if path.is_file():
        # Whoever names a file may name it by a link.
        run, events = Run(path.absolute().parent), path.resolve()
    elif (path / "events.jsonl").is_file():
        run = Run(path.absolute())
        events = run.events
    else:
        run = store.find(root, reference)
        events = run.events
    return read(run, events)


def read(run: Run, path: Path) -> Recording:
    """Return the recording in a file of events; `run` is where its pictures and its log lie, if anywhere.

    Raises:
        InputError: no event is in it.
        RunError: it cannot be read.
    """
    news = EventReader(path).from_file()
    events = tuple(item for item in news if isinstance(item, Event) and not isinstance(item, Skipped))
    if not events:
        raise InputError(plain(path, 200), "holds no events to show.", "Give a run, or the events.jsonl of one.")
    return Recording(run, _name(run, path, events), events, _moments(events))


class Replay:
    """Feeds a dashboard with a recording, `speed` times as fast as it happened."""

    def __init__(self, recording: Recording, speed: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self.root = recording.run.path.parent
        self.line: tuple[str, ...] = ()
        self.jobs = 1
        self.speed = speed
        self._recording = recording
        self._now = now
        self._position = 0.0
        self._looked_at = now()
        self._paused = False
        self._played = 0
        self._known = self._begin()
        self.runs = {recording.run.id: self._known}

    @property
    def position(self) -> float:
        """Seconds of the recording that have been played."""
        self._advance()
        return self._position

    @property
    def paused(self) -> bool:
        """Whether its clock stands still."""
        return self._paused

    def pause(self) -> None:
        """Let the clock stand still, or go on."""
        self._advance()
        self._paused = not self._paused

    def seek(self, position: float) -> None:
        """Go to a moment, in seconds of the recording."""
        self._advance()
        self._position = min(max(0.0, position), self._recording.seconds)
        if bisect_right(self._recording.moments, self._position) < self._played:
            # What was folded cannot be unfolded.
            fresh = self._begin()
            fresh.version = self._known.version
            self._known.followed, self._known.short = fresh.followed, fresh.short
            self._played = 0

    def look(self) -> set[str]:
        """Return the ids of the runs that changed."""
        return self.poll()

    def poll(self) -> set[str]:
        """Play what is due, and return the run's id if there was anything."""
        self._advance()
        due = bisect_right(self._recording.moments, self._position)
        news = self._recording.events[self._played : due]
        followed = self._known.followed
        if not news or followed is None:
            return set()
        self._played = due
        followed.take(news)
        figures = summary.figures_of(followed.history)
        self._known.short = dataclasses.replace(self._known.short, state=_state(followed.history), figures=figures)
        self._known.version += 1
        return {self._known.run.id}

    def read_events(self, run_id: str) -> Followed | None:
        """Return what has been played."""
        return self._known.followed if run_id == self._known.run.id else None

    def adopt(self, run_id: str, followed: Followed) -> None:
        """Change nothing: it is followed from the first event on."""

    def started(self, worker: Worker) -> None:
        """Change nothing: nobody starts a run from here."""

    def close(self) -> None:
        """Change nothing: nothing is held."""

    def _advance(self) -> None:
        now = self._now()
        if not self._paused:
            passed = (now - self._looked_at) * self.speed
            self._position = min(self._position + passed, self._recording.seconds)
        self._looked_at = now

    def _begin(self) -> Standing:
        """Return the run before its first event."""
        recording = self._recording
        created = recording.events[0].time
        claim = Claim(recording.run.id, recording.name, "running", "", "", 0.0, created)
        short = Summary(recording.run, recording.name, created, State.STARTING, Figures())
        config = _config(recording)
        return Standing(recording.run, short, claim, Followed(EventReader(recording.run.events)), None, 0, [config])


def _name(run: Run, path: Path, events: Sequence[Event]) -> str:
    """Return what the run is called: in its folder, else when it began, else as the file."""
    if (run.path / "run.json").is_file():
        return store.shown_name(run)
    begun = next((event for event in events if isinstance(event, RunStarted)), None)
    return plain(begun.run_id if begun else path.stem, 100).rsplit("-", 3)[0]


def _moments(events: Sequence[Event]) -> tuple[float, ...]:
    """Return when each event happened, gaps shortened; a clock that was set back stands still for a while."""
    moment, before = 0.0, events[0].time
    moments = []
    for event in events:
        moment += min(max(0.0, event.time - before), LONGEST_GAP_SECONDS)
        before = event.time
        moments.append(moment)
    return tuple(moments)


def _config(recording: Recording) -> RunConfig | None:
    """Return the configuration: that of the folder, else the one which was recorded when the run began."""
    import tomli_w

    from vitdash import presets

    begun = next((event for event in recording.events if isinstance(event, RunStarted)), None)
    try:
        return store.read_config(recording.run)
    except VitdashError:
        pass
    if begun is None:
        return None
    try:
        return presets.parse(tomli_w.dumps(begun.config), plain(recording.name), "recorded")
    except (VitdashError, TypeError, ValueError, RecursionError):
        return None


def _state(history: RunHistory) -> State:
    """Return what the run was doing then."""
    match history.ending:
        case RunFinished():
            return State.FINISHED
        case RunFailed():
            return State.FAILED
        case Stopped():
            return State.STOPPED
    return State.PAUSED if history.paused else State.RUNNING if history.started else State.STARTING
