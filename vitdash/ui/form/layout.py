"""Where each row of the form stands, in one column or two. Must not know how rows are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitdash.ui.form.rows import Row, Section

Item = Row | str
"""A row, or the heading of a section; "" is an empty line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Column and line of a row."""

    column: int
    y: int


class Layout:
    """Columns of items from the top down, and where in them each field is."""

    def __init__(self, sections: Sequence[Section], columns: int) -> None:
        blocks: list[list[Item]] = [[section.heading, *section.rows, ""] for section in sections]
        self.columns: list[list[Item]] = [[] for _ in range(columns)]
        for column, held in enumerate(_split(blocks, columns)):
            self.columns[column] = [item for block in held for item in block][:-1]
        self.height = max((len(column) for column in self.columns), default=0)
        self.places = {
            item.key: Place(column, y)
            for column, items in enumerate(self.columns)
            for y, item in enumerate(items)
            if isinstance(item, Row)
        }
        rows = [item for items in self.columns for item in items if isinstance(item, Row)]
        self.rows = {row.key: row for row in rows}
        self.order = [row.key for row in rows if not row.idle]
        """The fields that can be gone to, in reading order."""

    def at(self, column: int, y: int) -> Item:
        """Return what stands at a place, "" for nothing."""
        items = self.columns[column] if column < len(self.columns) else []
        return items[y] if 0 <= y < len(items) else ""


def _split(blocks: list[list[Item]], columns: int) -> list[list[list[Item]]]:
    """Share the sections out to columns in order, the highest column as low as can be."""
    if columns == 1 or len(blocks) < 2:
        return [blocks]

    def highest(cut: int) -> int:
        return max(sum(map(len, blocks[:cut])), sum(map(len, blocks[cut:])))

    cut = min(range(1, len(blocks)), key=highest)
    return [blocks[:cut], blocks[cut:]]
