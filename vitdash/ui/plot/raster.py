"""Columns of values as columns of dots, one whole number each. Must not know colours or characters.

Bit 0 says that something lies above what is seen, bits 1 to `rows` are the dots from the top, bit `rows` + 1 says that
something lies below. Drawing from a column on changes nothing before it, and gives what drawing everything would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vitdash.ui.plot.columns import Extremes

Place = Callable[[float], int]


class Raster:
    """The dots of one series in `columns` × `rows`."""

    def __init__(self, columns: int, rows: int) -> None:
        self.masks = [0] * columns
        self._rows = rows

    def clear(self, begin: int) -> None:
        """Take away what is drawn from a column on."""
        self.masks[begin:] = [0] * (len(self.masks) - begin)

    def line(self, columns: Sequence[Extremes], place: Place, begin: int = 0) -> None:
        """Draw from the lowest to the highest value of each column, joined to the one before."""
        ends = _start(columns, begin)
        before = columns[ends - 1] if ends else None
        for item in columns[ends:]:
            column, low, high, first, _, joined = item
            top, bottom = place(high), place(low)
            if before is not None and joined:
                row, entered = place(before.last), place(first)
                if column - before.column > 1:
                    self._bridge(before.column, row, column, entered)
                elif entered > row + 1:
                    top = min(top, row + 1)
                elif entered < row - 1:
                    bottom = max(bottom, row - 1)
            self._fill(column, top, bottom)
            before = item

    def area(self, lower: Sequence[Extremes], upper: Sequence[Extremes], place: Place, begin: int = 0) -> None:
        """Fill between two lines, which have values in the same columns or are left out there."""
        above = {item.column: item for item in upper}
        both = [(item, above[item.column]) for item in lower if item.column in above]
        start = _start([item for item, _ in both], begin)
        for index in range(start, len(both)):
            low, high = both[index]
            if index and low.joined and high.joined:
                self._between(both[index - 1], (low, high), place)
            self._fill(low.column, place(high.high), place(low.low))

    def points(self, columns: Sequence[Extremes], place: Place, size: tuple[int, int], begin: int = 0) -> None:
        """Draw the extreme values of each column as blocks of `size`, at the left edge of a cell as wide as a block."""
        width, height = size
        for item in columns[_start(columns, begin) :]:
            edge = item.column // width * width
            for row in {place(item.low), place(item.high)}:
                for column in range(edge, edge + width):
                    self._fill(column, row, row + height - 1 if 0 <= row < self._rows else row)

    def _between(self, before: tuple[Extremes, Extremes], here: tuple[Extremes, Extremes], place: Place) -> None:
        begin, end = before[0].column, here[0].column
        lows = place(before[0].last), place(here[0].first)
        highs = place(before[1].last), place(here[1].first)
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
            top = min(max(top, -1), self._rows) + 1
            bottom = min(max(bottom, -1), self._rows) + 1
            self.masks[column] |= (1 << bottom + 1) - (1 << top)


def _start(columns: Sequence[Extremes], begin: int) -> int:
    """Return the index of the first entry at or beyond column `begin`."""
    index = len(columns)
    while index and columns[index - 1].column >= begin:
        index -= 1
    return index
