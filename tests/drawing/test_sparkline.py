"""A series as one line of text: any numbers, any width, never an error, and the line ends where the run is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vitdash.drawing.sparkline import ASCII, BLOCKS, on_axis, sparkline

FINITE = st.floats(allow_nan=False, allow_infinity=False)
POSITIONS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("cells", "drawn"),
    [
        ([], ""),
        ([None, None], ""),
        ([0.5], "▅"),
        ([2.0, 2.0, 2.0], "▅▅▅"),
        ([None, 2.0, 2.0], " ▅▅"),
        ([0.0, 1.0], "▁█"),
        ([3.0, 2.0, 1.0], "█▅▁"),
        ([float(index) for index in range(8)], BLOCKS),
    ],
)
def test_a_series_is_drawn_from_its_lowest_to_its_highest(cells: list[float | None], drawn: str) -> None:
    """Constant series lie in the middle; where nothing is known yet there is a gap."""
    assert sparkline(cells) == drawn


def test_a_terminal_without_unicode_gets_letters_of_its_own() -> None:
    """As many levels, all of them ASCII."""
    assert sparkline([float(index) for index in range(8)], ASCII) == ASCII
    assert ASCII.isascii()
    assert len(set(ASCII)) == len(ASCII) == len(BLOCKS)


@given(st.lists(st.none() | FINITE, max_size=60))
@example([0.0, 5e-324])
@example([1.7e308, -1.7e308])
def test_any_finite_series_can_be_drawn(cells: list[float | None]) -> None:
    """One character a cell; the extremes are drawn as the extremes."""
    drawn = sparkline(cells)
    known = [value for value in cells if value is not None]
    assert len(drawn) == (len(cells) if known else 0)
    assert set(drawn) <= {*BLOCKS, " "}
    assert [character == " " for character in drawn] == [value is None for value in cells if known]
    if known and max(known) / 2 - min(known) / 2 > 0:
        assert drawn[cells.index(max(known))] == BLOCKS[-1]
        assert drawn[cells.index(min(known))] == BLOCKS[0]


@pytest.mark.parametrize(
    ("points", "reached", "end", "width", "cells"),
    [
        ([], 0, 100, 4, [None]),
        ([(25, 1.0)], 25, 100, 4, [1.0]),
        ([(26, 1.0)], 26, 100, 4, [None, 1.0]),
        ([(10, 1.0), (20, 3.0), (100, 7.0)], 100, 100, 4, [2.0, 2.0, 2.0, 7.0]),
        ([(10, 1.0)], 60, 100, 4, [1.0, 1.0, 1.0]),
        ([(10, 1.0), (130, 5.0)], 130, 100, 2, [1.0, 5.0]),
        ([(10, 1.0)], 10, 100, 0, []),
        ([(10, 1.0)], 10, 100, -5, []),
    ],
)
def test_points_lie_where_they_were_read(
    points: list[tuple[float, float]], reached: float, end: float, width: int, cells: list[float | None]
) -> None:
    """The axis is the whole training: means of what fell into a cell, gaps filled with what was known last."""
    assert on_axis(points, reached, end, width) == cells


@given(
    st.lists(st.tuples(POSITIONS, FINITE.filter(lambda v: abs(v) < 1e300)), max_size=30), POSITIONS, st.integers(-2, 60)
)
def test_no_axis_is_longer_than_its_room(points: list[tuple[float, float]], end: int, width: int) -> None:
    """Any number of points on any width; a run that has seen more than planned stays within it."""
    reached = max((position for position, _ in points), default=0)
    cells = on_axis(points, reached, end + 1, width)
    assert len(cells) <= max(0, width)
    values = [value for _, value in points]
    assert all(min(values) - 1e285 <= cell <= max(values) + 1e285 for cell in cells if cell is not None)
