"""The log screen as people use it: through keys, with runs as a worker leaves them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.recorded import finished, progress, record, started
from vitdash import presets
from vitdash.run.events import Event, RunFailed
from vitdash.run.store import Run
from vitdash.ui.screens.worker_log import WorkerLog
from vitdash.ui.widgets.log_lines import LogLines

CNN = presets.load("cnn")
FAILED: list[Event] = [
    started(CNN),
    progress(640),
    RunFailed(title="no [b]memory[/b]", message="is left", traceback="Traceback:\n  in line 1\n"),
]


class Bare(App[None]):
    """Nothing but the screen, and what is copied."""


def using(run: Run, act: Callable[[WorkerLog, Pilot[None]], Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    """Open the log of a run and do something with it."""

    async def use() -> None:
        app = Bare()
        async with app.run_test(size=size) as pilot:
            screen = WorkerLog(run, "a run")
            await app.push_screen(screen)
            await settled(pilot)
            await act(screen, pilot)

    asyncio.run(use())


async def settled(pilot: Pilot[None]) -> None:
    """Wait until what was asked for is read, drawn and scrolled to: each is a step of its own."""
    await pilot.app.workers.wait_for_complete()
    for _ in range(4):
        await pilot.pause()


def shown(screen: WorkerLog) -> str:
    return screen.query_one(LogLines).text


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (200, 60)])
def test_a_failed_run_says_first_why(tmp_path: Path, size: tuple[int, int]) -> None:
    """The morning after: what failed, and why, without a key; text from the run is no markup."""

    async def act(screen: WorkerLog, pilot: Pilot[None]) -> None:
        assert shown(screen).startswith("no [b]memory[/b]\n\nis left\n\nOn the dashboard, space goes on")
        assert "\n\ntraceback\nTraceback:\n  in line 1\n" in shown(screen)
        assert "the last words" in shown(screen)
        assert screen.query_one(LogLines).scroll_offset.y == 0
        await pilot.press("1")
        assert "failed: no [b]memory[/b]: is left" in shown(screen)
        await pilot.press("2")
        assert shown(screen) == "the last words"

    using(record(tmp_path, CNN, FAILED, claim="failed", log="\x1b[1mthe last words\x1b[0m\n"), act, size)


def test_a_finished_run_shows_what_happened(tmp_path: Path) -> None:
    """Training records only when asked; there is nothing to say of a failure."""

    async def act(screen: WorkerLog, pilot: Pilot[None]) -> None:
        assert "validation loss 0.01962" in shown(screen)
        assert "learning rate" not in shown(screen)
        await pilot.press("p")
        assert "learning rate" in shown(screen)
        await pilot.press("3")
        assert "validation loss 0.01962" in shown(screen)
        await pilot.press("2")
        assert shown(screen).startswith("The worker has printed nothing.")

    using(record(tmp_path, CNN, finished(CNN)), act)


def test_a_search_is_typed_kept_and_left(tmp_path: Path) -> None:
    """Letters belong to it while it is open, and to the screen afterwards."""

    async def act(screen: WorkerLog, pilot: Pilot[None]) -> None:
        await pilot.press("2", "slash", *"q 7")
        assert shown(screen) == "q 7"
        await pilot.press("enter", "1", "2")
        assert shown(screen) == "q 7"
        await pilot.press("q")
        assert len(shown(screen).split("\n")) == 40
        assert pilot.app.screen is screen
        await pilot.press("q")
        assert pilot.app.screen is not screen

    using(record(tmp_path, CNN, finished(CNN), log="".join(f"q {number}\n" for number in range(30, -10, -1))), act)


def test_the_end_is_followed_until_one_goes_up(tmp_path: Path) -> None:
    """New lines come below; who reads further up is left alone."""
    run = record(tmp_path, CNN, finished(CNN), log="line\n" * 100)

    async def act(screen: WorkerLog, pilot: Pilot[None]) -> None:
        lines = screen.query_one(LogLines)
        await pilot.press("2")
        await settled(pilot)
        assert lines.scroll_offset.y == lines.max_scroll_y > 0
        run.log.write_text("line\n" * 120)
        screen.look()
        await settled(pilot)
        assert lines.scroll_offset.y == lines.max_scroll_y > 90
        await pilot.press("k", "k")
        above = lines.scroll_offset.y
        run.log.write_text("line\n" * 140)
        screen.look()
        await settled(pilot)
        assert lines.scroll_offset.y == above
        await pilot.press("G")
        await settled(pilot)
        assert lines.scroll_offset.y == lines.max_scroll_y

    using(run, act)


def test_long_lines_are_wrapped_or_cut(tmp_path: Path) -> None:
    """Nothing is lost unless one wants to see the beginnings only."""
    run = record(tmp_path, CNN, finished(CNN), log="word " * 60)

    async def act(screen: WorkerLog, pilot: Pilot[None]) -> None:
        await pilot.press("2")
        assert shown(screen).count("word") == 60
        assert "\n" in shown(screen)
        await pilot.press("w")
        assert "\n" not in shown(screen)

    using(run, act)


def test_more_of_a_long_log_is_read_when_asked(tmp_path: Path) -> None:
    """The screen says that there is more, and how to see it."""
    run = record(tmp_path, CNN, finished(CNN), log="".join(f"{number:09d}\n" for number in range(20_000)))

    async def act(screen: WorkerLog, pilot: Pilot[None]) -> None:
        await pilot.press("2")
        assert shown(screen).split("\n")[-1] == "000019999"
        assert "b reads more" in screen.said.text
        await pilot.press("b")
        await settled(pilot)
        assert shown(screen).split("\n")[0] == "000000000"
        assert screen.query_one(LogLines).scroll_offset.y == 0

    using(run, act)


def test_what_is_shown_can_be_copied(tmp_path: Path) -> None:
    """Selecting text with the mouse does not work everywhere."""

    async def act(screen: WorkerLog, pilot: Pilot[None]) -> None:
        await pilot.press("y")
        assert pilot.app.clipboard.startswith("no [b]memory[/b]")

    using(record(tmp_path, CNN, FAILED, claim="failed"), act)
