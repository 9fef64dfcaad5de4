"""The first line of a screen: what it is about on the left, one fact on the right. Must not know which screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events

from vitdash.ui.ink import Line, Piece
from vitdash.ui.widgets.inked import Inked


class TitleLine(Inked):
    """One line that leaves out the last parts, then the fact, where there is no room for them whole."""

    DEFAULT_CSS = """
    TitleLine { height: 1; background: $primary 25%; overflow: hidden; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id)
        self._parts: tuple[Piece, ...] = ()
        self._fact: Piece = ("", "")

    def show(self, parts: Sequence[Piece], fact: Piece = ("", "")) -> None:
        """Show the parts, the most important first, and the fact."""
        if (tuple(parts), fact) != (self._parts, self._fact):
            self._parts, self._fact = tuple(parts), fact
            self._draw()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual calls it
        """Fit the new width."""
        self._draw()

    def _draw(self) -> None:
        width = self.size.width
        kept = cell_len(self._fact[0]) + 2 if self._fact[0] else 1
        line = Line((" ", ""))
        for place, (text, style) in enumerate(self._parts):
            # A sign and the name after it always stand there.
            if place > 1 and line.width + cell_len(text) + kept > width:
                break
            line.add(text, style)
        self.write([line.right(*self._fact, width - 1)])
