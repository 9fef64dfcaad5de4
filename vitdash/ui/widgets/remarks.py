"""A few lines said beside something, coloured by the theme. Draws what it is given, and does not scroll."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from vitdash.ui.ink import Line

STYLES = {
    "muted": "$foreground 62%",
    "empty": "$foreground 30%",
    "strong": "bold",
    "success": "$text-success",
    "warning": "$text-warning",
    "error": "$text-error",
    "accent": "$text-accent",
    "best": "bold $text-success",
}
"""Textual's words for the names of ink. Looked up by the text itself: component classes cost milliseconds a widget."""


class Remarks(Static):
    """Lines of ink without a cursor."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []

    @property
    def text(self) -> str:
        """All lines, without styles."""
        return "\n".join(line.text.rstrip() for line in self._lines)

    @property
    def room(self) -> int:
        """Cells in a line."""
        return self.content_region.width

    def write(self, lines: Sequence[Line]) -> None:
        """Say these lines from now on."""
        if [line.pieces for line in lines] != [line.pieces for line in self._lines]:
            as_high = len(lines) == len(self._lines)
            self._lines = list(lines)
            self.update(Content("\n").join(map(_content, lines)), layout=not as_high)


def _content(line: Line) -> Content:
    return Content.assemble(*((text, STYLES.get(style, style)) if style else text for text, style in line.pieces))
