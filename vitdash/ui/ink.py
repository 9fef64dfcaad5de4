"""Text with styles that the theme decides on: written by name, coloured by the widget. Must not know widgets."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Piece = tuple[str, str]
"""A text and the name of its style; "" is usual text, "#rrggbb" a colour of its own."""

SHORTEST_ELIDED = 5
"""In fewer cells nothing would be left of a name on either side."""
NAMES = ("muted", "empty", "strong", "success", "warning", "error", "accent", "best")
"""The names that every widget with ink has as component classes, each `ink--<name>`."""


class Line:
    """One line that is put together from pieces, and knows how wide it is."""

    __slots__ = ("pieces", "width")

    def __init__(self, *pieces: Piece) -> None:
        self.pieces: list[Piece] = []
        self.width = 0
        for text, style in pieces:
            self.add(text, style)

    def add(self, text: str, style: str = "") -> Line:
        """Append a piece."""
        self.pieces.append((text, style))
        self.width += cell_len(text)
        return self

    def extended(self, other: Line) -> Line:
        """Append all of another line."""
        self.pieces += other.pieces
        self.width += other.width
        return self

    def right(self, text: str, style: str, width: int) -> Line:
        """Append a piece that ends at `width`, where there is room for it and a space before it."""
        room = width - self.width - cell_len(text)
        if room >= 1:
            self.add(" " * room)
            self.add(text, style)
        return self

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join(text for text, _ in self.pieces)

    def strip(self, width: int, styles: Mapping[str, Style], base: Style) -> Strip:
        """Return what a terminal shows: exactly `width` cells on `base`."""
        segments = [Segment(text, base + _style(name, styles)) for text, name in self.pieces if text]
        return Strip(segments, self.width).adjust_cell_length(width, base)


def fitted(text: str, width: int, more: str = "…") -> str:
    """Return `text`, its end replaced by `more` where it is wider than `width`; nothing where that does not fit."""
    if cell_len(text) <= width:
        return text
    if width < cell_len(more):
        return ""
    return set_cell_size(text, width - cell_len(more)).rstrip() + more


def elided(name: str, width: int, more: str = "…") -> str:
    """Return a name, shortened in its middle: what tells names apart is often their end, which gets the larger half."""
    if cell_len(name) <= width:
        return name
    if width < SHORTEST_ELIDED or cell_len(name) != len(name):
        return fitted(name, width, more)
    tail = (width - len(more) + 1) // 2
    return f"{name[: width - len(more) - tail]}{more}{name[-tail:]}"


def _style(name: str, styles: Mapping[str, Style]) -> Style:
    if not name:
        return Style.null()
    found = styles.get(name)
    return Style.parse(name) if found is None else found
