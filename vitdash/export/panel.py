"""One plot as SVG: its frame, its axes and its curves. Must not know runs, nor where on the page it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from vitdash.drawing import ticks
from vitdash.drawing.ranges import agreed
from vitdash.export.curves import Curve, Panel
from vitdash.export.inks import Ink

PADDING = 0.06
SETTLED_AFTER = 0.03
"""The first batches of a training lie far above all others: what comes before this share of the plot is cut off."""
MOST_MARKS = 24
"""Of more evaluations, every so many have a mark."""
MOST_TICKS_UP, MOST_TICKS_ALONG = 6, 6
MARK_SIZE = 3.4
GAINS = ((2, 50.0),)
"""Here nobody can look beyond the frame, as in the dashboard: only what diverged is left out of it."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a plot stands: the rectangle of its curves, in pixels. `name` is unique on the page."""

    name: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Axes:
    """From values to pixels."""

    box: Box
    end: float
    low: float
    high: float

    def x(self, images_seen: float) -> float:
        """Return how far to the right a position lies."""
        return self.box.left + images_seen / self.end * self.box.width

    def y(self, value: float) -> float:
        """Return how far down a value lies, held near the frame so that no viewer meets a number it cannot bear."""
        share = (self.high - value) / (self.high - self.low)
        return self.box.top + min(max(share, -4.0), 5.0) * self.box.height


def draw(panel: Panel, box: Box, end: float) -> Iterator[str]:
    """Yield the elements of one plot."""
    right, bottom = box.left + box.width, box.top + box.height
    yield _text(panel.title, box.left, box.top - 14, "title")
    if panel.note:
        yield _text(panel.note, right, box.top - 14, "note end")
    limits = _limits(panel.curves, end)
    if limits is None:
        yield _text("not measured", (box.left + right) / 2, (box.top + bottom) / 2, "note middle")
        yield f'<path class="axis" d="M{_n(box.left)} {_n(bottom)}H{_n(right)}"/>'
        return
    axes = Axes(box, end, *limits)
    yield from _scales(axes)
    yield f'<g clip-path="url(#{box.name})">'
    yield from (_band(curve, axes) for curve in panel.curves if curve.band and len(curve.band[0]) > 1)
    for curve in panel.curves:
        yield from _line(curve, axes)
        yield from _whisker(curve, axes)
    yield "</g>"
    # Above all lines, and whole where a line ends at the frame.
    for curve in panel.curves:
        yield from _marks(curve, axes)


def mark(ink: Ink, x: float, y: float, second: bool = False) -> str:
    """Return the mark of an ink at a place."""
    size = MARK_SIZE * (0.8 if second else 1.0)
    shape = {
        "disc": f"M{_n(x - size)} {_n(y)}a{_n(size)} {_n(size)} 0 1 0 {_n(2 * size)} 0a{_n(size)} {_n(size)} 0 1 0 "
        f"{_n(-2 * size)} 0z",
        "triangle": _outline(x, y, size * 1.25, ((0, -1), (0.95, 0.75), (-0.95, 0.75))),
        "square": _outline(x, y, size * 0.9, ((-1, -1), (1, -1), (1, 1), (-1, 1))),
        "diamond": _outline(x, y, size * 1.3, ((0, -1), (1, 0), (0, 1), (-1, 0))),
        "wedge": _outline(x, y, size * 1.25, ((0, 1), (0.95, -0.75), (-0.95, -0.75))),
    }[ink.mark]
    kind = "hollow" if ink.hollow or second else "mark"
    return f'<path class="{kind} {css(ink)}" d="{shape}"/>'


def css(ink: Ink) -> str:
    """Return the class that gives an element the colour of an ink."""
    return ink.name.replace(" ", "-")


def _limits(curves: Sequence[Curve], end: float) -> tuple[float, float] | None:
    ranges = [(min(values), max(values)) for values in (list(_seen(curve, end)) for curve in curves) if values]
    if not ranges:
        return None
    kept = agreed(ranges, GAINS)
    low, high = min(item[0] for item in kept), max(item[1] for item in kept)
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-300):
        low, high = low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
    if all(value >= 0 for curve in curves for value in curve.y):
        # A deviation may reach below zero where no value can.
        low = max(0.0, low)
    room = (high - low) * PADDING
    return (low - room if low < 0 else max(0.0, low - room)), high + room


