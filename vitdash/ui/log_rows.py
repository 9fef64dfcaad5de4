"""The events of several runs as one log: those that matter, in the order of time. Must not know widgets."""

from __future__ import annotations

import time
from collections.abc import Iterable
from heapq import merge

from vitdash.run import lines
from vitdash.run.events import (
    CheckpointSaved,
    DiagnosticsSaved,
    Evaluated,
    Event,
    Paused,
    Phase,
    Probed,
    Resumed,
    RunFinished,
    RunStarted,
    Stopped,
    TrainProgress,
)
from vitdash.text import accuracy, count, duration, images, loss, plain
from vitdash.ui.ink import Line, elided
from vitdash.ui.signs import Sign

MOST_LINES = 200
LONGEST_NAME = 16
ROOMY = 48
"""From this width on a line has room for the run's name; below, its sign has to do."""
_IN_PARTS = (Evaluated, Probed, RunStarted, RunFinished, Resumed, Paused, Stopped)
_FREQUENT = (TrainProgress, DiagnosticsSaved, CheckpointSaved)


class LogBook:
    """The lines of runs whose events only ever grow: each event is looked at once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, list[Event]]] = {}

    def rows(self, runs: Iterable[tuple[str, str, Sign, list[Event]]], width: int) -> list[Line]:
        """Return the latest lines of runs, each an id, a name, a sign and its events; the oldest line first."""
        named = [(name, sign, self._of(run_id, events)) for run_id, name, sign, events in runs]
        streams = [[(event.time, place, event) for event in events] for place, (_, _, events) in enumerate(named)]
        latest = list(merge(*streams, key=lambda item: item[0]))[-MOST_LINES:]
        longest = min(LONGEST_NAME, max((len(name) for name, _, _ in named), default=0))
        return [_line(event, named[place][0], named[place][1], longest, width) for _, place, event in latest]

    def _of(self, run_id: str, events: list[Event]) -> list[Event]:
        looked_at, kept = self._kept.get(run_id, (0, []))
        if looked_at > len(events):
            looked_at, kept = 0, []
        kept = [*kept, *filter(matters, events[looked_at:])][-MOST_LINES:]
        self._kept[run_id] = (len(events), kept)
        return kept


def matters(event: Event) -> bool:
    """Return whether an event is worth a line beside those of other runs."""
    return not isinstance(event, _FREQUENT) and not (isinstance(event, Phase) and event.name != "download")


def _line(event: Event, name: str, sign: Sign, longest: int, width: int) -> Line:
    roomy = width >= ROOMY
    clock = time.strftime("%H:%M:%S" if roomy else "%H:%M", time.localtime(event.time))
    whose = f"{sign.marker} {elided(name, longest)}".ljust(longest + 2) if roomy else sign.marker
    return _whole(Line((clock, "muted"), (" ", ""), (whose, sign.colour), (" ", "")), event, width)


def _said(event: Event) -> list[str]:
    """Return what happened in parts, the most important first: each is shown whole or not at all."""
    match event:
        case Evaluated():
            return [f"epoch {event.epoch:.4g}", f"argmax {accuracy(event.accuracy)}", f"val loss {loss(event.loss)}"]
        case Probed():
            return lines.values(event.values)
        case RunStarted():
            return ["started", f"on {lines.dataset(event)}", f"{count(event.parameters)} parameters"]
        case RunFinished():
            return ["finished", f"in {duration(event.seconds)}", f"after {images(event.images_seen)}"]
        case Resumed():
            return ["resumed", f"at {images(event.from_images)}"]
        case Paused() | Stopped():
            return [type(event).__name__.lower(), f"at {images(event.images_seen)}"]
        case _:
            return plain(lines.line(event), 1000).split()


def _whole(drawn: Line, event: Event, width: int) -> Line:
    room = width - drawn.width - 1
    for place, part in enumerate(_said(event)):
        text = f" {part}" if place else part
        if len(text) > room:
            # Of parts those that there is room for; of a sentence one should see that it goes on.
            return drawn if isinstance(event, _IN_PARTS) else drawn.add("…", "muted")
        drawn.add(text)
        room -= len(text)
    return drawn
