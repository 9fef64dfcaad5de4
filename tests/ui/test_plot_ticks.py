"""Numbers along an axis: round, within it, few enough, and never two that read alike."""

from __future__ import annotations

from math import log10

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vitdash.drawing import ticks
from vitdash.ui.plot import axes
from vitdash.ui.plot.columns import Window
from vitdash.ui.plot.frame import BRAILLE, LETTERS, Dots
from vitdash.ui.plot.scale import Limits

ENDS = st.floats(-1e9, 1e9) | st.floats(-1.0, 1.0) | st.floats(1e-9, 1e-3)


def limits(low: float, high: float) -> Limits:
    """Return an axis, as far as there can be one: settled axes are never that short."""
    assume(high - low > 1e-9 * max(abs(low), abs(high)) and high - low > 1e-12)
    return Limits(low, high)


@given(ENDS, ENDS, st.integers(2, 20))
def test_ticks_are_few_ordered_and_on_the_axis(low: float, high: float, most: int) -> None:
    """Evenly spaced multiples of 1, 2 or 5 times a power of ten."""
    limits(low, high)
    values = ticks.along(low, high, most)
    slack = (high - low) * 1e-6
    assert len(values) <= most
    assert values == sorted(set(values))
    assert all(low - slack <= value <= high + slack for value in values)
    if len(values) > 1:
        step = values[1] - values[0]
        mantissa = step / 10 ** round(log10(step) - 0.35)
        assert min(abs(mantissa - nice) for nice in (0.5, 1, 2, 5, 10)) < 1e-3


@given(ENDS, ENDS, st.integers(2, 20), st.booleans())
def test_labels_differ_and_say_what_the_tick_is(low: float, high: float, most: int, log: bool) -> None:
    """However narrow the axis; to a tenth of the distance between two."""
    if log:
        assume(-12 < low < high < 12 and high - low > 1e-3)
    axis = Limits(low, high, log=True) if log else limits(low, high)
    values = ticks.of(axis, most)
    written = ticks.labels(values)
    assert len(set(written)) == len(written) == len(values)
    for text, value in zip(written, values, strict=True):
        unit = {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1], 1.0)
        read = float(text.rstrip("kMG")) * unit
        distance = min((abs(value - other) for other in values if other != value), default=abs(value) or 1.0)
        assert abs(read - value) <= distance / 10


@pytest.mark.parametrize("dots", [BRAILLE, LETTERS])
@given(low=ENDS, high=ENDS, height=st.integers(3, 60), log=st.booleans())
def test_a_vertical_axis_says_two_numbers_at_least_and_leaves_lines_between(
    dots: Dots, low: float, high: float, height: int, log: bool
) -> None:
    """Where a paper is four lines high, one number alone would leave open how the axis goes on."""
    if log:
        assume(-12 < low < high < 12 and high - low > 1e-3)
    axis = axes.vertical(Limits(low, high, log=True) if log else limits(low, high), height, dots)
    lines = sorted(axis.labels)
    assert all(later - earlier >= 2 for earlier, later in zip(lines, lines[1:], strict=False))
    assert len(set(axis.labels.values())) == len(lines)
    assert lines or height < 8
    assert all(0 <= line < height for line in lines)


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.0, 500_000.0, 1_000_000.0, 1_500_000.0], ["0", "500k", "1M", "1.5M"]),
        ([0.8, 0.85, 0.9], ["0.80", "0.85", "0.90"]),
        ([0.0, 0.0001, 0.0002], ["0", "1e-4", "2e-4"]),
        ([0.00001, 0.001, 0.1], ["1e-5", "0.001", "0.1"]),
        ([0.0, 500.0, 1000.0], ["0", "500", "1000"]),
        ([-20.0, 0.0, 20.0], ["-20", "0", "20"]),
        ([0.0, 1e14, 2e14], ["0", "1e14", "2e14"]),
        ([0.001, 1.0, 1e3, 1e6, 1e15], ["0.001", "1", "1000", "1M", "1e15"]),
        ([0.85], ["0.85"]),
        ([], []),
    ],
)
def test_labels_are_short(values: list[float], written: list[str]) -> None:
    """Equal decimals where steps are even, powers where decades are."""
    assert ticks.labels(values) == written


@given(st.floats(0, 1e9), st.floats(1, 1e9), st.integers(1, 200))
def test_numbers_below_the_paper_never_touch(start: float, length: float, columns: int) -> None:
    """Whole numbers with a space between, as wide as the chart."""
    assume(length > start * 1e-6)
    rule, numbers = axes.horizontal(Window(start, start + length, columns * 2), columns, 5, BRAILLE)
    assert sum(len(text) for text, _ in rule) == sum(len(text) for text, _ in numbers) == columns + 5
    words = numbers[0][0].split()
    for middle in (0, columns // 2, columns + 4):
        over = "".join(text for text, _ in axes.written_over(numbers, "1,234", middle))
        assert len(over) == columns + 5
        assert set(over.split()) <= {*words, "1,234"}


@given(st.floats(1e-3, 1e12))
def test_an_axis_without_a_plan_ends_on_a_round_number(value: float) -> None:
    """No less than what it holds, and less than three times as much."""
    end = ticks.round_up(value)
    assert value <= end < 2.6 * value
