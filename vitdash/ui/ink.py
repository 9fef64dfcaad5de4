"""Text with styles that the theme decides on: written by name, coloured by the widget. Must not know widgets."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Piece = tuple[str, str]
"""A text and the name of its style; "" is usual text, "#rrggbb" a colour of its own."""

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


def fitted(text: str, width: int) -> str:
    """Return `text`, shortened with … where it is wider than `width` cells."""
    if cell_len(text) <= width:
        return text
    cut = text
    while cut and cell_len(cut) > width - 1:
        cut = cut[:-1]
    return f"{cut.rstrip()}…" if width > 0 else ""


def elided(name: str, width: int) -> str:
    """Return a name, shortened in its middle: what tells names apart is often their end."""
    if cell_len(name) <= width:
        return name
    if width < 5:
        return fitted(name, width)
    tail = (width - 1) // 2
    return f"{name[: width - 1 - tail]}…{name[-tail:]}"


def _style(name: str, styles: Mapping[str, Style]) -> Style:
    if not name:
        return Style.null()
    found = styles.get(name)
    return Style.parse(name) if found is None else found
