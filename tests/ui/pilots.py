"""Dashboards under test: the real app on recorded runs, driven by keys, without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from vitdash.run.fleet import Fleet
from vitdash.settings import Settings
from vitdash.ui.app import Dashboard
from vitdash.ui.appearance import Appearance

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
Journey = Callable[[Dashboard, Pilot[None]], Awaitable[None]]

LOOKS = Appearance(theme="tokyo-night", dark=True, unicode=True, refresh_hz=20.0, bell=False, terminal_title=False)


def drive(
    root: Path,
    journey: Journey,
    *,
    size: tuple[int, int] = MIDDLE,
    read_only: bool = False,
    schedules: bool = True,
    looks: Appearance = LOOKS,
) -> None:
    """Open the dashboard on the runs under `root` and let `journey` act; unless it `schedules`, queued runs wait."""

    async def travel() -> None:
        app = Dashboard(Fleet(root, read_only=read_only or not schedules), looks, Settings(), read_only=read_only)
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await journey(app, pilot)

    asyncio.run(travel())


async def settle(pilot: Pilot[None]) -> None:
    """Return when everything that was begun in threads has come back and is drawn."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return when `condition` holds; fail where it never does."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never happened"
        await pilot.pause(0.02)


def screen_text(app: Dashboard) -> str:
    """Return what is on the screen, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in lines[:height])
