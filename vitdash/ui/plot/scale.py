"""The vertical axis: which values are seen, on which row of dots, when that changes. Must not know positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, log10

from vitdash.ui.plot.columns import Extremes

PADDING = 0.04
ROOM = 0.2
"""How much more than it must an axis grows, so that it need not grow again at the next value."""

SMALLEST = 1e-100
"""What no value reaches that has a place on a logarithmic axis."""

SLACK = 0.6
"""An axis shrinks when less than this share of it is used."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The ends of an axis in units of the paper: values, or their decimal logarithms."""

    low: float
    high: float
    log: bool = False

    @property
    def values(self) -> tuple[float, float]:
        """The ends as values."""
        return (10**self.low, 10**self.high) if self.log else (self.low, self.high)


def on_paper(value: float, log: bool) -> float:
    """Return where a value lies; what has no logarithm lies below everything."""
    if not log:
        return value
    return log10(value) if value > SMALLEST else -inf


@dataclass(frozen=True, slots=True)
class Placer:
    """Finds the row of dots of a value, 0 at the top; what is not seen lies beyond either end of `rows`."""

    limits: Limits
    rows: int

    def row(self, value: float) -> int:
        """Return the row of one value."""
        far = 4.0 * self.rows
        return round(min(max((self.limits.high - on_paper(value, self.limits.log)) * self._factor, -far), 2 * far))

    def all(self, values: Sequence[float]) -> list[int]:
        """Return the rows of many values."""
        top, factor, far = self.limits.high, self._factor, 4.0 * self.rows
        if self.limits.log or not values:
            return [self.row(value) for value in values]
        if (top - max(values)) * factor > -far and (top - min(values)) * factor < 2 * far:
            return [round((top - value) * factor) for value in values]
        return [round(min(max((top - value) * factor, -far), 2 * far)) for value in values]

    @property
    def _factor(self) -> float:
        return (self.rows - 1) / (self.limits.high - self.limits.low)


@dataclass(frozen=True, slots=True)
class Trim:
    """What need not be seen: `count` columns at either end, as far as they lie beyond the others by more than `fence`.

    `fence` is a share of what the others take.
    """

    count: int
    fence: float


def wanted(columns: Sequence[Extremes], log: bool, trim: Trim) -> tuple[float, float] | None:
    """Return the ends between which a series should be seen, or None for one without a value that can be.

    A few columns far from all others, such as the first batches of a training, do not count: the rest would be flat.
    """
    lows, highs = [item.low for item in columns], [item.high for item in columns]
    if log:
        lows = [log10(value) for value in lows if value > SMALLEST]
        highs = [log10(value) for value in highs if value > SMALLEST]
    if not highs:
        return None
    highs.sort()
    lows = sorted(lows) or highs
    least = lows[min(trim.count, len(lows) - 1)]
    most = highs[max(-1 - trim.count, -len(highs))]
    core = most - least
    if core <= 0:
        return min(lows[0], highs[0]), highs[-1]
    return max(lows[0], least - trim.fence * core), min(highs[-1], most + trim.fence * core)


def settle(shown: Limits | None, ranges: Iterable[tuple[float, float]], log: bool) -> Limits:
    """Return the axis on which all `ranges` are seen: the one `shown` as long as it serves, else a better one."""
    known = list(ranges)
    if not known:
        return shown if shown and shown.log == log else Limits(0.0, 1.0, log)
    low, high = min(item[0] for item in known), max(item[1] for item in known)
    if high - low <= max(1e-9 * max(abs(low), abs(high)), SMALLEST):
        spread = 0.5 if log else abs(low) * 0.1 if abs(low) > SMALLEST else 1.0
        low, high = low - spread, high + spread
    before = shown if shown is not None and shown.log == log else None
    if before and before.low <= low and high <= before.high and high - low >= SLACK * (before.high - before.low):
        return before
    padding = (high - low) * PADDING
    room = (high - low) * ROOM
    # What comes is likelier on the side that it has just come from.
    bottom = low - (room if before and low < before.low <= high else padding)
    top = high + (room if before and low <= before.high < high else padding)
    return Limits(bottom if log or low < 0 else max(bottom, 0.0), top, log)
