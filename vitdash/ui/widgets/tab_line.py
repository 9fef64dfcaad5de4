"""The names of the panels, one of them shown: `1 Loss 2 Accuracy …`. Must not know what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from vitdash.ui.ink import Line


class TabLine(Widget):
    """One line of names with their keys; a click shows a panel."""

    class Chosen(Message):
        """A name was clicked on."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab-line--current", "tab-line--key"}
    DEFAULT_CSS = """
    TabLine {
        height: 1;
        & > .tab-line--current { background: $primary; color: $text; text-style: bold; }
        & > .tab-line--key { color: $text-accent; text-style: bold; }
    }
    """
    current: reactive[str] = reactive("")

    def __init__(self, tabs: Sequence[tuple[str, str]], *, id: str | None = None) -> None:  # noqa: A002 - as Textual has it
        """Take the panels' ids and names, in order."""
        super().__init__(id=id)
        self._tabs = tuple(tabs)

    def show(self, tabs: Sequence[tuple[str, str]]) -> None:
        """Show other panels, or the same by other names."""
        if self._tabs != tuple(tabs):
            self._tabs = tuple(tabs)
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is but one
        """Return the line."""
        current = self.get_component_rich_style("tab-line--current", partial=True)
        key = self.get_component_rich_style("tab-line--key", partial=True)
        line = Line((" ", ""))
        for number, tab, name in self._seen():
            if tab == self.current:
                line.add(f" {number} {name} ", "current")
            else:
                line.add(f" {number}", "key").add(f" {name} ")
        styles: dict[str, Style] = {"current": current, "key": key}
        return line.strip(self.size.width, styles, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Say which name was clicked on."""
        left = 1
        for number, tab, name in self._seen():
            width = _width(number, name)
            if left <= event.x < left + width:
                self.post_message(self.Chosen(tab))
            left += width

    def _seen(self) -> list[tuple[int, str, str]]:
        """Return number, id and name of the panels that there is room for, the current one among them."""
        found = [(number, tab, name) for number, (tab, name) in enumerate(self._tabs, 1)]
        while len(found) > 1 and 1 + sum(_width(number, name) for number, _, name in found) > self.size.width:
            # The last goes first; the current one stays, whichever it is.
            found.pop(-1 if found[-1][1] != self.current else -2)
        return found


def _width(number: int, name: str) -> int:
    return len(f" {number} {name} ")
