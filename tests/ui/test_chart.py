"""The chart as people use it: read, zoomed, enlarged; it paints what changed, and nothing while it is hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.events import Key, MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from tests.ui.test_plot_sheet import OTHER, SIGN, falling
from vitdash.text import figure
from vitdash.ui.plot import sheet
from vitdash.ui.plot.paper import Scene
from vitdash.ui.plot.series import Series
from vitdash.ui.plot.sheet import Sheet
from vitdash.ui.plot.view import View
from vitdash.ui.widgets.chart import Chart


class OneChart(App[None]):
    """A chart and what it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.enlarged = 0
        self.reached: list[str] = []

    def on_key(self, event: Key) -> None:
        """Remember which keys the chart left to others."""
        self.reached.append(event.key)

    def compose(self) -> ComposeResult:
        """Show the chart."""
        yield Chart("train loss")

    def on_chart_enlarged(self, message: Chart.Enlarged) -> None:
        """Count."""
        assert message.control is self.query_one(Chart)
        self.enlarged += 1


def using(act: Callable[[Chart, Pilot[None]], Awaitable[None]], size: tuple[int, int] = (60, 20)) -> OneChart:
    """Do something with a chart that shows two runs, and return the app."""
    app = OneChart()

    async def use() -> None:
        async with app.run_test(size=size) as pilot:
            chart = app.query_one(Chart)
            chart.show([falling(100), falling(40, "rn18", OTHER)], 1000)
            await pilot.pause()
            await act(chart, pilot)

    asyncio.run(use())
    return app


def lines(chart: Chart) -> list[str]:
    return [chart.render_line(line).text.rstrip() for line in range(chart.size.height)]


def test_arrows_read_values_and_escape_ends_that() -> None:
    """Keys do what the pointer does."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        chart.focus()
        await pilot.press("end", "left")
        assert lines(chart)[-1].split() == ["0", "images", "500", "973"]
        await pilot.press("escape")
        assert lines(chart)[-1].split() == ["0", "images", "500", "1k"]

    using(act)


def test_the_pointer_reads_values_until_it_leaves() -> None:
    """Above the paper only."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        await pilot.hover(chart, offset=(30, 8))
        assert "-" in lines(chart)[1].split()
        await pilot.hover(chart, offset=(1, 8))
        assert "-" not in lines(chart)[1].split()

    using(act)


def test_zooming_shows_less_of_the_axis_and_never_leaves_it() -> None:
    """Around a position; out again as far as all of it."""
    view = View(0, 1000, 1000).zoomed(2, 1000)
    assert view.part == (500, 1000)
    assert view.zoomed(4, 600).part == (575, 700)
    for _ in range(50):
        view = view.zoomed(2, 600)
    assert view.end - view.start == 5
    for _ in range(50):
        view = view.zoomed(0.5, 0)
    assert view.part is None


@given(st.lists(st.tuples(st.floats(0.01, 100), st.none() | st.floats(0, 1e6), st.floats(-3, 3))))
def test_a_view_lies_within_its_axis(steps: list[tuple[float, float | None, float]]) -> None:
    """However it came there."""
    view = View(0.0, 1e6, 1e6)
    for factor, around, share in steps:
        view = view.zoomed(factor, around).moved(share)
        assert 0 <= view.start < view.end <= 1e6


def test_a_zoomed_chart_moves_with_what_is_read() -> None:
    """Arrows go on beyond the edge; keys and the wheel zoom around the position."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        chart.focus()
        await pilot.press("end", "z")
        assert chart.view.part == pytest.approx((329, 996), abs=6)
        await pilot.press("right", "right")
        assert chart.view.end == 1000
        await pilot.press("home", "left")
        assert chart.view.part == pytest.approx((250, 916), abs=6)
        await pilot.press("0")
        assert chart.view.part is None
        await pilot._post_mouse_events([MouseScrollUp], chart, (30, 10))
        assert chart.view.end - chart.view.start == pytest.approx(667, abs=1)
        await pilot._post_mouse_events([MouseScrollDown], chart, (30, 10))
        assert chart.view.part is None

    using(act)


def test_lists_that_grow_in_place_are_drawn_as_new_ones() -> None:
    """Whoever gathers a run's values keeps them in lists, and a resume cuts these."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        x, y = [float(i) for i in range(1, 501)], [1 / i for i in range(1, 501)]
        growing = Series("run", "cnn", SIGN, x, y)
        for change in ("nothing", "grow", "cut", "grow"):
            if change == "grow":
                x += [x[-1] + i for i in range(1, 101)]
                y += [0.5] * 100
            elif change == "cut":
                del x[300:], y[300:]
            chart.show([growing], 1000)
            await pilot.pause()
            fresh = Sheet(figure, unicode=True)
            fresh.paper.limits = chart._sheet.paper.limits
            fresh.paper._seen = None, False
            fresh.draw(chart._scene())
            assert lines(chart) == [
                "".join(text for text, _ in fresh.line(line)).rstrip() for line in range(chart.size.height)
            ]

    using(act)


def test_a_double_click_and_enter_ask_for_the_whole_screen() -> None:
    """The dashboard decides what that is."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        await pilot.click(chart, times=2)
        await pilot.press("enter")

    app = using(act)
    assert app.enlarged == 2
    assert app.reached == []


def test_escape_is_left_to_others_once_nothing_is_read() -> None:
    """It leaves the full screen then."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        chart.focus()
        await pilot.press("left", "escape", "escape", "x")

    assert using(act).reached == ["escape", "x"]


def test_a_hidden_chart_draws_nothing_until_it_is_seen() -> None:
    """Then it shows what came meanwhile."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        chart.display = False
        await pilot.pause()
        drawn = 0
        original = sheet.Sheet.draw

        def count(self: sheet.Sheet, scene: Scene) -> set[int]:
            nonlocal drawn
            drawn += 1
            return original(self, scene)

        sheet.Sheet.draw = count  # type: ignore[method-assign]
        try:
            chart.show([falling(100), falling(50, "rn18", OTHER)], 1000)
            await pilot.pause()
            assert drawn == 0
            chart.display = True
            await pilot.pause()
            assert drawn > 0
        finally:
            sheet.Sheet.draw = original  # type: ignore[method-assign]
        assert "rn18" in lines(chart)[1]

    using(act)


def test_another_theme_recolours_the_chart() -> None:
    """The paper takes the background of the theme."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        def backgrounds() -> set[object]:
            return {segment.style.bgcolor for segment in chart.render_line(5) if segment.style}

        before = backgrounds()
        chart.app.theme = "textual-light"
        await pilot.pause()
        assert not before & backgrounds()
        assert SIGN.colour in {s.style.color.name for s in chart.render_line(1) if s.style and s.style.color}

    using(act)


def test_labels_from_runs_are_plain_text() -> None:
    """Neither markup nor control characters."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        chart.show([falling(10, "[red]x[/]\x1b[31m")], 1000)
        await pilot.pause()
        assert "[red]x[/] [31m" in lines(chart)[1]

    using(act)


def test_smoothing_and_scale_are_reactive() -> None:
    """Smoothing keeps to the levels there are."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        before = lines(chart)
        chart.log_scale = True
        await pilot.pause()
        assert "log" in lines(chart)[0]
        assert lines(chart)[3:] != before[3:]
        chart.smoothing = 99
        assert chart.smoothing == 3
        chart.smoothing = 0
        await pilot.pause()
        assert "smoothed" not in lines(chart)[0]

    using(act)
