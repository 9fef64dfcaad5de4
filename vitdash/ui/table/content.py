"""What a live table shows: columns, rows, cells. Must not know how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash.ui.signs import Sign


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A heading and how its column is laid out; `least` is the width that it has at any rate.

    With `highest_first`, that is how it is sorted when it is first asked to be, unless the best is marked and known.
    """

    key: str
    heading: str
    right: bool = True
    least: int = 0
    highest_first: bool = False


@dataclass(frozen=True, slots=True)
class TableCell:
    """What stands in one place, and the value that it is sorted by; `style` is "best", "dim", "error" or ""."""

    text: str
    value: float | int | str | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that keeps its identity `key` wherever it stands, with a cell for each column."""

    key: str
    cells: tuple[TableCell, ...]
    sign: Sign | None = None
    marked: bool = False
