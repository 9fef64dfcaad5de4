"""The command palette: what can be done here, which runs and presets there are, and that it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.pilot import Pilot

from tests.ui.test_help import Place
from vitdash import keys
from vitdash.keys import ACTIONS
from vitdash.ui import bindings, palette_commands
from vitdash.ui.palette_commands import PaletteCommands


class Offering(App[None]):
    """An app with two runs and a preset."""

    COMMANDS: ClassVar[set[Any]] = {PaletteCommands}
    BINDINGS: ClassVar[list[BindingType]] = bindings.of(keys.EVERYWHERE)

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.offering = self

    def runs(self) -> Sequence[tuple[str, str]]:
        """Return two runs, one of them called as markup is written."""
        return [("rn18-1", "rn18"), ("odd-1", "[b]odd[/b]")]

    def go_to_run(self, run_id: str) -> None:
        """Note it."""
        self.done.append(run_id)

    def presets(self) -> Sequence[str]:
        """Return one preset."""
        return ["vit-l4-h16"]

    def start_preset(self, name: str) -> None:
        """Note it."""
        self.done.append(name)


def using(act: Callable[[Offering, Place, Pilot[None]], Awaitable[None]]) -> None:
    """Open a place and do something."""

    async def use() -> None:
        app = Offering()
        async with app.run_test(size=(80, 24)) as pilot:
            place = Place()
            await app.push_screen(place)
            place.set_focus(None)
            await pilot.pause()
            await act(app, place, pilot)

    asyncio.run(use())


async def choose(pilot: Pilot[None], words: str) -> None:
    """Type words into the palette and take the first command."""
    await pilot.press("ctrl+p", *words)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.press("down", "enter")
    await pilot.pause()
    await pilot.pause()


def test_everything_that_can_be_done_here_is_offered() -> None:
    """Every declared action of the place, and no other; without what cannot be done now."""

    async def act(app: Offering, place: Place, pilot: Pilot[None]) -> None:
        offered = {offer.title for offer in palette_commands.actions(app, place)}
        here = {item for item in ACTIONS if item.place in (keys.OVER, keys.LOG, keys.EVERYWHERE)}
        # q goes back here, and quits elsewhere.
        expected = {
            item.description.rstrip(".") for item in here if item.id not in ("log_failure", "log_progress", "quit")
        }
        assert offered == expected

    using(act)


def test_runs_and_presets_are_offered_by_name() -> None:
    """As they are called, markup or not."""

    async def act(app: Offering, place: Place, pilot: Pilot[None]) -> None:
        offered = [offer.title for offer in palette_commands.destinations(app)]
        assert offered == ["go to run rn18", "go to run [b]odd[/b]", "start preset vit-l4-h16"]
        assert not list(palette_commands.destinations(object()))

    using(act)


def test_what_is_chosen_is_done() -> None:
    """An action in its place, a run by its id, a preset by its name."""

    async def act(app: Offering, place: Place, pilot: Pilot[None]) -> None:
        await choose(pilot, "wrap long lines")
        assert place.done == ["log_wrap"]
        await choose(pilot, "go to run odd")
        assert app.done == ["odd-1"]
        await choose(pilot, "start preset vit")
        assert app.done == ["odd-1", "vit-l4-h16"]
        assert not isinstance(app.screen, CommandPalette)

    using(act)


def test_of_textuals_own_commands_two_are_kept() -> None:
    """A second way to quit would not ask what becomes of the runs."""

    async def act(app: Offering, place: Place, pilot: Pilot[None]) -> None:
        assert [offer.title for offer in palette_commands.kept(app, place)] == ["Theme", "Screenshot"]

    using(act)
