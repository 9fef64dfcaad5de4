"""The vertical axis: which values are seen, on which row of dots, when that changes. Must not know positions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf, log10

from vitdash.ui.plot.columns import Extremes

PADDING = 0.04
ROOM = 0.1
"""How much more than it must an axis grows, so that it need not grow again at the next value."""

SLACK = 0.6
"""An axis shrinks when less than this share of it is used."""

BORDER = 0.05
"""The share of columns on either side that may be spikes."""

FENCE = 0.6
"""How far beyond all other columns those still count, as a share of what the others take."""


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
    return log10(value) if value > 0 else -inf


def placer(limits: Limits, rows: int) -> Callable[[float], int]:
    """Return the function from a value to its row of dots, 0 at the top; what is not seen lies beyond either end."""
    top, log = limits.high, limits.log
    factor = (rows - 1) / (limits.high - limits.low)
    far = 4.0 * rows

    def place(value: float) -> int:
        if log:
            value = log10(value) if value > 0 else -inf
        return round(min(max((top - value) * factor, -far), 2 * far))

    return place


def wanted(columns: Sequence[Extremes], log: bool) -> tuple[float, float] | None:
    """Return the ends between which a series should be seen, or None for one without a value that can be.

    A few columns far from all others, such as the first batches of a training, do not count: the rest would be flat.
    """
    lows = sorted(low for item in columns if (low := on_paper(item.low, log)) > -inf)
    highs = sorted(high for item in columns if (high := on_paper(item.high, log)) > -inf)
    if not highs:
        return None
    lows = lows or highs
    least = lows[int(len(lows) * BORDER)]
    most = highs[-1 - int(len(highs) * BORDER)]
    core = most - least
    if core <= 0:
        return min(lows[0], highs[0]), highs[-1]
    return max(lows[0], least - FENCE * core), min(highs[-1], most + FENCE * core)


def settle(shown: Limits | None, ranges: Iterable[tuple[float, float]], log: bool) -> Limits:
    """Return the axis on which all `ranges` are seen: the one `shown` as long as it serves, else a better one."""
    known = list(ranges)
    if not known:
        return shown if shown and shown.log == log else Limits(0.0, 1.0, log)
    low, high = min(item[0] for item in known), max(item[1] for item in known)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        spread = 0.5 if log else abs(low) * 0.1 or 1.0
        low, high = low - spread, high + spread
    fits = shown is not None and shown.log == log
    if fits and shown and shown.low <= low and high <= shown.high and high - low >= SLACK * (shown.high - shown.low):
        return shown
    padding = (high - low) * PADDING
    room = (high - low) * ROOM
    # What comes is likelier on the side that it has just come from.
    grown_down = fits and shown is not None and low < shown.low <= high
    grown_up = fits and shown is not None and low <= shown.high < high
    bottom = low - (room if grown_down else padding)
    if not log and low >= 0:
        bottom = max(bottom, 0.0)
    return Limits(bottom, high + (room if grown_up else padding), log)
