"""Columns of values as columns of dots, one whole number each. Must not know colours or characters.

Bit 0 says that something lies above what is seen, bits 1 to `rows` are the dots from the top, bit `rows` + 1 says that
something lies below. Drawing from a column on changes nothing before it, and gives what drawing everything would.
"""

from __future__ import annotations

from collections.abc import Sequence

from vitdash.ui.plot.columns import Extremes
from vitdash.ui.plot.scale import Placer


class Raster:
    """The dots of one series in `columns` × `rows`."""

    def __init__(self, columns: int, rows: int) -> None:
        self.masks = [0] * columns
        self._rows = rows

    def clear(self, begin: int) -> None:
        """Take away what is drawn from a column on."""
        self.masks[begin:] = [0] * (len(self.masks) - begin)

    def line(self, columns: Sequence[Extremes], placer: Placer, begin: int = 0) -> None:
        """Draw from the lowest to the highest value of each column, joined to the one before."""
        start = _start(columns, begin)
        drawn = columns[start:]
        tops = placer.all([item.high for item in drawn])
        bottoms = placer.all([item.low for item in drawn])
        entries = placer.all([item.first for item in drawn])
        exits = placer.all([item.last for item in drawn])
        column_before = columns[start - 1].column if start else None
        row = placer.row(columns[start - 1].last) if start else 0
        for item, top, bottom, entered, left in zip(drawn, tops, bottoms, entries, exits, strict=True):
            column = item.column
            if column_before is not None and item.joined:
                if column - column_before > 1:
                    self._bridge(column_before, row, column, entered)
                elif entered > row + 1:
                    top = min(top, row + 1)
                elif entered < row - 1:
                    bottom = max(bottom, row - 1)
            self._fill(column, top, bottom)
            column_before, row = column, left

    def area(self, lower: Sequence[Extremes], upper: Sequence[Extremes], placer: Placer, begin: int = 0) -> None:
        """Fill between two lines, which have values in the same columns or are left out there."""
        above = {item.column: item for item in upper}
        both = [(item, above[item.column]) for item in lower if item.column in above]
        start = _start([item for item, _ in both], begin)
        for index in range(start, len(both)):
            low, high = both[index]
            if index and low.joined and high.joined:
                self._between(both[index - 1], (low, high), placer)
            self._fill(low.column, placer.row(high.high), placer.row(low.low))

    def points(self, columns: Sequence[Extremes], placer: Placer, size: tuple[int, int], begin: int = 0) -> None:
        """Draw the extreme values of each column as blocks of `size`, at the left edge of a cell as wide as a block."""
        width, height = size
        for item in columns[_start(columns, begin) :]:
            edge = item.column // width * width
            for row in {placer.row(item.low), placer.row(item.high)}:
                for column in range(edge, edge + width):
                    self._fill(column, row, row + height - 1 if 0 <= row < self._rows else row)

    def _between(self, before: tuple[Extremes, Extremes], here: tuple[Extremes, Extremes], placer: Placer) -> None:
        begin, end = before[0].column, here[0].column
        lows = placer.row(before[0].last), placer.row(here[0].first)
        highs = placer.row(before[1].last), placer.row(here[1].first)
        for column in self._seen(begin + 1, end):
            share = (column - begin) / (end - begin)
            top = highs[0] + (highs[1] - highs[0]) * share
            self._fill(column, round(top), round(lows[0] + (lows[1] - lows[0]) * share))

    def _bridge(self, begin: int, row: int, end: int, entered: int) -> None:
        slope = (entered - row) / (end - begin)
        seen = self._seen(begin + 1, end + 1)
        before = round(row + slope * (seen.start - 1 - begin))
        for column in seen:
            here = round(row + slope * (column - begin))
            if here > before:
                self._fill(column, before + 1, here)
            elif here < before:
                self._fill(column, here, before - 1)
            else:
                self._fill(column, here, here)
            before = here

    def _seen(self, begin: int, end: int) -> range:
        return range(max(begin, 0), max(min(end, len(self.masks)), 0))

    def _fill(self, column: int, top: int, bottom: int) -> None:
        if 0 <= column < len(self.masks):
            rows = self._rows
            top = -1 if top < 0 else min(top, rows)
            bottom = -1 if bottom < 0 else min(bottom, rows)
            self.masks[column] |= (1 << bottom + 2) - (1 << top + 1)


def _start(columns: Sequence[Extremes], begin: int) -> int:
    """Return the index of the first entry at or beyond column `begin`."""
    index = len(columns)
    while index and columns[index - 1].column >= begin:
        index -= 1
    return index
