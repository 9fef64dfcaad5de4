"""The ways a training is shown as it happens: redrawn, line by line, as JSON, not at all. Must not know processes."""

from __future__ import annotations

import time
from typing import Protocol

from rich.console import Console
from rich.live import Live

from vitdash.run import lines
from vitdash.run.events import (
    CheckpointSaved,
    DiagnosticsSaved,
    Event,
    News,
    Phase,
    Probed,
    Tick,
    TrainProgress,
    encode,
)
from vitdash.run.history import RunHistory
from vitdash.terminal import console as consoles
from vitdash.terminal import live
from vitdash.text import escaped

FRAMES_PER_SECOND = 8


class View(Protocol):
    """Shows the news of one run, and short notices of our own."""

    def show(self, item: News, history: RunHistory) -> None:
        """Show `item`, which `history` has already taken in."""

    def notice(self, text: str) -> None:
        """Show what we are doing about the run."""

    def close(self) -> None:
        """Leave the terminal as it was found."""


class LiveView:
    """Redraws a few lines in place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._history = RunHistory()
        self._tick: Tick | None = None
        self._notice = ""
        self._drawn = 0.0
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def show(self, item: News, history: RunHistory) -> None:
        """Take in the news and redraw, eight times a second at the most."""
        self._history = history
        self._tick = item if isinstance(item, Tick) else None if isinstance(item, TrainProgress) else self._tick
        now = time.monotonic()
        if not isinstance(item, Tick) or now - self._drawn >= 1 / FRAMES_PER_SECOND:
            self._drawn = now
            self._draw()

    def notice(self, text: str) -> None:
        """Show `text` under the figures from now on."""
        self._notice = text
        self._draw()

    def close(self) -> None:
        """Take the view off the terminal; what follows says how it ended."""
        self._live.stop()

    def _draw(self) -> None:
        canvas = live.Canvas(self._console.width, consoles.is_unicode(self._console))
        self._live.update(live.draw(self._history, self._tick, self._notice, canvas), refresh=True)


class LineView:
    """Prints a line for what matters: no more than an evaluation's worth, unless `everything` is asked for."""

    def __init__(self, console: Console, *, everything: bool = False) -> None:
        self._console = console
        self._everything = everything

    def show(self, item: News, history: RunHistory) -> None:  # noqa: ARG002 - a line needs no history
        """Print the event."""
        if not isinstance(item, Event):
            return
        frequent = isinstance(item, (TrainProgress, DiagnosticsSaved, CheckpointSaved))
        quiet = frequent or (isinstance(item, Phase) and item.name != "download")
        if self._everything or isinstance(item, Probed) or not quiet:
            self._console.print(lines.stamped(item), soft_wrap=True)

    def notice(self, text: str) -> None:
        """Print `text`; where it only takes the last one back, nothing."""
        if text:
            self._console.print(text, soft_wrap=True)

    def close(self) -> None:
        """Nothing to put back."""


class JsonView:
    """Prints the event lines themselves."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, item: News, history: RunHistory) -> None:  # noqa: ARG002 - the line says it all
        """Print the event as it is recorded."""
        if isinstance(item, Event):
            self._console.file.write(escaped(encode(item).decode().rstrip("\n")) + "\n")
            self._console.file.flush()

    def notice(self, text: str) -> None:
        """Say nothing: only events belong in this stream."""

    def close(self) -> None:
        """Nothing to put back."""


class QuietView:
    """Shows nothing until the end."""

    def show(self, item: News, history: RunHistory) -> None:
        """Say nothing."""

    def notice(self, text: str) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Nothing to put back."""


def choose(console: Console, *, quiet: bool = False, as_json: bool = False) -> View:
    """Return the view that fits what the user asked for and what the output can show."""
    if as_json:
        return JsonView(console)
    if quiet:
        return QuietView()
    return LiveView(console) if consoles.is_live(console) else LineView(console)
