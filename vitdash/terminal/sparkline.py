"""A series of numbers as one line of text. Must not know what the numbers are."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII = "_.,-=+*#"


def sparkline(values: Sequence[float], width: int, levels: str = BLOCKS) -> str:
    """Return at most `width` characters: means of equal parts of `values`, from the lowest level to the highest."""
    if not values or width < 1:
        return ""
    cells = min(width, len(values))
    edges = [index * len(values) // cells for index in range(cells + 1)]
    means = [sum(values[low:high]) / (high - low) for low, high in zip(edges, edges[1:], strict=False)]
    lowest, highest = min(means), max(means)
    if highest == lowest:
        return levels[len(levels) // 2] * cells
    shares = [(mean - lowest) / (highest - lowest) for mean in means]
    return "".join(levels[round(share * (len(levels) - 1))] for share in shares)
