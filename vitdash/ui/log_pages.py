"""A run's logs as lines of ink: what happened, what was printed, why it failed. Must not know files or widgets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import groupby

from vitdash.run import lines
from vitdash.run.both_logs import Logs
from vitdash.run.events import (
    CheckpointSaved,
    DiagnosticsSaved,
    Evaluated,
    Event,
    Paused,
    Phase,
    Probed,
    ProbeFailed,
    Resumed,
    RunFailed,
    RunFinished,
    RunStarted,
    Skipped,
    Stopped,
    TrainProgress,
    Warned,
)
from vitdash.run.state import State
from vitdash.run.worker_log import harmless
from vitdash.text import plain
from vitdash.ui.ink import Line

MATCH = "reverse"
MOST_LAST_LINES = 40
LONGEST_TEXT = 16_000
WHAT_TO_DO = "On the dashboard, space goes on from the last checkpoint, and C starts another run from this one's knobs."
CLOCK_WIDTH = 10
_STYLES: dict[type[Event], str] = {
    RunStarted: "strong",
    Phase: "muted",
    Evaluated: "strong",
    Probed: "accent",
    ProbeFailed: "warning",
    Warned: "warning",
    DiagnosticsSaved: "muted",
    CheckpointSaved: "muted",
    Paused: "warning",
    Resumed: "warning",
    Stopped: "warning",
    RunFinished: "success",
    RunFailed: "error",
    Skipped: "warning",
}


def happened(events: Iterable[Event], *, progress: bool = False) -> list[Line]:
    """Return a line an event under the day that it was, without training records unless asked."""
    shown = (event for event in events if progress or not isinstance(event, TrainProgress))
    drawn = []
    for day, of_day in groupby(shown, _day):
        drawn.append(Line((day, "muted")))
        for event in of_day:
            clock = time.strftime("%H:%M:%S", time.localtime(event.time))
            drawn.append(Line((clock, "muted"), ("  ", ""), (lines.line(event), _STYLES.get(type(event), ""))))
    return drawn


def printed(found: Logs) -> list[Line]:
    """Return what the worker printed."""
    return [Line((line, "")) for line in found.printed]


def why_it_failed(found: Logs) -> list[Line]:
    """Return what is known of a run that ended badly: its last words, where it happened, what was printed last."""
    failure = found.failure
    if failure is not None:
        drawn = [Line((plain(failure.title), "error")), Line()]
        drawn += [Line((text, "strong")) for text in _texts(failure.message[:LONGEST_TEXT])]
    else:
        drawn = [Line(("The worker ended without a word.", "error")), Line()]
        drawn.append(
            Line(("Something ended it from outside, such as too little memory or the machine going down.", ""))
        )
    if found.state is not None and found.state.resumable:
        drawn += [Line(), Line((WHAT_TO_DO, "accent"))]
    if failure is not None and failure.traceback.strip():
        drawn += [Line(), Line(("traceback", "muted"))]
        drawn += [Line((text, "")) for text in _texts(failure.traceback[-LONGEST_TEXT:])]
    last = [line for line in found.printed if line.strip()][-MOST_LAST_LINES:]
    drawn += [Line(), Line(("what the worker printed last" if last else "the worker printed nothing", "muted"))]
    return drawn + [Line((line, "")) for line in last]


def has_failed(found: Logs) -> bool:
    """Return whether there is something to say about a bad end."""
    return found.failure is not None or found.state in (State.FAILED, State.LOST)


def fitting(drawn: Sequence[Line], words: str) -> list[Line]:
    """Return the lines that contain the words, which stand out in them; upper and lower case are the same."""
    wanted = words.lower()
    return [_marked(line, wanted) for line in drawn if wanted in line.text.lower()]


def _marked(line: Line, wanted: str) -> Line:
    if not wanted:
        return line
    text = line.text
    lower = text.lower()
    if len(lower) != len(text):
        # Some characters are longer in lower case: then nobody knows which ones were meant.
        return line
    inside = [False] * len(text)
    at = lower.find(wanted)
    while at >= 0:
        inside[at : at + len(wanted)] = [True] * len(wanted)
        at = lower.find(wanted, at + len(wanted))
    styles = [style for piece, style in line.pieces for _ in piece]
    marked = [
        (character, MATCH if found else style) for character, style, found in zip(text, styles, inside, strict=True)
    ]
    return Line(
        *(("".join(character for character, _ in same), style) for style, same in groupby(marked, lambda cell: cell[1]))
    )


def _day(event: Event) -> str:
    return time.strftime("%A %d %B %Y", time.localtime(event.time))


def _texts(text: str) -> list[str]:
    return [harmless(line.encode(errors="replace")) for line in text.strip("\n").split("\n")]