def _seen(curve: Curve, end: float) -> Iterator[float]:
    """Yield the values that must lie within the frame."""
    begin = 0.0 if curve.points else SETTLED_AFTER * end
    yield from [value for place, value in zip(curve.x, curve.y, strict=True) if place >= begin] or curve.y
    for place, low, high in zip(*(curve.band or ((), (), ())), strict=True):
        if place >= begin:
            yield low
            yield high


def _scales(axes: Axes) -> Iterator[str]:
    box = axes.box
    right, bottom = box.left + box.width, box.top + box.height
    values = ticks.along(axes.low, axes.high, MOST_TICKS_UP)
    for value, label in zip(values, ticks.labels(values), strict=True):
        y = axes.y(value)
        yield f'<path class="grid" d="M{_n(box.left)} {_n(y)}H{_n(right)}"/>'
        yield _text(label, box.left - 9, y + 4, "tick end")
    places = ticks.along(0.0, axes.end, MOST_TICKS_ALONG)
    for place, label in zip(places, ticks.labels(places), strict=True):
        yield f'<path class="axis" d="M{_n(axes.x(place))} {_n(bottom)}v5"/>'
        yield _text(label, axes.x(place), bottom + 19, "tick middle")
    yield f'<path class="axis" d="M{_n(box.left)} {_n(bottom)}H{_n(right)}"/>'


def _band(curve: Curve, axes: Axes) -> str:
    assert curve.band is not None
    places, lows, highs = curve.band
    there = [(axes.x(place), axes.y(value)) for place, value in zip(places, highs, strict=True)]
    back = [(axes.x(place), axes.y(value)) for place, value in zip(places, lows, strict=True)][::-1]
    return f'<path class="band {css(curve.ink)}" d="{_path(there + back)}z"/>'


def _whisker(curve: Curve, axes: Axes) -> Iterator[str]:
    """Yield a deviation that is no band, for there is a single value: a line up and down from it."""
    if curve.band is None or len(curve.band[0]) != 1:
        return
    (place,), (low,), (high,) = curve.band
    if high > low:
        kind = "second" if curve.second else "whisker"
        yield f'<path class="{kind} {css(curve.ink)}" d="M{_n(axes.x(place))} {_n(axes.y(low))}V{_n(axes.y(high))}"/>'


def _line(curve: Curve, axes: Axes) -> Iterator[str]:
    points = [(axes.x(place), axes.y(value)) for place, value in zip(curve.x, curve.y, strict=True)]
    if len(points) < 2:
        return
    shape = _path(points if curve.points else _thinned(points))
    kind = "second" if curve.second else "line" if curve.points else "line long"
    if not curve.second:
        yield f'<path class="edge {css(curve.ink)}" d="{shape}"/>'
    yield f'<path class="{kind} {css(curve.ink)}" d="{shape}"/>'


def _marks(curve: Curve, axes: Axes) -> Iterator[str]:
    last = len(curve.x) - 1
    every = max(1, -(-len(curve.x) // MOST_MARKS)) if curve.points else max(1, last)
    low, high = axes.y(axes.high) - 1, axes.y(axes.low) + 1
    for index in range(last, -1, -every):
        y = axes.y(curve.y[index])
        # A long curve has its mark at its end, which tells which one it is.
        if low <= y <= high and (curve.points or index == last):
            yield mark(curve.ink, axes.x(curve.x[index]), y, curve.second)
        elif index == last:
            yield from _beyond(curve.ink, axes.x(curve.x[index]), low if y < low else high, upwards=y < low)


def _beyond(ink: Ink, x: float, edge: float, *, upwards: bool) -> Iterator[str]:
    """Yield the mark of a curve that ends beyond the frame, at its edge, with an arrow to where it went."""
    inwards = 1 if upwards else -1
    yield mark(ink, x, edge + inwards * 12)
    tip, base = edge + inwards * 1, edge + inwards * 6
    yield f'<path class="mark {css(ink)}" d="{_path([(x, tip), (x + 4, base), (x - 4, base)])}z"/>'


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points of a long curve, no two of them within the same pixel and a half."""
    kept = points[:1]
    for point in points[1:-1]:
        if point[0] - kept[-1][0] >= 1.5:
            kept.append(point)
    return kept + points[-1:]


def _outline(x: float, y: float, size: float, corners: Iterable[tuple[float, float]]) -> str:
    return _path([(x + across * size, y + down * size) for across, down in corners]) + "z"


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _text(words: str, x: float, y: float, kind: str) -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _n(value: float) -> str:
    """Return a length in pixels, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
