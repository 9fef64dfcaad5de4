"""The inks of a chart, as numbers: what a text is, not which colour that has. Must not know colours."""

from __future__ import annotations

BLANK, GRID, AXIS, TITLE, NOTE, TEXT, CURSOR = range(7)
FIRST = 8
"""The first ink of the first series; each has as many as there are below."""

LINE, BAND, POINT = range(3)
_EACH = 3


def of(series: int, part: int) -> int:
    """Return the ink of a part of a series, by the place that the series has in its chart."""
    return FIRST + _EACH * series + part


def series_of(ink: int) -> tuple[int, int]:
    """Return which series an ink belongs to, and which part of it."""
    return divmod(ink - FIRST, _EACH)


def faint(ink: int) -> bool:
    """Return whether what has this ink may be hidden by a line that helps to read."""
    return ink < FIRST or (ink - FIRST) % _EACH == BAND
