"""Runs beside each other, as people use it: curves, figures with differences, knobs, copied tables."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from tests.recorded import finished, progress, started
from tests.run.happenings import numbered
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run.events import Event
from vitdash.run.history import fold
from vitdash.ui import comparison
from vitdash.ui.comparison import Compared
from vitdash.ui.screens.compare import TABS, Compare
from vitdash.ui.signs import Sign
from vitdash.ui.widgets.chart import Chart
from vitdash.ui.widgets.live_table import LiveTable, TableCell

CNN = presets.load("cnn")
MORE = CNN.replace({"seed": 1})
WORSE = {"validation_loss": 0.02, "accuracy": 0.9, "svc": 0.91}
BETTER = {"validation_loss": 0.018, "accuracy": 0.91}


def compared(run_id: str, config: RunConfig, events: list[Event], marker: str = "●") -> Compared:
    """Return a run in which these events happened."""
    return Compared(run_id, f"[{run_id}]", Sign(marker, "#56b4e9"), config, fold(numbered(events)))


def two() -> list[Compared]:
    """Return two finished runs, the second one the better."""
    return [
        compared("one", CNN, finished(CNN, WORSE)),
        compared("two", MORE, finished(MORE, BETTER), "▲"),
    ]


def using(
    runs: list[Compared],
    act: Callable[[Compare, Pilot[None]], Awaitable[None]],
    size: tuple[int, int] = (120, 40),
) -> None:
    """Compare runs and do something."""

    async def use() -> None:
        app = App[None]()
        async with app.run_test(size=size) as pilot:
            screen = Compare(comparison.OfRuns(runs))
            await app.push_screen(screen)
            await pilot.pause()
            await act(screen, pilot)

    asyncio.run(use())


def seen(screen: Compare) -> set[str]:
    """Return the names of the panels that are on the screen."""
    return {
        panel.id or ""
        for panel in screen.query(".panel")
        if all(node.display for node in panel.ancestors_with_self if isinstance(node, Widget))
    }


def cells(runs: list[Compared], base: int = 0) -> dict[str, list[TableCell]]:
    """Return the figures' table by the names of its columns."""
    columns, rows = comparison.values(runs, base)
    return {column.key: [row.cells[place] for row in rows] for place, column in enumerate(columns)}


def texts(drawn: list[TableCell]) -> list[str]:
    return [cell.text for cell in drawn]


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_stand_beside_their_differences() -> None:
    """To the run that is the base; the best is marked, whichever way is better."""
    found = cells(two())
    assert texts(found["run"]) == ["[one]", "[two]"]
    assert texts(found["validation_loss"]) == ["0.02000", "0.01800"]
    assert texts(found["difference_validation_loss"]) == ["", "-0.00200"]
    assert texts(found["difference_accuracy"]) == ["", "+0.0100"]
    assert [cell.style for cell in found["accuracy"]] == ["", "best"]
    assert [cell.style for cell in found["validation_loss"]] == ["", "best"]
    assert texts(cells(two(), 1)["difference_accuracy"]) == ["-0.0100", ""]


def test_what_no_run_has_is_no_column() -> None:
    """And what one lacks is empty, not zero."""
    found = cells(two())
    assert texts(found["svc"]) == ["0.9100", ""]
    assert "difference_svc" not in found
    assert "svc_held_out" not in found


def test_differences_after_other_numbers_of_images_are_dim() -> None:
    """They stand there, but say less."""
    short = CNN.replace({"max_inputs": 1000})
    found = cells([*two(), compared("three", short, finished(short, BETTER))])
    assert [cell.style for cell in found["difference_accuracy"]] == ["", "", "dim"]
    assert texts(found["evaluated_at"]) == ["2,000,000", "2,000,000", "1,000"]


def test_a_run_without_figures_has_its_row() -> None:
    """It has just begun."""
    begun = compared("new", CNN, [started(CNN)])
    found = cells([begun, *two()])
    assert texts(found["accuracy"]) == ["", "0.9000", "0.9100"]
    assert "difference_accuracy" not in found


def test_curves_have_a_series_for_each_run() -> None:
    """Evaluations over the losses, as points that share the run's legend."""
    losses = comparison.losses(two())
    assert [(series.key, series.dots, series.overlay) for series in losses[:2]] == [
        ("one loss", False, False),
        ("one validation_loss", True, True),
    ]
    assert list(losses[0].x) == [1_000_000, 2_000_000]
    assert all(series.ended for series in losses)
    assert [len(series.y) for series in comparison.accuracies(two(), "svc")] == [1, 0]
    assert [series.dots for series in comparison.accuracies(two(), "training")] == [False, False]


