"""Smoothing by distance: steady, unbiased at the start, deaf to gaps, and the same bit by bit as at once."""

from __future__ import annotations

from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitdash.drawing.smoothing import Smoother


def smoothed(x: list[float], y: list[float], span: float = 100.0) -> list[float]:
    smoother = Smoother(span)
    smoother.extend(x, y)
    return smoother.values


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e3, 1e3)), min_size=1, max_size=50), st.integers(0, 50))
def test_values_lie_within_what_came_and_do_not_depend_on_how_it_came(
    points: list[tuple[float, float]], part: int
) -> None:
    """Nothing is made up at the start, and a run followed live shows what it shows when it is opened later."""
    points.sort(key=lambda point: point[0])
    x, y = [point[0] for point in points], [point[1] for point in points]
    values = smoothed(x, y)
    for place, value in enumerate(values):
        assert min(y[: place + 1]) - 1e-6 <= value <= max(y[: place + 1]) + 1e-6
    smoother = Smoother(100.0)
    smoother.extend(x[:part], y[:part])
    smoother.extend(x, y)
    assert smoother.values == values


def test_distance_counts_and_not_how_many_values_there_are() -> None:
    """A run that records twice as often is smoothed alike."""
    coarse = smoothed([10.0 * i for i in range(1, 101)], [1.0] * 50 + [0.0] * 50)
    fine = smoothed([5.0 * i for i in range(1, 201)], [1.0] * 100 + [0.0] * 100)
    assert coarse[59] == pytest.approx(fine[119], abs=0.03)


def test_a_gap_stays_a_gap_and_leaves_no_trace() -> None:
    """What comes after it goes on from what was before."""
    values = smoothed([10.0, 20.0, 30.0], [1.0, nan, 1.0])
    assert isnan(values[1])
    assert values[2] == pytest.approx(1.0)


def test_one_value_out_of_all_proportion_is_forgotten_soon() -> None:
    """A loss of 1e18 in the first batches of a training that goes on from there."""
    x = [10.0 * i for i in range(1, 41)]
    assert smoothed(x, [1e18, *[0.1] * 39])[3:] == pytest.approx([0.1] * 37)
    assert max(smoothed(x, [0.1] * 20 + [1e18] + [0.1] * 19)[24:]) == pytest.approx(0.1)
    assert smoothed(x, [-1.0, 1.0] * 20)[-1] == pytest.approx(0.0, abs=0.2)
