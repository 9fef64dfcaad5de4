"""The vertical axis: it holds what matters, stays while it serves, and finds the row of a value."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vitdash.drawing.ranges import agreed
from vitdash.ui.plot.columns import Extremes
from vitdash.ui.plot.scale import Limits, Placer, Trim, settle, wanted

VALUES = st.floats(-1e6, 1e6)


def columns(*values: float) -> list[Extremes]:
    return [Extremes(place, value, value, value, value, True) for place, value in enumerate(values)]


@given(st.lists(st.tuples(VALUES, VALUES).map(sorted), min_size=1, max_size=5), st.booleans())
def test_a_settled_axis_holds_all_ranges_and_stays(ranges: list[list[float]], log: bool) -> None:
    """Asked again it answers the same, and it is never without height."""
    asked = [(low, high) for low, high in ranges]
    axis = settle(None, asked, log)
    assert axis.high > axis.low
    assert all(axis.low <= low and high <= axis.high for low, high in asked)
    assert settle(axis, asked, log) is axis


def test_an_axis_jumps_rarely() -> None:
    """An accuracy that creeps up for 500 events moves it a few times; and it comes back when most of it is unused."""
    axis = None
    seen = set()
    for event in range(1, 501):
        axis = settle(axis, [(0.1, 0.1 + 0.8 * event / 500)], log=False)
        seen.add(axis)
    assert len(seen) <= 45
    assert settle(axis, [(0.5, 0.6)], log=False).high < 0.7
    assert settle(axis, [(0.3, 0.85)], log=False) is axis


def test_an_axis_of_what_cannot_be_negative_does_not_go_below_zero() -> None:
    """Room below 0 would be wasted."""
    assert settle(None, [(0.0, 1.0)], log=False).low == 0.0
    assert settle(None, [(-1.0, 1.0)], log=False).low < -1.0
    assert settle(None, [], log=False) == Limits(0.0, 1.0)


def test_what_is_far_from_all_other_columns_does_not_count() -> None:
    """But what is near the others does, however many columns may be left out."""
    assert wanted(columns(1000.0, *[1.0, 2.0] * 20), False, Trim(2, 0.25)) == (1.0, 2.25)
    assert wanted(columns(2.1, *[1.0, 2.0] * 20), False, Trim(2, 0.25)) == (1.0, 2.1)
    assert wanted(columns(1.0, 5.0), False, Trim(0, 1.0)) == (1.0, 5.0)
    assert wanted(columns(3.0), False, Trim(4, 1.0)) == (3.0, 3.0)
    assert wanted([], False, Trim(0, 1.0)) is None


def test_a_run_that_diverged_does_not_flatten_the_others() -> None:
    """Few of many are left out, of two only what is out of all proportion; of one nothing."""
    good = [(0.02, 0.08), (0.03, 0.09), (0.02, 0.07)]
    assert sorted(agreed([*good, (0.1, 1e14)])) == sorted(good)
    assert sorted(agreed([*good, (0.8, 0.9)])) == sorted(good)
    assert agreed([*good, (0.1, 0.2)]) == [*good, (0.1, 0.2)]
    assert agreed([(0.1, 0.1), (0.88, 0.9), (0.87, 0.88)]) == [(0.87, 0.88), (0.88, 0.9)][::-1]
    assert agreed([(0.1, 0.1), (0.85, 0.9)]) == [(0.1, 0.1), (0.85, 0.9)]
    assert agreed([(0.1, 1e14), (0.02, 0.08)]) == [(0.02, 0.08)]
    assert agreed([(0.1, 1e14)]) == [(0.1, 1e14)]
    assert agreed([]) == []


@given(st.lists(st.tuples(VALUES, VALUES).map(sorted), max_size=9))
def test_most_ranges_are_always_seen(ranges: list[list[float]]) -> None:
    """At least half of them, and no other than those that came."""
    asked = [(low, high) for low, high in ranges]
    kept = agreed(asked)
    assert 2 * len(kept) >= len(asked)
    assert all(item in asked for item in kept)


def test_what_has_no_logarithm_does_not_count_on_that_scale() -> None:
    """Losses of 0 and below lie under the paper."""
    assert wanted(columns(0.0, 1.0, 100.0), True, Trim(0, 1.0)) == (0.0, 2.0)
    assert wanted(columns(0.0, -1.0), True, Trim(0, 1.0)) is None
    assert Placer(Limits(0.0, 2.0, log=True), 40).row(0.0) >= 40


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20), VALUES, VALUES, st.booleans())
def test_rows_of_many_are_the_rows_of_each(values: list[float], low: float, high: float, log: bool) -> None:
    """Any finite number has one, and a higher value never lies lower."""
    assume(high - low > 1e-6)
    assume(not log or (abs(low) < 300 and abs(high) < 300))
    placer = Placer(Limits(low, high, log), 40)
    values.sort()
    rows = placer.all(values)
    assert rows == [placer.row(value) for value in values]
    assert rows == sorted(rows, reverse=True)


@pytest.mark.parametrize(("value", "row"), [(1.0, 0), (0.0, 39), (0.5, 20), (2.0, -39), (1e308, -160)])
def test_the_ends_of_the_axis_are_the_edges_of_the_paper(value: float, row: int) -> None:
    """What lies outside is beyond them, however far."""
    assert Placer(Limits(0.0, 1.0), 40).row(value) == row
