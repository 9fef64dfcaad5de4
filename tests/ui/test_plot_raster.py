"""Dots: spikes survive, lines hold together, gaps stay, and drawing bit by bit is drawing at once."""

from __future__ import annotations

from math import inf, isfinite, nan

from hypothesis import given
from hypothesis import strategies as st

from vitdash.ui.plot.columns import Extremes, Window, extremes, spans
from vitdash.ui.plot.raster import Raster
from vitdash.ui.plot.scale import Limits, Placer

WIDE, HIGH = 30, 40
PLACER = Placer(Limits(0.0, 1.0), HIGH)
WINDOW = Window(0.0, 100.0, WIDE)
POINTS = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 1) | st.sampled_from([nan, inf, -5.0, 7.0])), max_size=80
).map(lambda points: sorted(points, key=lambda point: point[0]))


def gathered(points: list[tuple[float, float]], window: Window = WINDOW) -> list[Extremes]:
    x, y = [point[0] for point in points], [point[1] for point in points]
    return extremes(y, spans(x, window, 0))


def rows(mask: int) -> list[int]:
    """Return the rows in which a column has dots; -1 and `HIGH` are above and below the paper."""
    return [bit - 1 for bit in range(HIGH + 2) if mask >> bit & 1]


@given(POINTS)
def test_each_point_falls_into_one_column(points: list[tuple[float, float]]) -> None:
    """In order, none left out."""
    x = [point[0] for point in points]
    found = spans(x, WINDOW, 0)
    assert [index for span in found for index in range(span.begin, span.end)] == list(range(len(x)))
    for span in found:
        assert {WINDOW.column(position) for position in x[span.begin : span.end]} == {span.column}
        assert 0 <= span.column < WIDE


@given(POINTS, st.floats(0, 60), st.floats(1, 40))
def test_a_part_of_the_axis_shows_its_points_and_one_on_either_side(
    points: list[tuple[float, float]], start: float, length: float
) -> None:
    """The lines to them leave the paper in the right direction."""
    window = Window(start, start + length, WIDE)
    x = [point[0] for point in points]
    found = spans(x, window, 0)
    shown = [index for span in found for index in range(span.begin, span.end)]
    assert {index for index, position in enumerate(x) if start <= position <= window.end} <= set(shown)
    assert shown == list(range(shown[0], shown[-1] + 1)) if shown else True
    assert sum(x[index] < start for index in shown) <= 1
    assert sum(x[index] > window.end for index in shown) <= 1


@given(POINTS)
def test_every_value_has_a_dot(points: list[tuple[float, float]]) -> None:
    """A spike of one point among thousands is still there; what lies outside is marked at the edge."""
    raster = Raster(WIDE, HIGH)
    raster.line(gathered(points), PLACER)
    for position, value in points:
        if isfinite(value):
            row = min(max(PLACER.row(value), -1), HIGH)
            assert row in rows(raster.masks[WINDOW.column(position)])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=60))
def test_a_line_holds_together(values: list[float]) -> None:
    """From each column to the next no row is left out."""
    points = [(100 * place / (len(values) - 1), value) for place, value in enumerate(values)]
    raster = Raster(WIDE, HIGH)
    raster.line(gathered(points), PLACER)
    drawn = [rows(mask) for mask in raster.masks]
    for column in drawn:
        assert column == list(range(column[0], column[-1] + 1))
    for before, here in zip(drawn, drawn[1:], strict=False):
        assert here[0] <= before[-1] + 1
        assert here[-1] >= before[0] - 1


@given(POINTS, st.integers(0, WIDE))
def test_drawing_from_a_column_on_is_drawing_all(points: list[tuple[float, float]], begin: int) -> None:
    """Lines and points; what lies before the column is not touched."""
    columns = gathered(points)
    whole, part = Raster(WIDE, HIGH), Raster(WIDE, HIGH)
    whole.line(columns, PLACER)
    part.line(columns, PLACER)
    part.clear(begin)
    assert part.masks[:begin] == whole.masks[:begin]
    part.line(columns, PLACER, begin)
    assert part.masks == whole.masks


def test_a_gap_is_not_bridged() -> None:
    """Neither within the paper nor to its edge."""
    raster = Raster(WIDE, HIGH)
    raster.line(gathered([(0, 0.5), (50, nan), (100, 0.5)]), PLACER)
    assert [column for column, mask in enumerate(raster.masks) if mask] == [0, WIDE - 1]
    joined = Raster(WIDE, HIGH)
    joined.line(gathered([(0, 0.5), (100, 0.5)]), PLACER)
    assert all(joined.masks)


def test_a_band_is_filled_between_its_limits() -> None:
    """Also where both are known at its ends only."""
    raster = Raster(WIDE, HIGH)
    raster.area(gathered([(0, 0.0), (100, 0.5)]), gathered([(0, 1.0), (100, 0.5)]), PLACER)
    assert rows(raster.masks[0]) == list(range(HIGH))
    assert len(rows(raster.masks[-1])) == 1
    heights = [len(rows(mask)) for mask in raster.masks]
    assert heights == sorted(heights, reverse=True)


def test_points_are_blocks_within_a_cell() -> None:
    """Of half a cell, so that they stand out from a line."""
    raster = Raster(WIDE, HIGH)
    raster.points(gathered([(50.5, 0.5)]), PLACER, (2, 2))
    drawn = {column: rows(mask) for column, mask in enumerate(raster.masks) if mask}
    assert drawn == {14: [20, 21], 15: [20, 21]}
