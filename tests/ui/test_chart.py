"""The chart as people use it: read, zoomed, enlarged; it paints what changed, and nothing while it is hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.ui.test_plot_sheet import OTHER, SIGN, falling
from vitdash.ui.plot import sheet
from vitdash.ui.plot.paper import Scene
from vitdash.ui.widgets.chart import Chart


class OneChart(App[None]):
    """A chart and what it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.enlarged = 0

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
    """Around the pointer; out again as far as all of it."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        chart.zoom(2, 1000)
        assert chart.view == (500, 1000)
        chart.zoom(4, 600)
        assert chart.view == (575, 700)
        for _ in range(50):
            chart.zoom(2, 600)
        assert chart.view[1] - chart.view[0] == 5
        for _ in range(50):
            chart.zoom(0.5, 0)
        assert chart.view == (0, 1000)

    using(act)


def test_a_double_click_and_enter_ask_for_the_whole_screen() -> None:
    """The dashboard decides what that is."""

    async def act(chart: Chart, pilot: Pilot[None]) -> None:
        await pilot.click(chart, times=2)
        await pilot.press("enter")

    assert using(act).enlarged == 2


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
