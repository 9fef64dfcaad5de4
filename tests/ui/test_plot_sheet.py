"""A chart grows with its runs: what is drawn bit by bit is what would be drawn at once, at any size, in any state."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitdash.text import figure
from vitdash.ui.plot import ink
from vitdash.ui.plot.paper import Scene
from vitdash.ui.plot.series import Series
from vitdash.ui.plot.sheet import Sheet
from vitdash.ui.signs import Sign

SIGN = Sign("●", "#56b4e9")
OTHER = Sign("▲", "#f0b030")
VALUES = st.floats(0.01, 1.0) | st.sampled_from([nan, inf, -inf, 0.0, -1.0, 1e308, -1e308, 5e-324, 1e18, 1e99, -1e99])


def text_of(sheet: Sheet, height: int) -> list[str]:
    return ["".join(text for text, _ in sheet.line(line)).rstrip() for line in range(height)]


def drawn(scene: Scene, *, unicode: bool = True) -> list[str]:
    sheet = Sheet(figure, unicode=unicode)
    sheet.draw(scene)
    return text_of(sheet, scene.height)


def anew(sheet: Sheet, scene: Scene) -> list[str]:
    """Return what a sheet that knows nothing but the vertical axis draws."""
    fresh = Sheet(figure, unicode=True)
    fresh.paper.limits = sheet.paper.limits
    fresh.paper._seen = scene.view, scene.log
    fresh.draw(scene)
    return text_of(fresh, scene.height)


def scene(*series: Series, width: int = 60, height: int = 20, **more: object) -> Scene:
    return Scene(series, 1000.0, width, height, "train loss", "nothing yet", **more)  # type: ignore[arg-type]


def falling(count: int = 100, label: str = "cnn", sign: Sign = SIGN) -> Series:
    return Series(label, label, sign, [10.0 * i for i in range(1, count + 1)], [1 / i for i in range(1, count + 1)])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1000), VALUES), min_size=2, max_size=60),
    st.lists(st.integers(1, 20), max_size=5),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
)
def test_a_growing_series_is_drawn_as_if_it_had_been_there_at_once(
    points: list[tuple[float, float]], steps: list[int], dots: bool, log: bool, zoomed: bool, smoothing: int
) -> None:
    """Gaps, values without a logarithm, several at one place, steps of any length: the dots are the same in the end."""
    points.sort(key=lambda point: point[0])
    x, y = [point[0] for point in points], [point[1] for point in points]
    # Another series holds the vertical axis, which may otherwise settle elsewhere on its way.
    frame = Series("frame", "frame", OTHER, [0.0, 1000.0] * 1, [0.001, 2.0])
    view = (200.0, 600.0) if zoomed else None
    sheet = Sheet(figure, unicode=True)
    reached = 0
    for step in [1, *steps, len(points)]:
        reached = min(len(points), reached + step)
        growing = Series("run", "cnn", SIGN, x[:reached], y[:reached], dots=dots)
        last = scene(frame, growing, log=log, view=view, smoothing=smoothing)
        before = text_of(sheet, 20)
        changed = sheet.draw(last)
        after = text_of(sheet, 20)
        assert {line for line in range(20) if before[line] != after[line]} <= changed
    assert anew(sheet, last) == after


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("height", [0, 1, 2, 3, 5, 8, 13, 20, 60])
@pytest.mark.parametrize("width", [0, 1, 5, 10, 19, 40, 76, 200])
def test_a_chart_fits_any_size(width: int, height: int, unicode: bool) -> None:
    """Nothing is drawn beyond the edges, and too little room is no error."""
    sign = SIGN if unicode else Sign("o", SIGN.colour)
    lines = drawn(scene(falling(sign=sign), width=width, height=height), unicode=unicode)
    assert all(len(line) <= width for line in lines)
    assert unicode or "".join(lines).isascii()


def test_a_run_that_goes_on_changes_few_lines() -> None:
    """One value more on an axis that serves repaints the legend and the lines around the end of the curve."""
    sheet = Sheet(figure, unicode=True)
    sheet.draw(scene(falling(60)))
    changed = sheet.draw(scene(falling(61)))
    assert 0 in changed or 1 in changed
    assert len(changed) <= 4
    assert sheet.draw(scene(falling(61))) == set()


def test_a_resumed_run_is_drawn_anew() -> None:
    """What a resume cuts off and computes again does not remain on the paper."""
    sheet = Sheet(figure, unicode=True)
    first = falling(60)
    sheet.draw(scene(first, smoothing=1))
    other = Series(first.key, first.label, SIGN, first.x[:50], [value * 0.9 for value in first.y[:50]])
    sheet.draw(scene(other, smoothing=1))
    assert text_of(sheet, 20) == anew(sheet, scene(other, smoothing=1))


def test_nothing_to_draw_says_so_in_the_middle() -> None:
    """No axes without values."""
    lines = drawn(scene(Series("a", "a", SIGN, [], [])))
    assert lines[10].strip() == "nothing yet"
    assert [line for line in lines if line] == ["train loss", lines[10]]


def test_a_spike_at_the_start_does_not_flatten_the_curve() -> None:
    """It lies outside the axis, and an arrow at the edge says so."""
    curve = falling(200)
    spiked = Series("a", "a", SIGN, [0.0, *curve.x], [1000.0, *(0.1 + value for value in curve.y)])
    lines = drawn(scene(spiked))
    assert any("↑" in line for line in lines)
    assert not any("1000" in line for line in lines)
    below = Series("a", "a", Sign("o", "#fff"), spiked.x, [-value for value in spiked.y])
    assert any("v" in line for line in drawn(scene(below), unicode=False)[2:])


def test_the_legend_names_each_run_with_its_marker_and_last_value() -> None:
    """An overlay shares the entry of its run."""
    run = falling(4)
    evaluated = Series("e", "cnn", SIGN, [40.0], [0.125], dots=True, overlay=True)
    lines = drawn(scene(run, evaluated, falling(2, "rn18", OTHER)))
    assert lines[0] == "train loss"
    assert lines[1] == "● cnn 0.2500 •0.1250  ▲ rn18 0.5000"


def test_a_cursor_reads_every_series_where_it_stands() -> None:
    """The axis says where; a series that is not there yet says so, in as much room."""
    lines = drawn(scene(falling(100), falling(10, "rn18", OTHER), cursor=500.0))
    assert " 500 " in lines[-1]
    assert lines[1] == "● cnn 0.0200  ▲ rn18 -"
    assert sum("│" in line[12:] for line in lines) > 10


def test_every_series_bears_its_marker_where_colours_are_missing() -> None:
    """Also where several end in one place."""
    lines = "".join(drawn(scene(falling(100), falling(100, "b", OTHER), falling(100, "c", Sign("■", "#fff"))))[2:])
    assert all(marker in lines for marker in "●▲■")


def test_a_band_beside_the_values_is_drawn_faint_under_them() -> None:
    """Seeds of one configuration: their mean in a band."""
    mean = falling(100)
    band = [value * 0.8 for value in mean.y], [value * 1.2 for value in mean.y]
    sheet = Sheet(figure, unicode=True)
    sheet.draw(scene(Series("mean", "cnn", SIGN, mean.x, mean.y, band=band)))
    inks = {colour for line in range(20) for _, colour in sheet.line(line)}
    assert {ink.of(0, ink.LINE), ink.of(0, ink.BAND)} <= inks
    without = Sheet(figure, unicode=True)
    without.draw(scene(mean))
    assert ink.of(0, ink.BAND) not in {colour for line in range(20) for _, colour in without.line(line)}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1000), VALUES), max_size=30),
    st.tuples(st.integers(0, 100), st.integers(0, 40)),
    st.none() | st.tuples(st.floats(0, 900), st.floats(1, 300)),
    st.none() | st.floats(0, 1200),
    st.booleans(),
    st.booleans(),
)
def test_whatever_runs_record_the_chart_keeps_to_its_lines(
    points: list[tuple[float, float]],
    size: tuple[int, int],
    part: tuple[float, float] | None,
    cursor: float | None,
    log: bool,
    unicode: bool,
) -> None:
    """Losses that leave the numbers there are, charts of any size, zoomed and read anywhere."""
    points.sort(key=lambda point: point[0])
    run = Series("run", "cnn", SIGN, [point[0] for point in points], [point[1] for point in points])
    sheet = Sheet(figure, unicode=unicode)
    for smoothing in (0, 2):
        view = (part[0], part[0] + part[1]) if part else None
        last = scene(run, width=size[0], height=size[1], view=view, cursor=cursor, log=log, smoothing=smoothing)
        assert sheet.draw(last) <= set(range(size[1]))
        assert all(len(line) <= size[0] for line in text_of(sheet, size[1]))
