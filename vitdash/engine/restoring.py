"""Which of a run's checkpoints it goes on from: the last one, or its predecessor. Must not know the loop."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from vitdash.engine import checkpoint
from vitdash.engine.checkpoint import DamagedError, Position
from vitdash.engine.stepping.training import Training
from vitdash.errors import RunError
from vitdash.run.events import CheckpointSaved, Event, Paused, Resumed, Stopped
from vitdash.run.log import EventReader
from vitdash.run.store import Run
from vitdash.run.summary import read_history
from vitdash.text import count, images, plain


@dataclass(frozen=True, slots=True)
class Restored:
    """Where a run goes on: `warning` says why not from its last checkpoint, "" where it does.

    `unannounced` is a checkpoint whose event the last life did not come to record.
    """

    position: Position
    warning: str = ""
    unannounced: bool = False


def restore(run: Run, training: Training, *, ends: Collection[int]) -> Restored:
    """Bring `training` to where the best of a run's checkpoints stands.

    The best is the last one that is whole and whose events the log still has. Without any, it stays at the start:
    nothing was saved yet, or what was saved is gone. So it does where the one damaged is the first that there was.

    Raises:
        RunError: there are checkpoints, and none of them serves.
    """
    recorded = [event for event in EventReader(run.events).from_file() if isinstance(event, Event)]
    problems: list[RunError] = []
    for path in (run.checkpoint, run.previous):
        if not path.exists():
            continue
        try:
            position = checkpoint.restore(path, training, ends=ends)
            unannounced = _is_unannounced(run, position, recorded)
        except DamagedError as error:
            problems.append(error)
            continue
        return Restored(position, _warning(run, position, problems) if path == run.previous else "", unannounced)
    if len(problems) == 1 and _saved_once(recorded):
        # The start is the predecessor of the first checkpoint.
        return Restored(checkpoint.START, f"{_told(run, problems[0])}; it was the first: begun again")
    if problems:
        raise problems[0]
    saved_at = read_history(run).saved_at
    lost = f"no checkpoint is there, but one stood at {images(saved_at)}: begun again" if saved_at else ""
    return Restored(checkpoint.START, lost)


def _is_unannounced(run: Run, position: Position, recorded: list[Event]) -> bool:
    """Return whether a checkpoint's own event is missing; all before it must be in the log, and stand.

    Raises:
        DamagedError: they are not.
    """
    there = next((event for event in recorded if event.seq == position.seq), None)
    unannounced = position.announced and not isinstance(there, CheckpointSaved)
    # A life that has ended since may have recorded something else in its place.
    last = recorded[-1].seq if recorded else 0
    if last < position.seq - unannounced:
        reason = f"ends at event {count(last)}, the checkpoint stands at {count(position.seq)}."
        raise DamagedError(plain(run.events), reason, "Part of the log is gone, so the run cannot go on.")
    later = (event for event in recorded if isinstance(event, Resumed) and event.seq > position.seq)
    if any(event.from_seq < position.seq - unannounced for event in later):
        raise DamagedError(plain(run.checkpoint), "was left behind when the run went on from an earlier one.")
    return unannounced


def _saved_once(recorded: list[Event]) -> bool:
    """Return whether there was never more than one checkpoint; the first may not have come to be announced."""
    return len({event.images_seen for event in recorded if isinstance(event, (CheckpointSaved, Paused, Stopped))}) <= 1


def _told(run: Run, problem: RunError) -> str:
    file = run.events if problem.title == plain(run.events) else run.checkpoint
    return f"{file.name} {problem.message}".rstrip(".")


def _warning(run: Run, position: Position, problems: list[RunError]) -> str:
    why = _told(run, problems[0]) if problems else f"{run.checkpoint.name} is gone"
    return f"{why}; gone on from its predecessor at {images(position.images_seen)}"
