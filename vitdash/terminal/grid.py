"""A table on a terminal: columns are left out whole where room is short, numbers are never cut. Knows no content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP = 2
TALLEST_HEADING = 2


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A heading and its cells; `rank` 0 stays, of the others the highest goes first. `bold` marks cells by index."""

    heading: str
    cells: tuple[str, ...]
    rank: int = 0
    left: bool = False
    bold: frozenset[int] = frozenset()

    @property
    def narrowest(self) -> int:
        """Terminal cells it needs at least: the longest value, or the longest word of its heading."""
        return max((cell_len(part) for part in (*self.cells, *self.heading.split())), default=1)

    def aligned(self, text: str, width: int) -> str:
        """Return `text` filled up to `width`."""
        return text + " " * (width - cell_len(text)) if self.left else " " * (width - cell_len(text)) + text


def show(console: Console, columns: list[GridColumn]) -> int:
    """Print the columns that fit, without those that are empty, and return how many were left out for room."""
    filled = [column for column in columns if column.rank == 0 or any(column.cells)]
    fitting = list(filled)
    while _total([column.narrowest for column in fitting]) > console.width and any(column.rank for column in fitting):
        fitting.remove(max(fitting, key=lambda column: column.rank))
    widths = _widths(fitting, console.width)
    headings = [_wrapped(column.heading, width) for column, width in zip(fitting, widths, strict=True)]
    tallest = max(len(lines) for lines in headings)
    for index in range(tallest):
        # Headings stand on the line above the values, however many lines they take.
        parts = [[""] * (tallest - len(lines)) + lines for lines in headings]
        _print_line(console, fitting, widths, [lines[index] for lines in parts], lambda _: "dim")
    for index in range(len(fitting[0].cells)):
        cells = [column.cells[index] for column in fitting]
        _print_line(console, fitting, widths, cells, lambda column, row=index: "bold" if row in column.bold else "")  # type: ignore[misc]
    return len(filled) - len(fitting)


def _widths(columns: list[GridColumn], room: int) -> list[int]:
    """Return the columns' widths: the least they need, and what is left spent on headings of many lines."""
    widths = [column.narrowest for column in columns]
    while _total(widths) < room:
        heights = [len(_wrapped(column.heading, width)) for column, width in zip(columns, widths, strict=True)]
        if max(heights) <= TALLEST_HEADING:
            break
        widths[heights.index(max(heights))] += 1
    return widths


def _wrapped(heading: str, width: int) -> list[str]:
    return wrap(heading, width, break_on_hyphens=False, break_long_words=False)


def _total(widths: list[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _print_line(
    console: Console, columns: list[GridColumn], widths: list[int], texts: list[str], style: Callable[[GridColumn], str]
) -> None:
    line = Text(" " * GAP).join(
        Text(column.aligned(text, width), style=style(column))
        for column, width, text in zip(columns, widths, texts, strict=True)
    )
    line.rstrip()
    console.print(line, soft_wrap=True)
