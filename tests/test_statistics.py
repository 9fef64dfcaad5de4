"""Spread and significance, computed without any library, agree with numpy and scipy wherever those have an answer."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import special, stats

from vitdash.statistics import incomplete_beta, spread, student_tails, welch

FIGURES = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda value: round(value, 6))
SAMPLES = st.lists(FIGURES, min_size=2, max_size=30)


def scipy_s(a: list[float], b: list[float]) -> float:
    with warnings.catch_warnings():
        # It warns of values that are all the same.
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(stats.ttest_ind(a, b, equal_var=False).pvalue)


@given(st.lists(FIGURES, min_size=1, max_size=30))
def test_the_spread_of_values_is_numpy_s(values: list[float]) -> None:
    found = spread(values)
    assert found is not None
    assert found.mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-9)
    assert (found.n, found.least, found.most) == (len(values), min(values), max(values))
    assert found.least <= found.mean <= found.most
    if len(values) == 1:
        assert found.deviation is None
    else:
        assert found.deviation == pytest.approx(np.std(values, ddof=1), rel=1e-9, abs=1e-8)


def test_no_values_have_no_spread_and_one_has_no_deviation() -> None:
    """A mean of one seed must not look as if it were known how sure it is."""
    assert spread([]) is None
    alone = spread([0.9])
    assert alone is not None
    assert (alone.mean, alone.deviation, alone.n) == (0.9, None, 1)


@given(FIGURES, st.integers(2, 20))
def test_equal_values_deviate_by_nothing_at_all(value: float, count: int) -> None:
    """Not by a rounding error, which would make any difference significant."""
    found = spread([value] * count)
    assert found is not None
    assert (found.mean, found.deviation) == (value, 0.0)
    assert welch([value] * count, [value + 1] * count) is None


@given(SAMPLES, SAMPLES)
def test_welch_s_p_is_scipy_s(a: list[float], b: list[float]) -> None:
    # Where all the spread there is comes from the last digits, both answer by rounding errors.
    assume(max(np.std(a), np.std(b)) > 1e-6 * max(1.0, *map(abs, [*a, *b])))
    expected = scipy_s(a, b)
    found = welch(a, b)
    assert found is not None
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert found == pytest.approx(welch(b, a), rel=1e-9, abs=1e-300)


@given(st.lists(st.floats(0.5, 1), min_size=2, max_size=12), st.floats(1e-4, 0.5), st.integers(-40, 40))
def test_p_does_not_depend_on_the_unit(values: list[float], shift: float, power: int) -> None:
    """Losses of 1e-9 and times of 1e6 are judged alike; scaled by powers of two, not even a bit differs."""
    other = [value + shift for value in values]
    scaled = [[math.ldexp(value, power) for value in side] for side in (values, other)]
    assert welch(values, other) == welch(*scaled)


def test_a_side_without_spread_is_judged_by_the_other_s() -> None:
    expected = scipy_s([0.9, 0.9, 0.9], [0.8, 0.82, 0.81])
    assert welch([0.9, 0.9, 0.9], [0.8, 0.82, 0.81]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("a", "b"), [([], [1.0, 2.0]), ([1.0], [1.0, 2.0]), ([1.0, 2.0], [1.0]), ([1.0, 1.0], [2.0, 2.0])]
)
def test_what_cannot_be_computed_is_not_said(a: list[float], b: list[float]) -> None:
    assert welch(a, b) is None


@given(st.floats(0, 1e3), st.floats(1, 5e3))
def test_the_tails_of_student_s_distribution_are_scipy_s(t: float, freedom: float) -> None:
    assert student_tails(t, freedom) == pytest.approx(2 * special.stdtr(freedom, -t), rel=1e-8, abs=1e-280)


@given(st.floats(0.1, 1e3), st.floats(0.1, 1e3), st.floats(0, 1))
def test_the_incomplete_beta_function_is_scipy_s(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x, 1 - x) == pytest.approx(special.betainc(a, b, x), rel=1e-9, abs=1e-12)


def test_values_at_the_ends_of_the_numbers_have_an_answer() -> None:
    """Figures come from files: none of them may end a command."""
    assert student_tails(math.inf, 3) == 0.0
    assert welch([1e300, 1.1e300], [-1e300, -1.2e300]) is not None
    assert welch([1e-300, 1.1e-300], [3e-300, 3.2e-300]) is not None
    assert spread([1e308, 1e308]) is not None
    assert spread([1e300, -1e300]) is not None
