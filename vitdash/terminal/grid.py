"""A table on a terminal: columns are left out whole where room is short, numbers are never cut. Knows no content."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A heading and its cells; `rank` 0 stays, of the others the highest goes first. `bold` marks cells by index."""

    heading: str
    cells: tuple[str, ...]
    rank: int = 0
    left: bool = False
    bold: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        """Cells it needs: the longest value, or the longest word of its heading."""
        return max((len(part) for part in (*self.cells, *self.heading.split())), default=1)


def show(console: Console, columns: list[GridColumn]) -> int:
    """Print the columns that fit, without those that are empty, and return how many were left out for room."""
    filled = [column for column in columns if column.rank == 0 or any(column.cells)]
    fitting = list(filled)
    while _width(fitting) > console.width and any(column.rank for column in fitting):
        fitting.remove(max(fitting, key=lambda column: column.rank))
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False)
    for column in fitting:
        table.add_column(
            Text(column.heading, style="dim"),
            justify="left" if column.left else "right",
            vertical="bottom",
            overflow="fold",
            min_width=min(column.width, console.width),
            # Only the heading wraps: a cell never does.
            max_width=max(column.width, min(len(column.heading), 16)),
        )
    for index in range(len(fitting[0].cells)):
        cells = [Text(column.cells[index], style="bold" if index in column.bold else "") for column in fitting]
        table.add_row(*cells)
    console.print(table)
    return len(filled) - len(fitting)


def _width(columns: list[GridColumn]) -> int:
    return sum(column.width + GAP for column in columns) - GAP
