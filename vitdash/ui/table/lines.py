"""The lines of a table as pieces of text with the names of their styles. Must not know colours or widgets."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.cells import cell_len

from vitdash.text import plain
from vitdash.ui.ink import elided, fitted
from vitdash.ui.table.content import TableColumn, TableRow
from vitdash.ui.table.layout import Layout
from vitdash.ui.table.order import cell_at

Piece = tuple[str, str]
"""A text and the name of its style: that of a cell, "heading", "sorted", "pointer", "mark", "sign" or ""."""

_IN_ASCII = str.maketrans("←→…·×╲–Δ▼▲✓", "<>~.x\\-dv^*")


class Characters:
    """The signs of a table, in the characters that the terminal has."""

    def __init__(self, *, unicode: bool) -> None:
        self.pointer = "▸" if unicode else ">"
        self.mark = "✓" if unicode else "*"
        self.up, self.down = ("▲", "▼") if unicode else ("^", "v")
        self.left, self.right = ("←", "→") if unicode else ("<", ">")
        self.more = "…" if unicode else "~"
        self.unicode = unicode

    def shown(self, text: str) -> str:
        """Return text from a run as it may be drawn: without control characters, and ASCII where that is all."""
        return self.drawable(plain(text))

    def drawable(self, text: str) -> str:
        """Return text of our own in the characters that the terminal has, one for each."""
        if self.unicode or text.isascii():
            return text
        return text.translate(_IN_ASCII).encode("ascii", "replace").decode()


def heading(
    columns: Sequence[TableColumn], layout: Layout, signs: Characters, sort_key: str, *, descending: bool
) -> list[Piece]:
    """Return the line of headings; the sign of the order stands where it does not move the heading."""
    pieces: list[Piece] = []
    reached = 0
    for placed in layout.columns:
        column, width = columns[placed.index], placed.width
        text = signs.shown(column.heading)
        gap = placed.start - reached
        ordered = column.key == sort_key and bool(sort_key)
        if ordered:
            sign = signs.down if descending else signs.up
            # Of a wide gap, the sign may take a cell.
            borrowed = int(column.right and gap > 1 and cell_len(text) + 1 == width)
            gap, width = gap - borrowed, width + borrowed
            space = " " if cell_len(text) + 2 <= width else ""
            text = f"{sign}{space}{text}" if column.right else f"{text}{space}{sign}"
        pieces.append((" " * gap, "heading"))
        text = aligned(fitted(text, width, signs.more), width, right=column.right)
        pieces.append((text, "sorted" if ordered else "heading"))
        reached = placed.start + placed.width
    return pieces


def row(
    content: TableRow, columns: Sequence[TableColumn], layout: Layout, signs: Characters, before: str, *, cursor: bool
) -> list[Piece]:
    """Return the line of a row; `before` says what stands before the first column: pointer, then mark, then sign."""
    pieces = _before(content, signs, before, cursor=cursor)
    reached = cells_before(before)
    for place, placed in enumerate(layout.columns):
        cell = cell_at(content, placed.index)
        column, width = columns[placed.index], placed.width
        pieces.append((" " * (placed.start - reached), ""))
        text = signs.shown(cell.text)
        text = elided(text, width, signs.more) if place == 0 else fitted(text, width, signs.more)
        space = " " * (width - cell_len(text))
        pieces += [(space, ""), (text, cell.style)] if column.right else [(text, cell.style), (space, "")]
        reached = placed.start + width
    return pieces


def _before(content: TableRow, signs: Characters, before: str, *, cursor: bool) -> list[Piece]:
    sign = content.sign
    drawn = {
        "pointer": (signs.pointer if cursor else " ", "pointer"),
        "mark": (signs.mark if content.marked else " ", "mark"),
        "sign": (sign.marker if sign else " ", "sign"),
    }
    return [*(drawn[name] for name in before.split()), (" ", "")]


def cells_before(before: str) -> int:
    """Return how many cells stand before the first column."""
    return len(before.split()) + 1


def aligned(text: str, width: int, *, right: bool) -> str:
    """Return text with spaces up to the width."""
    spaces = " " * (width - cell_len(text))
    return spaces + text if right else text + spaces


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text that is broken between words."""
    return [line for part in text.split("\n") for line in textwrap.wrap(part, max(1, width)) or [""]]
