"""From the real dashboard to its other screens and back, by keys: why one failed, which is better, what keys do."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.recorded import CLASSES, diagnosed, save_diagnostics
from tests.ui.pilots import LARGE, LOOKS, MIDDLE, SMALL, drive, screen_text, settle
from tests.ui.standings import VIT, ended, failed
from vitdash.run.store import Run
from vitdash.ui.app import Dashboard
from vitdash.ui.screens.compare import Compare
from vitdash.ui.screens.help import Help
from vitdash.ui.screens.inside import Inside
from vitdash.ui.screens.worker_log import WorkerLog

SIZES = pytest.mark.parametrize("size", [(60, 15), SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
ASCII = dataclasses.replace(LOOKS, unicode=False)


def world(root: Path) -> tuple[Run, Run, Run]:
    """Record two runs that finished, one of them with diagnostics, and one that failed."""
    runs = ended(root, "first", 0.9), ended(root, "second", 0.91), failed(root)
    matrix = [[90 if true == predicted else 1 for predicted in range(10)] for true in range(10)]
    save_diagnostics(runs[1], diagnosed(matrix, CLASSES, VIT.train.max_inputs))
    return runs


def is_home(app: Dashboard) -> bool:
    return app.screen is app.dashboard


async def visit(app: Dashboard, pilot: Pilot[None], name: str, key: str) -> None:
    """Select a run by its name and press a key."""
    app.board.selected_id = next(run_id for run_id, known in app.feed.runs.items() if known.short.name == name)
    app.show()
    await pilot.press(key)
    for _ in range(3):
        await settle(pilot)


@SIZES
def test_enter_on_a_failed_run_says_why(root: Path, size: tuple[int, int]) -> None:
    """The morning after, in one key; and one back."""
    world(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await visit(app, pilot, "diverged", "enter")
        assert isinstance(app.screen, WorkerLog)
        assert "the loss is not finite." in screen_text(app)
        await pilot.press("q")
        await settle(pilot)
        assert is_home(app)

    drive(root, journey, size=size)


@SIZES
def test_i_shows_a_run_from_inside(root: Path, size: tuple[int, int]) -> None:
    """The last evaluation, and what it got."""
    world(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await visit(app, pilot, "second", "i")
        assert isinstance(app.screen, Inside)
        assert "evaluation 1 of 1" in screen_text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert is_home(app)

    drive(root, journey, size=size)


@SIZES
def test_c_compares_the_marked_runs(root: Path, size: tuple[int, int]) -> None:
    """Which is better, and by how much."""
    world(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        for name in ("first", "second"):
            await visit(app, pilot, name, "m")
        await pilot.press("c", "3")
        await settle(pilot)
        assert isinstance(app.screen, Compare)
        assert "comparing 2 runs" in screen_text(app)
        await pilot.press("b", "right", "right")
        await settle(pilot)
        assert "+0.0100" in screen_text(app) or "-0.0100" in screen_text(app)

    drive(root, journey, size=size)


def test_the_help_does_what_one_finds_in_it(root: Path) -> None:
    """Without knowing a single key but its own."""
    world(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark", *"confuses")
        assert isinstance(app.screen, Help)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, (Inside, WorkerLog))
        await pilot.press("question_mark")
        await settle(pilot)
        assert isinstance(app.screen, Help)
        assert "Go back." in screen_text(app)

    drive(root, journey)


def test_the_palette_goes_to_runs(root: Path) -> None:
    """By a few letters of their names, whatever filter hides them."""
    runs = world(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        app.board.set_filter("second")
        await pilot.press("ctrl+p", *"go to run first")
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.board.selected_id == runs[0].id
        assert not app.board.filter

    drive(root, journey)


def test_presets_are_started_from_the_palette_unless_one_only_watches(root: Path) -> None:
    """Every preset that can be loaded is there."""

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        assert "cnn" in app.offering.presets()
        app.offering.start_preset("cnn")
        await settle(pilot)
        assert app.screen is not app.dashboard

    drive(root, journey)

    async def watch(app: Dashboard, pilot: Pilot[None]) -> None:
        assert app.offering.presets() == []

    drive(root, watch, read_only=True)


@pytest.mark.parametrize("size", [(60, 15), LARGE], ids=["small", "large"])
@pytest.mark.parametrize("keys", ["i", "i?", "L", "mkmc"])
def test_where_there_is_only_ascii_everything_is_drawn_in_it(root: Path, size: tuple[int, int], keys: str) -> None:
    """Images, matrices and charts too; and keys are called by their names."""
    world(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await visit(app, pilot, "second", keys[0])
        await pilot.press(*keys[1:].replace("?", ""), *(["question_mark"] if "?" in keys else []))
        for _ in range(2):
            await settle(pilot)
        assert app.screen is not app.dashboard
        text = screen_text(app)
        assert not {character for character in text if ord(character) > 126}
        if keys == "i":
            assert "left Earlier" in text

    drive(root, journey, size=size, looks=ASCII)
