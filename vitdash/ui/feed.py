"""What a dashboard asks of the runs it shows, whether they lie in a folder or are played back. Must not know either."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from vitdash.run.fleet import Followed, Standing
from vitdash.run.launch import Worker


class Feed(Protocol):
    """Runs by id, the line of those that wait, and how to ask for news. `vitdash.run.fleet.Fleet` is one."""

    root: Path
    runs: dict[str, Standing]
    line: tuple[str, ...]
    jobs: int

    def look(self) -> set[str]:
        """Look at the whole folder, and return the ids of the runs that changed, came or went."""

    def poll(self) -> set[str]:
        """Read what followed runs have to say, and return the ids of those that said something."""

    def read_events(self, run_id: str) -> Followed | None:
        """Return all that an ended run has recorded; may be called in a thread."""

    def adopt(self, run_id: str, followed: Followed) -> None:
        """Keep what `read_events` returned."""

    def started(self, worker: Worker) -> None:
        """Follow a run that was started here."""

    def close(self) -> None:
        """Let go of pipes and of the queue."""


@runtime_checkable
class Player(Protocol):
    """A feed that plays something back, by a clock that can stand still."""

    @property
    def paused(self) -> bool:
        """Whether it stands still."""

    def pause(self) -> None:
        """Let it stand still, or go on."""
