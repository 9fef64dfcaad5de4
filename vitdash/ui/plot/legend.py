"""The lines above a chart: its title and what each series is, with a value. Must not know where values come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from vitdash.ui.ink import elided, fitted
from vitdash.ui.plot.frame import Cell
from vitdash.ui.plot.ink import BLANK, NOTE, TEXT, TITLE

GAP = 2
_SHORTER = (*((longest, True) for longest in range(28, 13, -2)), *((longest, False) for longest in range(28, 5, -1)))
"""How long labels may be and whether second values stand there, tried one after the other until all series fit."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One series in the legend; numbers are never cut."""

    marker: str
    label: str
    value: str
    ink: int
    beside: str = ""

    def cells(self, longest: int, beside: bool, ellipsis: str) -> list[Cell]:
        """Return the entry as text, its label at most `longest` wide, perhaps without what stands `beside` it."""
        values = f" {self.value}" + (f" {self.beside}" if self.beside and beside else "")
        return [(f"{self.marker} {elided(self.label, longest, ellipsis)}", self.ink), (values, TEXT)]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a chart: a title, a note at the right edge where there is room, and a legend."""

    title: str
    note: str
    entries: tuple[Entry, ...]

    def lines(self, width: int, *, inline: bool, most: int = 2, ellipsis: str = "…") -> list[list[Cell]]:
        """Return the lines. `inline` puts the legend beside the title, where a line more would cost too much."""
        title: list[Cell] = [(fitted(self.title, width, ellipsis), TITLE)] if self.title else []
        if inline or not title:
            lines, _ = self._legend(title, width, most, ellipsis)
        else:
            below, missing = self._legend([], width, most, ellipsis)
            # As many lines, and the room beside the title as well: where more can be said there.
            beside, still_missing = self._legend(title, width, most + 1, ellipsis)
            more = (still_missing, -_named(beside)) < (missing, -_named(below))
            lines = beside if more else [title, *below]
        if self.note and lines and _width(lines[0]) + GAP + cell_len(self.note) <= width:
            room = width - _width(lines[0]) - cell_len(self.note)
            lines[0] = [*lines[0], (" " * room, BLANK), (self.note, NOTE)]
        return lines

    def _legend(self, start: list[Cell], width: int, most: int, ellipsis: str) -> tuple[list[list[Cell]], int]:
        """Return the lines of the legend, and how many series they only count."""
        left_out, items = len(self.entries) + 1, list[list[Cell]]()
        for longest, beside in _SHORTER:
            shorter = [entry.cells(longest, beside, ellipsis) for entry in self.entries]
            packed, missing = _pack(start, shorter, width, most)
            if not missing:
                return packed, 0
            # As many as can be are named, and those by as much of their names as can be.
            if missing < left_out:
                left_out, items = missing, shorter
        while left_out:
            # The last line makes room for how many are missing; what it loses is missing too.
            more: list[Cell] = [(f"+{left_out} more", NOTE)]
            shown = len(items) - left_out
            packed, still = _pack(start, [*items[:shown], more], width, most)
            if not still or not shown:
                return packed, left_out
            left_out += 1
        return packed, 0


def _pack(start: list[Cell], items: Sequence[list[Cell]], width: int, most: int) -> tuple[list[list[Cell]], int]:
    """Return lines filled with `items` from the left, and how many items found no place."""
    lines = [list(start)] if start else []
    for number, item in enumerate(items):
        fits = bool(lines) and _width(lines[-1]) + GAP + _width(item) <= width
        if fits:
            lines[-1] += [(" " * GAP, BLANK), *item]
        elif len(lines) < most and _width(item) <= width:
            lines.append(list(item))
        else:
            return lines, len(items) - number
    return lines, 0


def _named(lines: Sequence[Sequence[Cell]]) -> int:
    """Return how much of the series' names stands in the lines."""
    return sum(cell_len(text) for cells in lines for text, ink in cells if ink not in (BLANK, NOTE, TEXT, TITLE))


def _width(cells: Sequence[Cell]) -> int:
    return sum(cell_len(text) for text, _ in cells)
