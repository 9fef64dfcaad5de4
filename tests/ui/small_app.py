"""A very small app on our driver, for what concerns the terminal alone: `python -m tests.ui.small_app`."""

from __future__ import annotations

import os
import signal
import sys
from typing import cast

from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input, Static

from vitdash.settings import Settings
from vitdash.ui import appearance, line_filters
from vitdash.ui.driver import TerminalDriver


class Asking(Screen[None]):
    """A screen with a field; escape leaves it."""

    AUTO_FOCUS = "Input"
    BINDINGS = [("escape", "app.pop_screen", "leave")]  # noqa: RUF012 - as Textual declares it

    def compose(self) -> ComposeResult:
        """Show many panels, so that it takes its time to open."""
        yield Input(id="asked")
        yield from (Static(str(number)) for number in range(30))


class Small(App[None]):
    """Says which keys it got."""

    AUTO_FOCUS = ""
    CSS = """
    Input { border: none; height: 1; }
    Static { border: round $primary; }
    #muted { color: $text-muted; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.looks = appearance.choose(Settings(), os.environ)
        self.theme = self.looks.theme
        self._own = line_filters.of(self.looks)

    def get_line_filters(self) -> list[LineFilter]:
        """Return Textual's own and ours."""
        return [*super().get_line_filters(), *self._own]

    def compose(self) -> ComposeResult:
        """Show a line with all kinds of characters, and one of the keys."""
        yield Static("ready ● ▲ ⣿⡇ ▁▂▃ … 猫 é", id="signs")
        yield Static("muted", id="muted")
        yield Static("keys:", id="keys")
        yield Input(id="find")

    def on_key(self, event: object) -> None:
        """Show a key; q ends."""
        key = getattr(event, "key", "")
        if key == "slash":
            self.query_one("#find", Input).focus()
        if key == "p":
            self._focus_after(500)
        if key == "n":
            self.push_screen(Asking())
        if key == "w":
            self._be_signalled_amid_a_write()
        if key == "q":
            self.exit()
        shown = self.query_one("#keys", Static)
        shown.update(f"{shown.content} {key}")

    def _focus_after(self, turns: int) -> None:
        """Focus the field after so many messages between app and screen: work that is passed from one to the other."""
        if turns:
            (self.screen if turns % 2 else self).call_later(self._focus_after, turns - 1)
        else:
            self.query_one("#find", Input).focus()

    def _be_signalled_amid_a_write(self) -> None:
        writer = cast("TerminalDriver", self._driver)._writer_thread
        assert writer is not None
        with writer._queue.mutex:
            for number in (signal.SIGCONT, signal.SIGWINCH, signal.SIGTERM):
                signal.raise_signal(number)


if __name__ == "__main__":
    app = Small()
    app.run()
    sys.exit(app.return_code or 0)
