"""Points gathered by the column of dots that they fall into: spikes survive. Must not know the vertical axis."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor, inf, isfinite, nextafter
from typing import NamedTuple

from vitdash.drawing.smoothing import LARGEST


class Span(NamedTuple):
    """The points `begin` to `end`, which fall into one column."""

    column: int
    begin: int
    end: int


class Extremes(NamedTuple):
    """What is drawn of the values in a column; `joined` is whether the line goes on from the column before it."""

    column: int
    low: float
    high: float
    first: float
    last: float
    joined: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the horizontal axis that is seen, in `columns` of dots; `end` itself belongs to the last one."""

    start: float
    end: float
    columns: int

    def column(self, x: float) -> int:
        """Return the column of a position; beyond either end there are columns too, which are not seen."""
        if self.start <= x <= self.end:
            return bisect_right(self.edges, x) - 1
        column = floor((x - self.start) * self.columns / (self.end - self.start))
        return min(column, -1) if x < self.start else max(column, self.columns)

    def position(self, column: float) -> float:
        """Return the position at which a column begins."""
        return self.start + (self.end - self.start) * column / self.columns

    @property
    def edges(self) -> list[float]:
        """The positions at which the columns begin, and where the last one ends."""
        return _edges(self)


@lru_cache(maxsize=32)
def _edges(window: Window) -> list[float]:
    return [*map(window.position, range(window.columns)), nextafter(window.end, inf)]


def spans(x: Sequence[float], window: Window, begin: int) -> list[Span]:
    """Return where the points from `begin` on fall: the seen ones, and of the others the nearest on either side."""
    found: list[Span] = []
    count = len(x)
    edges = window.edges
    index = max(begin, bisect_left(x, window.start, begin, count) - 1)
    if index < count and x[index] < window.start:
        found.append(Span(window.column(x[index]), index, index + 1))
        index += 1
    while index < count:
        column = bisect_right(edges, x[index]) - 1
        if column >= window.columns:
            found.append(Span(window.column(x[index]), index, index + 1))
            break
        end = bisect_left(x, edges[column + 1], index + 1, count)
        found.append(Span(column, index, end))
        index = end
    return found


def extremes(y: Sequence[float], where: Sequence[Span]) -> list[Extremes]:
    """Return what is drawn of each span's values, leaving out spans that are all gap."""
    begin = where[0].begin if where else 0
    joined = begin > 0 and abs(y[begin - 1]) < LARGEST
    # A sum is finite only where all values are; where it overflows they are looked at one by one, as those with gaps.
    if not where or not isfinite(sum(y[begin : where[-1].end])):
        return _with_gaps(y, where, joined)
    found = []
    going_on = joined
    for column, first, end in where:
        values = y[first:end]
        found.append(Extremes(column, min(values), max(values), values[0], values[-1], going_on))
        going_on = True
    seen = all(item.low > -LARGEST and item.high < LARGEST for item in found)
    return found if seen else _with_gaps(y, where, joined)


def _with_gaps(y: Sequence[float], where: Sequence[Span], joined: bool) -> list[Extremes]:
    found: list[Extremes] = []
    for column, first, end in where:
        values = y[first:end]
        known = [value for value in values if abs(value) < LARGEST]
        if known:
            joined = joined and abs(values[0]) < LARGEST
            found.append(Extremes(column, min(known), max(known), known[0], known[-1], joined))
        joined = abs(values[-1]) < LARGEST
    return found
