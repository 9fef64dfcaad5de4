"""Points gathered by the column of dots that they fall into: spikes survive. Must not know the vertical axis."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite
from typing import NamedTuple


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
        if x == self.end:
            return self.columns - 1
        return floor((x - self.start) * self.columns / (self.end - self.start))

    def position(self, column: float) -> float:
        """Return the position at which a column begins."""
        return self.start + (self.end - self.start) * column / self.columns


def spans(x: Sequence[float], window: Window, begin: int) -> list[Span]:
    """Return where the points from `begin` on fall: the seen ones, and of the others the nearest on either side."""
    found: list[Span] = []
    count = len(x)
    index = max(begin, bisect_left(x, window.start, begin, count) - 1)
    while index < count:
        column = window.column(x[index])
        end = bisect_left(x, window.position(column + 1), index + 1, count)
        # The border is rounded: which side of it a point lies on is for `column` alone to say.
        while end > index + 1 and window.column(x[end - 1]) > column:
            end -= 1
        while end < count and window.column(x[end]) <= column:
            end += 1
        found.append(Span(column, index, end))
        if column >= window.columns:
            break
        index = end
    return found


def extremes(y: Sequence[float], where: Sequence[Span]) -> list[Extremes]:
    """Return what is drawn of each span's values, leaving out spans that are all gap."""
    found: list[Extremes] = []
    begin = where[0].begin if where else 0
    joined = begin > 0 and isfinite(y[begin - 1])
    for column, first, end in where:
        values = y[first:end]
        # A sum is finite only where all values are; it may overflow, and then they are looked at one by one.
        if isfinite(sum(values)):
            found.append(Extremes(column, min(values), max(values), values[0], values[-1], joined))
            joined = True
            continue
        known = [value for value in values if isfinite(value)]
        if known:
            joined = joined and isfinite(values[0])
            found.append(Extremes(column, min(known), max(known), known[0], known[-1], joined))
        joined = isfinite(values[-1])
    return found
