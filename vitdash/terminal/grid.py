"""A table on a terminal: columns are left out whole where room is short, numbers are never cut. Knows no content."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP = 2
INDENT = 2
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
    """Print the columns that fit, without those that are empty, and return how many were left out for room.

    Where not even those of rank 0 fit beside each other, the first has a line of its own above the others.
    """
    filled = [column for column in columns if column.rank == 0 or any(column.cells)]
    stays = [column for column in filled if column.rank == 0]
    about = filled.pop(0) if len(stays) > 1 and needed(stays) > console.width else None
    indent = INDENT if about else 0
    fitting = list(filled)
    while needed(fitting) > console.width - indent and any(column.rank for column in fitting):
        fitting.remove(max(fitting, key=lambda column: column.rank))
    widths = _widths(fitting, console.width - indent)
    headings = [_wrapped(column.heading, width) for column, width in zip(fitting, widths, strict=True)]
    tallest = max(len(lines) for lines in headings)
    # Headings stand on the line above the values, however many lines they take.
    parts = [[""] * (tallest - len(lines)) + lines for lines in headings]
    page = Text()
    if about:
        page.append(f"{about.heading}\n", style="dim")
    for index in range(tallest):
        line = (" " * GAP).join(_aligned(fitting, widths, [lines[index] for lines in parts]))
        page.append(f"{' ' * indent}{line}".rstrip() + "\n", style="dim")
    for index in range(len(fitting[0].cells)):
        if about:
            page.append(f"{about.cells[index]}\n", style="bold" if index in about.bold else "")
        _append_row(page, fitting, widths, index, indent)
    console.print(page, end="", soft_wrap=True)
    return len(filled) - len(fitting)


def needed(columns: list[GridColumn]) -> int:
    """Return the terminal cells that columns need at least beside each other."""
    return _total([column.narrowest for column in columns])


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


def _aligned(columns: list[GridColumn], widths: list[int], texts: list[str]) -> list[str]:
    return [column.aligned(text, width) for column, width, text in zip(columns, widths, texts, strict=True)]


def _append_row(page: Text, columns: list[GridColumn], widths: list[int], index: int, indent: int) -> None:
    start = len(page) + indent
    cells = _aligned(columns, widths, [column.cells[index] for column in columns])
    page.append((" " * indent + (" " * GAP).join(cells)).rstrip() + "\n")
    for column, cell in zip(columns, cells, strict=True):
        if index in column.bold:
            page.stylize("bold", start, start + len(cell))
        start += len(cell) + GAP
