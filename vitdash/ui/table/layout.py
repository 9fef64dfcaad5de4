"""How wide a table's columns are and which of them there is room for: whole ones only, so that no number is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter

from rich.cells import cell_len

from vitdash.text import plain
from vitdash.ui.table.content import TableColumn, TableRow
from vitdash.ui.table.order import cell_at

GAPS = (3, 2, 1)
"""Cells between columns; as many as there is room for."""
SHORTEST_NAME = 16
"""In cells; shorter only where else nothing would stand beside it."""
SHORTEST_OF_ALL = 10
WIDEST_TEXT = 40
_CELLS, _TEXT = attrgetter("cells"), attrgetter("text")


@dataclass(frozen=True, slots=True)
class Placed:
    """A column on the screen: which one it is, where it starts, how wide it is."""

    index: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are seen, and how many are not, on either side."""

    columns: tuple[Placed, ...]
    hidden_left: int = 0
    hidden_right: int = 0

    def column_at(self, x: int) -> int | None:
        """Return the column at a cell of a line; the gap before a column belongs to it."""
        return next((placed.index for placed in self.columns if x < placed.start + placed.width), None)


def width_of(text: str) -> int:
    """Return how many cells a text takes at most when it is drawn: control characters are left out then."""
    return len(text) if text.isascii() else cell_len(plain(text))


def widest(rows: Sequence[TableRow], place: int) -> int:
    """Return the width of the widest cell of a column."""
    return _widest([cell_at(row, place).text for row in rows])


def all_widest(rows: Sequence[TableRow], count: int) -> list[int]:
    """Return the width of the widest cell of each column."""
    if any(len(row.cells) != count for row in rows):
        return [widest(rows, place) for place in range(count)]
    # Without a step of Python's for each cell: there may be a hundred thousand.
    texts = list(map(_TEXT, chain.from_iterable(map(_CELLS, rows))))
    return [_widest(texts[place::count]) for place in range(count)]


def _widest(texts: Sequence[str]) -> int:
    return max(map(len if all(map(str.isascii, texts)) else width_of, texts), default=0)


def natural_width(column: TableColumn, widest_cell: int, sign_room: int) -> int:
    """Return the width that shows all of a column, with room beside its heading for the sign of the order."""
    width = max(width_of(column.heading) + sign_room, widest_cell, column.least)
    return width if column.right else min(width, max(WIDEST_TEXT, column.least))


def fit(columns: Sequence[TableColumn], widths: Sequence[int], room: int, before: int, skipped: int) -> Layout:
    """Lay out columns in `room` cells, after `before` cells for signs: the first, and those after the `skipped` ones.

    The first column is shortened before another one is left out.
    """
    if not columns or room <= before:
        return Layout(())
    skipped = max(0, min(skipped, len(columns) - 2))
    rest = list(range(1 + skipped, len(columns)))
    shortest = min(widths[0], max(SHORTEST_NAME, columns[0].least), room - before)
    others = [widths[place] for place in rest]
    gap, count = _choose(others, room - before, widths[0], shortest)
    if rest and not count and not columns[0].least:
        gap, count = _choose(others[:1], room - before, widths[0], min(shortest, SHORTEST_OF_ALL))
    taken = sum(gap + widths[place] for place in rest[:count])
    placed = [Placed(0, before, min(widths[0], room - before - taken))]
    for place in rest[:count]:
        placed.append(Placed(place, placed[-1].start + placed[-1].width + gap, widths[place]))
    return Layout(tuple(placed), skipped, len(rest) - count)


def _choose(widths: Sequence[int], room: int, wanted: int, shortest: int) -> tuple[int, int]:
    """Return the gap and how many columns to show."""

    def fitting(gap: int, first: int) -> int:
        left, count = room - first, 0
        for width in widths:
            left -= gap + width
            if left < 0:
                break
            count += 1
        return count

    for first in (wanted, shortest):
        for gap in GAPS if first == wanted else GAPS[1:]:
            if fitting(gap, first) == len(widths):
                return gap, len(widths)
    return max(((gap, fitting(gap, shortest)) for gap in GAPS[1:]), key=lambda choice: (choice[1], choice[0]))


def row_widths(row: TableRow, count: int) -> list[int]:
    """Return how wide the cells of a row are."""
    return [width_of(cell_at(row, place).text) for place in range(count)]
