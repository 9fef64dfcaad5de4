"""A run's logs as lines of ink: what happened, what was printed, why it failed. Must not know files or widgets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.cells import cell_len

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
)
from vitdash.run.state import State
from vitdash.run.worker_log import harmless
from vitdash.text import plain
from vitdash.ui.ink import Line

MATCH = "reverse"
MOST_LAST_LINES = 40
LONGEST_TEXT = 16_000
CLOCK_WIDTH = 10
_STYLES: dict[type[Event], str] = {
    RunStarted: "strong",
    Phase: "muted",
    Evaluated: "strong",
    Probed: "accent",
    ProbeFailed: "warning",
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
        if failure.traceback.strip():
            drawn += [Line(), Line(("traceback", "muted"))]
            drawn += [Line((text, "")) for text in _texts(failure.traceback[-LONGEST_TEXT:])]
    else:
        drawn = [Line(("The worker ended without a word.", "error")), Line()]
        drawn.append(
            Line(("Something ended it from outside, such as too little memory or the machine going down.", ""))
        )
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


def wrapped(drawn: Sequence[Line], width: int, hanging: int = 0) -> list[Line]:
    """Return the lines in rows of at most `width` cells; a row that goes on is indented like its line, or more."""
    if width <= 0:
        return list(drawn)
    rows: list[Line] = []
    for line in drawn:
        if line.width <= width:
            rows.append(line)
        else:
            rows += _rows(line, width, hanging)
    return rows


def _rows(line: Line, width: int, hanging: int) -> list[Line]:
    cells = [(character, style) for text, style in line.pieces for character in text]
    indent = next((place for place, (character, _) in enumerate(cells) if character != " "), 0)
    indent = min(max(indent, hanging), width // 2) if width > 3 else 0
    rows: list[Line] = []
    start, room = 0, width
    while start < len(cells):
        end = _row_end(cells, start, room)
        pieces = [
            ("".join(character for character, _ in same), style)
            for style, same in groupby(cells[start:end], lambda cell: cell[1])
        ]
        rows.append(Line(*([(" " * indent, "")] if rows else []), *pieces))
        start, room = end, width - indent
        while start < len(cells) and cells[start][0] == " ":
            start += 1
    return rows


def _row_end(cells: Sequence[tuple[str, str]], start: int, room: int) -> int:
    """Return where the row ends that begins at `start`: after the last word that fits, or within one that is long."""
    end, used = start, 0
    while end < len(cells) and used + cell_len(cells[end][0]) <= room:
        used += cell_len(cells[end][0])
        end += 1
    end = max(end, start + 1)
    if end == len(cells) or cells[end][0] == " ":
        return end
    space = next((place for place in range(end - 1, start + room // 2, -1) if cells[place][0] == " "), None)
    return end if space is None else space + 1


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
