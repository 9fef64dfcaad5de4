"""Smoothing of a curve as it grows. Must not know what is drawn of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

LARGEST = 1e100
"""What no value reaches that is drawn: arithmetic with more leaves the numbers that there are."""

LEVELS = (0.0, 0.005, 0.02, 0.06)
"""How far back a smoothed value looks, as a share of the planned images; 0 is no smoothing."""

DEFAULT = 2

ASTRAY = 10.0
"""How many times larger or smaller than the smoothed value others must be, `PATIENCE` in a row, to begin anew."""

PATIENCE = 3


class Smoother:
    """An exponential moving average by distance: what lies `span` images back weighs 1/e as much.

    The weights are normalised, so the first values do not hang on to the start. A value that is not finite stays a gap
    and leaves no trace. An average that has gone astray begins anew: after a loss of 1e18 all others would be noise.
    """

    def __init__(self, span: float) -> None:
        self._span = span
        self._position = 0.0
        self._sum = self._weight = 0.0
        self._astray = 0
        self.values: list[float] = []

    def extend(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Take in what `x` and `y` hold beyond the values known so far."""
        span, position, total, weight = self._span, self._position, self._sum, self._weight
        astray = self._astray
        append = self.values.append
        distance_before = -1.0
        keep = new = 0.0
        known = len(self.values)
        for place, value in zip(x[known : len(y)], y[known:], strict=True):
            if not -LARGEST < value < LARGEST:
                append(value)
                continue
            distance = place - position
            if distance != distance_before:
                # Two values at one place, or the first at 0, still count a little.
                keep = exp(-max(distance, span * 1e-3) / span)
                new = 1.0 - keep
                distance_before = distance
            position = place
            total = total * keep + value * new
            weight = weight * keep + new
            mean = total / weight
            if 0.0 < value * ASTRAY < mean or 0.0 < mean * ASTRAY < value:
                astray += 1
                if astray == PATIENCE:
                    astray, total, weight, mean = 0, value * new, new, value
            else:
                astray = 0
            append(mean)
        self._position, self._sum, self._weight, self._astray = position, total, weight, astray
