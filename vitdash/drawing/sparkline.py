"""A series of numbers as one line of text. Must not know what the numbers are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII = "_.,-=+*#"


def on_axis(points: Iterable[tuple[float, float]], reached: float, end: float, width: int) -> list[float | None]:
    """Return a value for each of `width` cells of an axis from 0 to `end`, up to the one that is `reached`.

    A cell holds the mean of the points (position, value) in it; without one it holds what the cell before it does, for
    that is what was known there; before the first point there is nothing.
    """

    def cell_of(position: float) -> int:
        # A point on the border of two cells ends the first.
        return max(0, min(width - 1, -int(-position * width // end) - 1))

    gathered: dict[int, list[float]] = {}
    for position, value in points:
        gathered.setdefault(cell_of(position), []).append(value)
    cells: list[float | None] = []
    for cell in range(cell_of(reached) + 1 if width > 0 else 0):
        values = gathered.get(cell)
        cells.append(sum(values) / len(values) if values else cells[-1] if cells else None)
    return cells


def sparkline(cells: Sequence[float | None], levels: str = BLOCKS) -> str:
    """Return one character for each cell, from the lowest level to the highest; nothing known is a space."""
    known = [value for value in cells if value is not None]
    if not known:
        return ""
    # Halved first: two finite numbers may lie further apart than any.
    low, high = min(known) / 2, max(known) / 2
    if high == low:
        middle = levels[len(levels) // 2]
        return "".join(" " if value is None else middle for value in cells)
    top = len(levels) - 1
    return "".join(" " if v is None else levels[round((v / 2 - low) / (high - low) * top)] for v in cells)
