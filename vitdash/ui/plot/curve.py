"""One series as it grows: what of it is smoothed, gathered and drawn already. Must not know its neighbours."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import isfinite

from vitdash.ui.plot import columns, scale
from vitdash.ui.plot.columns import Extremes, Span, Window
from vitdash.ui.plot.frame import Dots
from vitdash.ui.plot.raster import Place, Raster
from vitdash.ui.plot.series import Series
from vitdash.ui.plot.smoothing import Smoother

Drawn = tuple[int, float, float]


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
        self._span = 0.0
        self._spans: list[Span] = []
        self._window: Window | None = None
        self._known: Drawn = (0, 0.0, 0.0)
        self._ranges: dict[bool, tuple[float, float] | None] = {}

    @property
    def values(self) -> Sequence[float]:
        """What the line shows: smoothed values, or the series' own."""
        return self._smoother.values if self._smoother else self.series.y

    def take(self, series: Series, window: Window, span: float) -> int | None:
        """Take in what is new and return the first column of dots that it changes, None where nothing is new."""
        count = min(len(series.x), len(series.y))
        now = _end(series, count)
        span = 0.0 if series.dots else span
        cut = not self._continues(series) or span != self._span
        self.series = series
        if not cut and window == self._window and now == self._known:
            return None
        if cut:
            self._smoother = Smoother(span) if span else None
        self._span, self._known = span, now
        if self._smoother:
            self._smoother.extend(series.x, series.y)
        self._ranges.clear()
        if cut or window != self._window or not self._spans:
            self._window = window
            self._gather(0, window)
            return 0
        last = self._spans[-1]
        self._gather(len(self._spans) - 1, window)
        return max(0, last.column)

    def range(self, log: bool) -> tuple[float, float] | None:
        """Return the ends between which the series should be seen."""
        if log not in self._ranges:
            known = [item for part in (self.main, self.raw, *self.limits) if (item := scale.wanted(part, log))]
            low, high = min((item[0] for item in known), default=0.0), max((item[1] for item in known), default=0.0)
            self._ranges[log] = (low, high) if known else None
        return self._ranges[log]

    def draw(self, place: Place, rows: int, dots: Dots, begin: int) -> None:
        """Draw from a column of dots on; the one at the left edge of its cell."""
        window = self._window
        if window is None:
            return
        if begin == 0:
            self.line, self.band = Raster(window.columns, rows), Raster(window.columns, rows)
        for raster in (self.line, self.band):
            raster.clear(begin)
        if self.series.dots:
            self.line.points(self.main, place, (dots.across, max(1, dots.down // 2)), begin)
        else:
            self.line.line(self.main, place, begin)
        self.band.line(self.raw, place, begin)
        self.band.area(*self.limits, place, begin)

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

    def _continues(self, series: Series) -> bool:
        """Return whether the series begins with all that is known of it."""
        if self._window is None or (series.dots, bool(series.band)) != (self.series.dots, bool(self.series.band)):
            return False
        count = self._known[0]
        return count <= min(len(series.x), len(series.y)) and _end(series, count) == self._known

    def _gather(self, keep: int, window: Window) -> None:
        begin = self._spans[keep].begin if keep else 0
        if keep:
            column = self._spans[keep].column
            for part in (self.main, self.raw, *self.limits):
                while part and part[-1].column >= column:
                    part.pop()
            del self._spans[keep:]
        else:
            self._spans, self.main, self.raw, self.limits = [], [], [], ([], [])
        new = columns.spans(self.series.x[: len(self.series.y)], window, begin)
        self._spans += new
        self.main += columns.extremes(self.values, new)
        if self.series.band:
            for part, limit in zip(self.limits, self.series.band, strict=True):
                part += columns.extremes(limit, new)
        elif self._smoother:
            self.raw += columns.extremes(self.series.y, new)


def _end(series: Series, count: int) -> Drawn:
    """Return what tells one state of a series from another: a resume computes the same again, or other values."""
    if not count:
        return 0, 0.0, 0.0
    value = series.y[count - 1]
    return count, series.x[count - 1], value if isfinite(value) else 0.0
