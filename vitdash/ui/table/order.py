"""The order of a table's rows by one column: numbers, then text, then what has no value, in either direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter

from vitdash.ui.table.content import TableCell, TableRow

_NUMBER = re.compile(r"[0-9]+")
LONGEST_NUMBER = 16
_NOTHING = TableCell("")


def cell_at(row: TableRow, place: int) -> TableCell:
    """Return the cell of a column, an empty one where the row is too short."""
    return row.cells[place] if place < len(row.cells) else _NOTHING


def arrange(rows: Sequence[TableRow], place: int, *, descending: bool) -> list[int]:
    """Return the places of the rows in order of the cells at `place`; rows that are equal there stay as they are."""
    numbers: list[tuple[float, int]] = []
    texts: list[tuple[str, int]] = []
    nothing: list[int] = []
    for index, row in enumerate(rows):
        value = row.cells[place].value if place < len(row.cells) else None
        if isinstance(value, str):
            texts.append((natural(value), index))
        elif value is None or value != value:
            nothing.append(index)
        else:
            numbers.append((value, index))
    first = itemgetter(0)
    numbers.sort(key=first, reverse=descending)
    texts.sort(key=first, reverse=descending)
    return [index for _, index in numbers] + [index for _, index in texts] + nothing


def natural(text: str) -> str:
    """Return what to sort a text by: h4 comes before h16, whatever the case."""
    return _NUMBER.sub(_padded, text.casefold())


def _padded(found: re.Match[str]) -> str:
    return found[0].zfill(LONGEST_NUMBER)


def descends(rows: Sequence[TableRow], place: int, *, otherwise: bool) -> bool:
    """Return whether descending is the direction that puts the best cell of a column first, if one is the best."""
    values = [cell.value for row in rows if (cell := cell_at(row, place)).style == "best"]
    best = next((value for value in values if isinstance(value, (int, float))), None)
    if best is None:
        return otherwise
    others = (cell_at(row, place).value for row in rows)
    numbers = [value for value in others if isinstance(value, (int, float)) and value == value]
    return otherwise if min(numbers) == max(numbers) else max(numbers) <= best
