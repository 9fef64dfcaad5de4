"""Grey pictures as characters: two pixels or four to a cell, or ASCII. Must not know colours or terminals.

A picture is `size` rows of as many grey bytes. Drawn, it is `columns` cells wide and half as many lines high, for a
cell is about twice as high as it is wide.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

Cells = list[tuple[str, int, int]]
"""One line: text, and the grey of its foreground and of its background, each in [0, 255]."""

QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By which quarters are in the foreground: 1 upper left, 2 upper right, 4 lower left, 8 lower right."""
RAMP = " .:-=+*#%@"
LEVELS = 32
"""So many greys at most: the eye sees no more in cells, and the terminal gets fewer changes of colour."""
_STEP = 256 // LEVELS
# Each level stands for the grey in the middle of what it gathers; black and white remain what they are.
_LEVELLED = bytes(round(value // _STEP * 255 / (LEVELS - 1)) for value in range(256))


def lines_of(columns: int) -> int:
    """Return how many lines a picture of so many columns has."""
    return max(1, columns // 2)


def drawn(image: bytes, size: int, columns: int) -> list[Cells]:
    """Return the lines of a picture: two pixels a cell where they are enough for all it has, else four."""
    return halves(image, size, columns) if columns >= size else quarters(image, size, columns)


def halves(image: bytes, size: int, columns: int) -> list[Cells]:
    """Return the lines of a picture with two pixels a cell, one over the other."""
    pixels = sampled(image, size, columns, 2 * lines_of(columns))
    lines = []
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        cells: Cells = []
        for above, below in zip(upper, lower, strict=True):
            _add(cells, " " if above == below else "▀", above, below)
        lines.append(cells)
    return lines


def quarters(image: bytes, size: int, columns: int) -> list[Cells]:
    """Return the lines of a picture with four pixels a cell, which share two greys."""
    pixels = sampled(image, size, 2 * columns, 2 * lines_of(columns))
    lines = []
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        cells: Cells = []
        for quarter in zip(upper[::2], upper[1::2], lower[::2], lower[1::2], strict=True):
            low, high = min(quarter), max(quarter)
            if low == high:
                _add(cells, " ", low, low)
            else:
                _add(cells, *_two_greys(quarter, (low + high) / 2))
        lines.append(cells)
    return lines


def ascii_lines(image: bytes, size: int, columns: int) -> list[str]:
    """Return the lines of a picture in characters that are the fuller the brighter it is."""
    steps = len(RAMP)
    return [
        "".join(RAMP[value * steps // 256] for value in row) for row in sampled(image, size, columns, lines_of(columns))
    ]


def sampled(image: bytes, size: int, width: int, height: int) -> list[bytes]:
    """Return a picture in `height` rows of `width` pixels: each is the mean of what it covers, at one of the levels."""
    sums = [[0] * size]
    rows = [image[begin : begin + size] for begin in range(0, size * size, size)]
    for row in rows:
        sums.append([so_far + value for so_far, value in zip(sums[-1], row, strict=True)])
    # Whole numbers throughout: everything is `height` and `width` times what it would be.
    edges = []
    for place, part in _bounds(size, height):
        whole = [value * height for value in sums[place]]
        edges.append([value + part * pixel for value, pixel in zip(whole, rows[place], strict=True)] if part else whole)
    bounds, area = _bounds(size, width), size * size
    found = []
    for above, below in zip(edges[:-1], edges[1:], strict=True):
        strip = [high - low for low, high in zip(above, below, strict=True)]
        along = list(accumulate(strip, initial=0))
        ends = [along[place] * width + (part * strip[place] if part else 0) for place, part in bounds]
        values = bytes((right - left) // area for left, right in zip(ends[:-1], ends[1:], strict=True))
        found.append(values.translate(_LEVELLED))
    return found


@lru_cache(64)
def _bounds(size: int, count: int) -> tuple[tuple[int, int], ...]:
    """Return where `count` pixels begin and end among `size`: which one it is, and how many `count`-ths of it."""
    return tuple(divmod(place * size, count) for place in range(count + 1))


def _two_greys(quarter: tuple[int, int, int, int], middle: float) -> tuple[str, int, int]:
    """Return which quarters are brighter than the middle, and the means of those that are and those that are not."""
    pattern = bright = count = 0
    bit = 1
    for value in quarter:
        if value > middle:
            pattern |= bit
            bright += value
            count += 1
        bit <<= 1
    dark = sum(quarter) - bright
    return QUADRANTS[pattern], _LEVELLED[bright // count], _LEVELLED[dark // (4 - count)]


def _add(cells: Cells, text: str, foreground: int, background: int) -> None:
    if cells:
        before, *greys = cells[-1]
        if greys == [foreground, background]:
            cells[-1] = (before + text, foreground, background)
            return
    cells.append((text, foreground, background))
