"""Fetches data sets for someone at a terminal: progress, Ctrl-C, what came of it. Must not know how files arrive."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.live import Live

from vitdash.data import inventory
from vitdash.data.download import DownloadCancelled
from vitdash.data.inventory import Entry
from vitdash.data.published import obtain
from vitdash.data.stock import State, Stock
from vitdash.errors import InterruptedByUser
from vitdash.terminal import console as consoles
from vitdash.terminal import interruptions, progress
from vitdash.terminal.live import Canvas
from vitdash.text import duration, plain, size

LINES_EVERY_PERCENT = 10
LINES_EVERY_SECONDS = 30.0


class View(Protocol):
    """Shows how far the download of one data set is."""

    def show(self, done: int, total: int) -> None:
        """Show that `done` bytes of `total` are here."""

    def notice(self, sentence: str) -> None:
        """Say what stands in the way."""

    def close(self) -> None:
        """Leave the terminal as it was found."""


class LiveView:
    """Redraws one line in place."""

    def __init__(self, console: Console, name: str) -> None:
        self._console, self._name = console, name
        self._pace = progress.Pace()
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def show(self, done: int, total: int) -> None:
        """Redraw the line."""
        self._pace.note(done, time.monotonic())
        canvas = Canvas(self._console.width, consoles.is_unicode(self._console))
        line = progress.draw(self._name, done, total, self._pace.bytes_per_second, canvas)
        self._live.update(line, refresh=True)

    def notice(self, sentence: str) -> None:
        """Print `sentence` above the line."""
        self._console.print(f"{self._name}: {sentence}", soft_wrap=True)

    def close(self) -> None:
        """Take the line off the terminal; what follows says how it ended."""
        self._live.stop()


class LineView:
    """Prints a line now and then: at every tenth, and after half a minute at the latest."""

    def __init__(self, console: Console, name: str) -> None:
        self._console, self._name = console, name
        self._pace = progress.Pace()
        self._tenth = -1
        self._printed = time.monotonic()

    def show(self, done: int, total: int) -> None:
        """Print a line if it is time for one."""
        now = time.monotonic()
        self._pace.note(done, now)
        tenth = 100 * done // max(1, total) // LINES_EVERY_PERCENT
        if tenth != self._tenth or now - self._printed >= LINES_EVERY_SECONDS:
            self._tenth, self._printed = tenth, now
            told = ", ".join(progress.facts(done, total, self._pace.bytes_per_second))
            self._console.print(f"{self._name}: {told}", soft_wrap=True)

    def notice(self, sentence: str) -> None:
        """Print `sentence`."""
        self._console.print(f"{self._name}: {sentence}", soft_wrap=True)

    def close(self) -> None:
        """Nothing to put back."""


class QuietView:
    """Shows nothing until the end."""

    def show(self, done: int, total: int) -> None:
        """Say nothing."""

    def notice(self, sentence: str) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Nothing to put back."""


def fetch(
    console: Console, entry: Entry, directory: Path, mirrors: tuple[str, ...], *, quiet: bool, as_json: bool
) -> Entry:
    """Fetch what is missing of one data set, say what came of it, and return what there is now.

    Raises:
        InputError: it cannot be had.
        InterruptedByUser: Ctrl-C; what has arrived is kept.
    """
    say = _unheard if as_json else lambda sentence: console.print(f"{entry.name}: {sentence}", soft_wrap=True)
    publication, stock = entry.facts.publication, entry.stock
    if publication is None or stock is None:
        say("is bundled; there is nothing to fetch.")
        return entry
    if stock.state is State.WHOLE:
        say(f"is there already, whole: {_what_is_there(stock)}.")
        return entry
    if not quiet:
        say(f"{_intention(stock)} into {plain(stock.folder, 500)}.")
    began = time.monotonic()
    with interruptions.noted() as interrupted:
        view = _choose(console, entry.name, silent=quiet or as_json)
        shown = _Shown(stock, view)
        try:
            obtain(publication, directory, shown.report, interrupted, mirrors, shown.failed)
        except DownloadCancelled:
            message = f"interrupted at {size(shown.done)} of {size(stock.size)}; what has arrived is kept."
            raise InterruptedByUser(entry.name, message, "The same command goes on from there.") from None
        finally:
            view.close()
    fetched = inventory.entry(entry.name, directory)
    if fetched.stock:
        say(f"whole, {_what_is_there(fetched.stock)}, after {duration(time.monotonic() - began)}.")
    return fetched


class _Shown:
    """Passes on to a view how a download gets on, and remembers how far it was."""

    def __init__(self, stock: Stock, view: View) -> None:
        self.done, self._view = stock.bytes_here, view

    def report(self, done: int, total: int) -> None:
        self.done = done
        self._view.show(done, total)

    def failed(self, why: str) -> None:
        self._view.notice(f"{plain(why)}.")


def _choose(console: Console, name: str, *, silent: bool) -> View:
    if silent:
        return QuietView()
    return LiveView(console, name) if consoles.is_live(console) else LineView(console, name)


def _intention(stock: Stock) -> str:
    damaged = [item.path.name for item in stock.files if item.state is State.DAMAGED]
    intention = f"fetching {size(stock.size - stock.bytes_here)}"
    return f"{' and '.join(damaged)} damaged; {intention}" if damaged else intention


def _what_is_there(stock: Stock) -> str:
    return f"{size(stock.bytes_on_disk)} in {plain(stock.folder, 500)}"


def _unheard(sentence: str) -> None:
    """Say nothing: only the result belongs into JSON."""
