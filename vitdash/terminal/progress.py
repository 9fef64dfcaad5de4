"""How far a download is, on one line: a bar, bytes, speed, time left. Must not know what is downloaded or why."""

from __future__ import annotations

from collections import deque

from rich.text import Text

from vitdash.terminal.live import ASCII_EMPTY, ASCII_FILLED, EMPTY, FILLED, Canvas
from vitdash.text import duration, size

WINDOW_SECONDS = 5.0
LEAST_SECONDS = 0.5
WIDEST_BAR = 30
NARROWEST_BAR = 8
GAP = "  "
MARGIN = 3
"""Cells that stay free: a terminal writes ^C behind the line, and may not begin another one for it."""


class Pace:
    """How fast bytes have arrived over the last few seconds: it follows a line that slows down, and shows a stall."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def note(self, done: int, now: float) -> None:
        """Take in that `done` bytes are here at the time `now`, in seconds."""
        if self._samples and done < self._samples[-1][1]:
            # What was here has turned out to be of no use, and comes again.
            self._samples.clear()
        self._samples.append((now, done))
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW_SECONDS:
            self._samples.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        """Return the speed, or None where it is too early to tell."""
        if not self._samples:
            return None
        (began, first), (ended, last) = self._samples[0], self._samples[-1]
        return (last - first) / (ended - began) if ended - began >= LEAST_SECONDS else None


def draw(name: str, done: int, total: int, speed: float | None, canvas: Canvas) -> Text:
    """Return one line no wider than the canvas; where room is short the bar goes first, then whole facts."""
    told = facts(done, total, speed)
    width = canvas.width - MARGIN
    line = Text(name, style="bold")
    room = width - len(GAP.join([name, *told])) - len(GAP)
    if room >= NARROWEST_BAR:
        cells = min(WIDEST_BAR, room)
        filled = cells * min(done, total) // max(1, total)
        full, empty = (FILLED, EMPTY) if canvas.unicode else (ASCII_FILLED, ASCII_EMPTY)
        line.append(GAP).append(full * filled, style="not bold green")
        line.append(empty * (cells - filled), style="not bold bright_black")
    for fact in told:
        if line.cell_len + len(GAP) + len(fact) <= width:
            line.append(f"{GAP}{fact}", style="not bold")
    line.truncate(width)
    return line


def facts(done: int, total: int, speed: float | None) -> list[str]:
    """Return how far a download is and how fast, the most important first; 100% is said of nothing that goes on."""
    told = [f"{100 * done // max(1, total)}%", f"{size(done)} of {size(total)}"]
    if speed is None:
        return told
    if speed < 1:
        return [*told, "waiting"]
    return [*told, f"{size(round(speed))}/s", f"{duration((total - done) / speed)} left"]
