"""What is said of runs that end and get on: on the screen, in the terminal's title, by its bell. Knows no terminals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.text import plain

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

NAME = "vitdash"
LONGEST_NAME = 40
RINGING = (State.FINISHED, State.FAILED, State.LOST)
"""How a run ends by itself; whoever stops one knows it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the title is to be, None where it stays, and whether to ring."""

    title: str | None
    rings: bool


class Notices:
    """Knows what was said last, so that nothing is said twice."""

    def __init__(self, *, bell: bool = True, title: bool = True, unicode: bool = True) -> None:
        self._bell = bell
        self._title = title
        self._dash = "–" if unicode else "-"
        self._unicode = unicode
        self._active: set[str] = set()
        self._ended = ""
        self._said = ""

    def look(self, runs: Iterable[Standing]) -> Notice:
        """Return what there is to say of the runs as they stand now."""
        found = list(runs)
        ended = [known for known in found if known.run.id in self._active and known.state in RINGING]
        self._active = {known.run.id for known in found if known.state.active}
        if ended:
            self._ended = f"{_name(ended[-1])} {ended[-1].state}"
        title = self._written(found)
        changed = self._title and title != self._said
        self._said = title
        return Notice(title if changed else None, self._bell and bool(ended))

    def _written(self, runs: list[Standing]) -> str:
        """Return how the runs get on, in few words: what matters stands first, for titles are cut at the end."""
        training = [known for known in runs if known.state in (State.RUNNING, State.STARTING)]
        if not training:
            told = self._ended
        else:
            # Rounded down: 100% is said of nothing that goes on.
            percent = int(100 * sum(map(_progress, training)) / len(training))
            who = _name(training[0]) if len(training) == 1 else f"{len(training)} running"
            told = f"{percent}% {who}"
        title = f"{told} {self._dash} {NAME}" if told else NAME
        return title if self._unicode else title.encode("ascii", "replace").decode()


def of_ended(before: Mapping[str, State], now: Mapping[str, Standing]) -> Iterator[tuple[str, SeverityLevel]]:
    """Yield which runs were active and are not any more, and how they ended; with how bad that is."""
    for run_id, known in now.items():
        was = before.get(run_id)
        if was is not None and was.active and not known.state.active:
            reason = known.short.figures.reason
            words = f"{known.short.name} {known.state}" + (f": {reason}" if reason else "")
            yield words, "error" if known.state in (State.FAILED, State.LOST) else "information"


def _name(known: Standing) -> str:
    return plain(known.short.name, LONGEST_NAME)


def _progress(known: Standing) -> float:
    """Return how much of a run is done, from 0 to 1."""
    figures = known.short.figures
    seen = max(figures.images_seen, known.tick.images_seen if known.tick else 0)
    return min(1.0, seen / figures.planned_images) if figures.planned_images else 0.0