# ── the screen ──────────────────────────────────────────────────────────────────────────────────────────────────────

ALL = {name for name, _ in TABS}


@pytest.mark.parametrize(
    ("size", "pressed", "panels"),
    [
        ((60, 15), "", {"compared_loss"}),
        ((80, 24), "3", {"compared_values"}),
        ((80, 24), "4", {"compared_knobs"}),
        ((120, 40), "", ALL),
        ((120, 40), "2f", {"compared_accuracy"}),
        ((120, 40), "2ff", ALL),
        ((200, 60), "", ALL),
    ],
)
def test_as_many_panels_are_seen_as_there_is_room_for(size: tuple[int, int], pressed: str, panels: set[str]) -> None:
    """One with tabs, or all; any may take the whole screen."""

    async def act(screen: Compare, pilot: Pilot[None]) -> None:
        await pilot.press(*pressed)
        await pilot.pause()
        assert seen(screen) == panels
        for name in panels:
            assert screen.query_one(f"#{name}").size.height > 1

    using(two(), act, size)


def test_keys_change_what_is_compared() -> None:
    """The base, the accuracy, the scale, the smoothing, the order."""

    async def act(screen: Compare, pilot: Pilot[None]) -> None:
        loss, accuracy = screen.query_one("#compared_loss", Chart), screen.query_one("#compared_accuracy", Chart)
        values = screen.query_one("#compared_values", LiveTable)
        before = loss.smoothing
        assert "accuracy (argmax)" in accuracy.render_line(0).text
        assert "differences to ● [one]" in str(values.border_title).replace("\\", "")
        await pilot.press("a", "S", "g", "b", "s")
        await pilot.pause()
        assert "accuracy (svc)" in accuracy.render_line(0).text
        assert loss.smoothing != before
        assert loss.log_scale
        assert not accuracy.log_scale
        assert "differences to ▲ [two]" in str(values.border_title).replace("\\", "")
        assert values.sort_key

    using(two(), act)


def test_what_makes_runs_hard_to_compare_stands_above() -> None:
    """Different data, different lengths."""
    digits = CNN.replace({"dataset": "digits", "max_inputs": 1000})

    async def act(screen: Compare, pilot: Pilot[None]) -> None:
        told = str(screen.query_one("#remarks", Static).content)
        assert "different data" in told
        assert "Evaluated after 1,000 to 2,000,000 images" in told

    using([*two(), compared("three", digits, finished(digits))], act)


def test_runs_that_are_alike_are_said_to_be() -> None:
    """An empty table would look like a mistake."""

    async def act(screen: Compare, pilot: Pilot[None]) -> None:
        assert not screen.query_one("#remarks").display
        knobs = screen.query_one("#compared_knobs", LiveTable)
        assert not knobs.keys
        assert "same knobs" in knobs.empty

    using([compared("one", CNN, finished(CNN)), compared("two", CNN, finished(CNN))], act)


def test_a_run_that_goes_on_is_drawn_on() -> None:
    """Its history grows under the screen."""
    begun = compared("new", CNN, [started(CNN), progress(640)])

    async def act(screen: Compare, pilot: Pilot[None]) -> None:
        values = screen.query_one("#compared_values", LiveTable)
        assert "accuracy" in values.shown_columns
        for event in numbered(finished(CNN), 3):
            begun.history.apply(event)
        screen.on_screen_resume()
        await pilot.pause()
        assert "svc_held_out" in values.shown_columns

    using([begun, *two()], act)


def test_the_table_that_is_looked_at_is_copied() -> None:
    """As spreadsheets take it."""

    async def act(screen: Compare, pilot: Pilot[None]) -> None:
        await pilot.press("y")
        assert pilot.app.clipboard.split("\n")[0].split("\t")[:3] == ["run", "images", "val loss"]
        await pilot.press("4", "y")
        assert pilot.app.clipboard == "knob\t● [one]\t▲ [two]\nseed\t0\t1"

    using(two(), act)


def test_q_gives_the_screen_back_before_it_leaves() -> None:
    """One thing after the other."""

    async def act(screen: Compare, pilot: Pilot[None]) -> None:
        await pilot.press("1", "f", "q")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert seen(screen) == ALL
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.screen is not screen

    using(two(), act)
