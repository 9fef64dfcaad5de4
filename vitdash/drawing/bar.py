"""A share of a whole as a bar of characters. Must not know what the whole is."""

from __future__ import annotations

FULL = "█"
EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
EMPTY = "·"
ASCII_FULL, ASCII_EMPTY = "#", "."


def bar(share: float, width: int, *, unicode: bool = True) -> tuple[str, str]:
    """Return what is filled and what is still empty, `width` characters together.

    Rounded so that nothing looks finished that goes on, and nothing untouched that has begun.
    """
    if width <= 0:
        return "", ""
    steps = width * (8 if unicode else 1)
    filled = _between(share, steps)
    if not unicode:
        return ASCII_FULL * filled, ASCII_EMPTY * (width - filled)
    drawn = FULL * (filled // 8) + EIGHTHS[filled % 8]
    return drawn, EMPTY * (width - len(drawn))


def _between(share: float, steps: int) -> int:
    """Return how many of the steps are done: all only of a whole, none only of nothing, where there are enough."""
    if not share > 0:  # no number included
        return 0
    return steps if share >= 1 else min(steps - 1, max(1, int(share * steps)))
