"""One series as it grows: what of it is smoothed, gathered and drawn already. Must not know its neighbours."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import isfinite

from vitdash.drawing.smoothing import Smoother
from vitdash.ui.plot import columns, scale
from vitdash.ui.plot.columns import Extremes, Span, Window
from vitdash.ui.plot.frame import Dots
from vitdash.ui.plot.raster import Raster
from vitdash.ui.plot.scale import Placer, Trim
from vitdash.ui.plot.series import Series

BEGINNING = 0.03
"""The share of the axis that the start of a training may lie outside of it: a loss falls tenfold there."""


class Curve:
    """Keeps what is known of a series, so that a value more costs one column and not all of them."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.main: list[Extremes] = []
        self.raw: list[Extremes] = []
        self.limits: tuple[list[Extremes], list[Extremes]] = ([], [])
        self.line = Raster(0, 0)
        self.band = Raster(0, 0)
        self._smoother: Smoother | None = None
        self._around: tuple[Smoother, ...] = ()
        self._span = 0.0
        self._known = (0, 0.0, 0.0)
        self._spans: list[Span] = []
        self._window: Window | None = None
        self._gathered = 0
        self._ranges: dict[bool, tuple[float, float] | None] = {}

    @property
    def values(self) -> Sequence[float]:
        """What the line shows: smoothed values, or the series' own."""
        return self._smoother.values if self._smoother else self.series.y

    def take(self, series: Series, span: float) -> None:
        """Take in what a series holds now, smoothed over `span` images."""
        span = 0.0 if series.dots else span
        if not self._continues(series) or span != self._span:
            self._window = None
            self._smoother = Smoother(span) if span else None
            self._around = (Smoother(span), Smoother(span)) if span and series.band else ()
            self._span = span
        self.series = series
        self._known = _end(series, min(len(series.x), len(series.y)))
        if self._smoother:
            self._smoother.extend(series.x, series.y)
        if series.band:
            for smoother, limit in zip(self._around, series.band, strict=False):
                smoother.extend(series.x, limit)

    def gather(self, window: Window) -> int | None:
        """Gather what is new in columns and return the first that it changes, None where nothing is new."""
        count = self._known[0]
        if window == self._window and count == self._gathered:
            return None
        self._ranges.clear()
        grown = window == self._window and bool(self._spans)
        self._window, self._gathered = window, count
        if not grown:
            self._spans, self.main, self.raw, self.limits = [], [], [], ([], [])
            self._gather(window, 0)
            return 0
        # What is new may fall into the last column that there is.
        last = self._spans.pop()
        for part in (self.main, self.raw, *self.limits):
            while part and part[-1].column >= last.column:
                part.pop()
        self._gather(window, last.begin)
        return max(0, last.column)

    def range(self, log: bool) -> tuple[float, float] | None:
        """Return the ends between which the series should be seen."""
        if log not in self._ranges and self._window is not None:
            parts = [(self.main, self._trim(log)), *((limit, Trim(0, 0.0)) for limit in self.limits)]
            # Of noise, only what is usual.
            parts.append((self.raw, Trim(self._few(), 0.1)))
            known = [found for part, trim in parts if (found := scale.wanted(part, log, trim))]
            low, high = min((item[0] for item in known), default=0.0), max((item[1] for item in known), default=0.0)
            self._ranges[log] = (low, high) if known else None
        return self._ranges.get(log)

    def draw(self, placer: Placer, dots: Dots, begin: int) -> None:
        """Draw from a column of dots on; the one at the left edge of its cell."""
        window = self._window
        if window is None:
            return
        if begin == 0:
            self.line, self.band = Raster(window.columns, placer.rows), Raster(window.columns, placer.rows)
        for raster in (self.line, self.band):
            raster.clear(begin)
        if self.series.dots:
            self.line.points(self.main, placer, self._point(dots), begin)
        else:
            self.line.line(self.main, placer, begin)
        if self.raw:
            self.band.line(self.raw, placer, begin)
        if self.series.band:
            self.band.area(*self.limits, placer, begin)

    def at(self, x: float) -> float | None:
        """Return the value nearest to a position, None where the series is not."""
        known = self.series.x
        if not len(known) or x < known[0] or x > known[-1]:
            return None
        index = bisect_left(known, x)
        if index and x - known[index - 1] < known[index] - x:
            index -= 1
        return self.values[index] if isfinite(self.values[index]) else None

    @property
    def last(self) -> float | None:
        """The last value that is a number."""
        return next((value for value in reversed(self.values) if isfinite(value)), None)

    def _point(self, dots: Dots) -> tuple[int, int]:
        """Return the size of a point: half a cell, or one dot where they stand close."""
        close = self._window is not None and len(self.main) * dots.across > self._window.columns
        return (1, 1) if close else (dots.across, max(1, dots.down // 2))

    def _few(self) -> int:
        """Return how many columns are few: no more than a sixth of those that have values."""
        columns = self._window.columns if self._window else 0
        return min(round(BEGINNING * columns), len(self.main) // 6)

    def _trim(self, log: bool) -> Trim:
        """Return what of the line need not be seen; of evaluations, each counts, unless one is far off."""
        if self.series.dots or log:
            return Trim(1 if len(self.main) >= 8 else 0, 1.0)
        return Trim(self._few(), 0.25)

    def _continues(self, series: Series) -> bool:
        """Return whether the series begins with all that is known of it."""
        before = self.series
        if (series.dots, bool(series.band), series.revision) != (before.dots, bool(before.band), before.revision):
            return False
        count = self._known[0]
        return count <= min(len(series.x), len(series.y)) and _end(series, count) == self._known

    def _gather(self, window: Window, begin: int) -> None:
        x = self.series.x
        new = columns.spans(x if len(x) == self._known[0] else x[: self._known[0]], window, begin)
        self._spans += new
        self.main += columns.extremes(self.values, new)
        if self.series.band:
            # A band around a smoothed line is smoothed as well: else the line could leave it.
            around = [smoother.values for smoother in self._around] or self.series.band
            for part, limit in zip(self.limits, around, strict=True):
                part += columns.extremes(limit, new)
        elif self._smoother:
            self.raw += columns.extremes(self.series.y, new)


def _end(series: Series, count: int) -> tuple[int, float, float]:
    """Return what tells one state of a series from another: a resume computes the same again, or other values."""
    if not count:
        return 0, 0.0, 0.0
    value = series.y[count - 1]
    return count, series.x[count - 1], value if isfinite(value) else 0.0
