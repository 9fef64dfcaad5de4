"""The help as people use it: what it lists, how it is searched, and that it does what is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Label

from vitdash import keys
from vitdash.keys import ACTIONS
from vitdash.ui import bindings
from vitdash.ui.screens.help import Help
from vitdash.ui.widgets.key_list import KeyList


class Place(Screen[None]):
    """A place with keys of its own, which notes what was done."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings.of(keys.OVER), *bindings.of(keys.LOG)]

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def compose(self) -> ComposeResult:
        """Show something that has keys by itself."""
        yield Input(id="text")
        yield Label("[not markup]", markup=False)

    def action_log_wrap(self) -> None:
        """Note it."""
        self.done.append("log_wrap")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """Allow everything but one action, which is grey, and another, which is not there."""
        if action == "log_failure":
            return None
        return action != "log_progress"


class Helpful(App[None]):
    """An app with a help key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(binding for binding in bindings.of(keys.EVERYWHERE)),
        Binding("f12", "nothing", "Do [b]nothing[/b]"),
    ]

    def action_help(self) -> None:
        """Show the help."""
        self.push_screen(Help(self.screen))

    def action_nothing(self) -> None:
        """Do nothing."""


def using(
    act: Callable[[Place, Pilot[None]], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
    keymap: dict[str, str] | None = None,
) -> None:
    """Open the help over a place and do something."""

    async def use() -> None:
        app = Helpful()
        app.set_keymap(keymap or {})
        async with app.run_test(size=size) as pilot:
            place = Place()
            await app.push_screen(place)
            place.set_focus(None)
            await pilot.press("f1" if keymap else "question_mark")
            await pilot.pause()
            assert isinstance(app.screen, Help)
            await act(place, pilot)

    asyncio.run(use())


def listed(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(KeyList).text


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 60)])
def test_every_key_of_the_place_stands_there(size: tuple[int, int]) -> None:
    """With its sentence, under the name of the place; what is not there is not listed."""

    async def act(place: Place, pilot: Pilot[None]) -> None:
        text = " ".join(listed(pilot).split())
        expected = [item for item in ACTIONS if item.place in (keys.OVER, keys.LOG, keys.EVERYWHERE)]
        for action in expected:
            if action.id not in ("quit", "log_progress"):
                assert action.description in text
        assert keys.LOG in text
        assert "training records" not in text
        assert "nothing[/b]" in text

    using(act, size)


def test_typing_finds_and_enter_does_it() -> None:
    """Words in any order; the action is done in the place, after the help has gone."""

    async def act(place: Place, pilot: Pilot[None]) -> None:
        await pilot.press(*"lines wrap")
        assert listed(pilot).count("\n") == 1
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is place
        assert place.done == ["log_wrap"]

    using(act)


def test_a_key_is_found_by_itself() -> None:
    """Who sees a key in the footer may ask what it does."""

    async def act(place: Place, pilot: Pilot[None]) -> None:
        await pilot.press("G")
        assert "Go to the last line" in listed(pilot)
        await pilot.press(*"xyz")
        assert listed(pilot) == "No key does that here."
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, Help)

    using(act)


def test_what_cannot_be_done_now_is_not_done() -> None:
    """It stands there, for those who wonder."""

    async def act(place: Place, pilot: Pilot[None]) -> None:
        await pilot.press(*"failed", "enter")
        assert isinstance(pilot.app.screen, Help)

    using(act)


@pytest.mark.parametrize("key", ["escape", "question_mark", "ctrl+g"])
def test_several_keys_close_it(key: str) -> None:
    """The one that opened it among them."""

    async def act(place: Place, pilot: Pilot[None]) -> None:
        await pilot.press(key)
        await pilot.pause()
        assert pilot.app.screen is place

    using(act)


def test_the_users_own_keys_are_shown_and_work() -> None:
    """The keys that are declared are of no use to somebody who has bound others."""

    async def act(place: Place, pilot: Pilot[None]) -> None:
        await pilot.press(*"wrap")
        assert listed(pilot).split("\n")[1].split()[:2] == ["▸", "f3"]
        await pilot.press("f1")
        await pilot.pause()
        assert pilot.app.screen is place

    using(act, keymap={"help": "f1", "log_wrap": "f3"})


def test_a_click_does_it() -> None:
    """The mouse works everywhere."""

    async def act(place: Place, pilot: Pilot[None]) -> None:
        await pilot.press(*"wrap")
        await pilot.click(KeyList, offset=(10, 1))
        await pilot.pause()
        assert place.done == ["log_wrap"]

    using(act)
