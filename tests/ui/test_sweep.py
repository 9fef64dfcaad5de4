"""The sweep's screen by its keys: type, see what it comes to, leave some out, reorder, start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Label

from tests.run.bare_runs import rewrite
from tests.run.held_queue import held_queue
from tests.ui.pilots import LARGE, MIDDLE, SMALL, drive, screen_text, settle, until
from tests.ui.standings import ended
from vitdash.run import labels, queue, store
from vitdash.run.known import Known
from vitdash.run.states import States
from vitdash.ui.app import Dashboard
from vitdash.ui.screens.sweep import Sweep, SweepWanted
from vitdash.ui.widgets.live_table import LiveTable
from vitdash.ui.widgets.remarks import Remarks

Steps = Callable[[Pilot[None], Sweep], Awaitable[None]]
SMALL_RUNS = {"presets": "cnn", "settings": "dataset=digits width=4 max_inputs=1500", "jobs": "1"}
UNANSWERED = "unanswered"
SIZES = pytest.mark.parametrize("size", [(60, 15), SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")


def answer(
    steps: Steps, *, size: tuple[int, int] = MIDDLE, unicode: bool = True, known: Callable[[], Known] = Known
) -> SweepWanted | str | None:
    """Open the screen, do `steps` and return what it was left with."""
    got: list[SweepWanted | str | None] = [UNANSWERED]

    async def play() -> None:
        app: App[None] = App()
        async with app.run_test(size=size) as pilot:
            screen = Sweep(SMALL_RUNS, known=known, unicode=unicode)
            app.push_screen(screen, got.append)
            await settle(pilot)
            await steps(pilot, screen)
            await settle(pilot)

    asyncio.run(play())
    return got[-1]


async def type_into(pilot: Pilot[None], screen: Sweep, name: str, text: str) -> None:
    """Replace what stands in a field, as somebody who pastes it, and wait for what it comes to."""
    screen.query_one(f"#{name}", Input).focus()
    screen.query_one(f"#{name}", Input).value = text
    await planned(pilot, screen)


async def planned(pilot: Pilot[None], screen: Sweep) -> None:
    """Return when what is shown is what is typed."""
    await pilot.pause()
    await until(pilot, lambda: screen.up_to_date)
    await pilot.pause()


def said(screen: Sweep) -> str:
    return " ".join(screen.query_one("#sums", Remarks).text.split())


def names(screen: Sweep) -> list[str]:
    return [member.name for member in screen.arranged]


def notified(pilot: Pilot[None]) -> list[str]:
    return [item.message for item in pilot.app._notifications]


RATES = "learning_rate=3e-4,1e-3"


@SIZES
@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
def test_what_is_typed_is_seen_at_once_and_started(size: tuple[int, int], unicode: bool) -> None:
    """The table lists every run, the lines above it what they come to, at any size."""

    async def steps(pilot: Pilot[None], screen: Sweep) -> None:
        assert "nothing is varied" in said(screen)
        await pilot.press(*RATES)
        await type_into(pilot, screen, "seeds", "2")
        assert said(screen).startswith(
            "4 runs, tagged cnn-by-learning_rate: 4 new. How long that takes is unknown: nothing"
        )
        table = screen.query_one("#preview", LiveTable)
        assert table.keys == [member.fingerprint for member in screen.arranged]
        assert table.size.height >= 2
        await pilot.press("f5")

    got = answer(steps, size=size, unicode=unicode)
    assert isinstance(got, SweepWanted)
    assert [member.name for member in got.plan.members] == [
        "cnn-lr0.0003-s0", "cnn-lr0.001-s0", "cnn-lr0.0003-s1", "cnn-lr0.001-s1",
    ]  # fmt: skip
    assert got.command == (
        "sweep", "cnn", "--matrix", RATES, "--set", "dataset=digits", "--set", "width=4", "--set", "max_inputs=1500",
        "--seeds", "2", "--jobs", "1",
    )  # fmt: skip


def test_runs_are_left_out_and_put_in_another_order_in_the_table() -> None:
    """Space and J, K where the cursor is; a letter in a field is a letter."""

    async def steps(pilot: Pilot[None], screen: Sweep) -> None:
        await pilot.press(*RATES)
        await type_into(pilot, screen, "seeds", "2")
        screen.query_one("#name", Input).focus()
        await pilot.press(*"J K+-")
        assert screen.query_one("#name", Input).value == "J K+-"
        await type_into(pilot, screen, "name", "rates")
        screen.query_one("#preview", LiveTable).focus()
        await pilot.press("J", "J")
        assert names(screen) == ["cnn-lr0.001-s0", "cnn-lr0.0003-s1", "cnn-lr0.0003-s0", "cnn-lr0.001-s1"]
        await pilot.press("K", "space", "space", "up", "space")
        assert said(screen).startswith("3 runs, tagged rates: 3 new.")
        await pilot.press("plus")
        await planned(pilot, screen)
        assert "2 at once" in said(screen)
        await pilot.press("f5")

    got = answer(steps)
    assert isinstance(got, SweepWanted)
    assert got.plan.jobs == 2
    assert [member.name for member in got.plan.members] == ["cnn-lr0.001-s0", "cnn-lr0.0003-s1", "cnn-lr0.001-s1"]


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("matrix", "width=4,x", "width is given to --set too."),
        ("matrix", "kernel=3,29", "cnn with kernel=29: kernel: 29 is larger than the image side of 28."),
        ("matrix", "kernel=", "kernel has no values."),
        ("filter", "kernel > 3", "leaves none of the 2 combinations: kernel > 3"),
        ("filter", "kernle > 3", "'kernle'"),
        ("presets", "cnm", "there is no preset 'cnm'. Did you mean 'cnn'?"),
        ("seeds", "1000000", "these are 1,000,000 combinations"),
        ("settings", "lerning_rate=1", "is no knob of CNN. Did you mean 'learning_rate'?"),
        ("jobs", "0", "0 at once is not allowed."),
        ("name", "a b", "'a b' is no tag."),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_starts(name: str, typed: str, sentence: str) -> None:
    """The last sound table stays; starting goes to the field instead."""

    async def steps(pilot: Pilot[None], screen: Sweep) -> None:
        await pilot.press(*RATES)
        await planned(pilot, screen)
        await type_into(pilot, screen, name, typed)
        assert sentence in said(screen)
        wrong = [label.id for label in screen.query(Label) if label.has_class("-wrong")]
        assert wrong == [f"label-{'matrix' if name == 'seeds' else name}"]
        assert len(names(screen)) == 2
        await pilot.press("f5")
        assert any(sentence in message for message in notified(pilot)), notified(pilot)
        assert pilot.app.screen is screen
        await pilot.press("escape")

    assert answer(steps) is None


def test_the_line_for_a_shell_is_copied() -> None:
    """What is typed, as a command."""

    async def steps(pilot: Pilot[None], screen: Sweep) -> None:
        await pilot.press(*RATES, "f3")
        assert pilot.app.clipboard.startswith(f"vitdash sweep cnn --matrix {RATES} --set dataset=digits")
        await pilot.press("escape")

    assert answer(steps) is None


def test_a_sweep_begins_in_the_dashboard_and_is_gone_on_with(root: Path) -> None:
    """w, type, f5: its runs wait under its tag. The same again has nothing left; f6 would train all anew."""
    ended(root, "first", 0.9)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("w")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, Sweep)
        await pilot.press(*RATES)
        await type_into(pilot, screen, "settings", SMALL_RUNS["settings"])
        await pilot.press("f5")
        for _ in range(3):
            await settle(pilot)
        assert app.screen is app.dashboard
        waiting = queue.waiting(root, States(root).look())
        assert [store.shown_name(run) for run in waiting] == ["cnn-lr0.0003", "cnn-lr0.001"]
        assert {labels.read(run).tags for run in waiting} == {("cnn-by-learning_rate",)}
        assert waiting[0].read_claim().command[:2] == ("sweep", "cnn")
        assert "2 new runs are lined up." in notified(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(app.screen, Sweep)
        await pilot.press(*RATES)
        await type_into(pilot, app.screen, "settings", SMALL_RUNS["settings"])
        assert "2 runs, tagged cnn-by-learning_rate: 2 queued. Nothing is to be lined up: 2 wait already." in said(
            app.screen
        )
        assert "queued" in screen_text(app)
        await pilot.press("f6")
        await planned(pilot, app.screen)
        assert "2 new" in said(app.screen)
        await pilot.press("escape")
        for run in waiting:
            rewrite(run, claim="finished")
        app.look_again()
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(app.screen, Sweep)
        await pilot.press(*RATES)
        await type_into(pilot, app.screen, "settings", SMALL_RUNS["settings"])
        assert "2 finished. Nothing is left to do; f6 trains all of it anew." in said(app.screen)
        await pilot.press("f5")
        assert any("Nothing is to be lined up." in message for message in notified(pilot))
        await type_into(pilot, app.screen, "name", "mine")
        await pilot.press("f5")
        for _ in range(3):
            await settle(pilot)
        assert {labels.read(run).tags for run in waiting} == {("cnn-by-learning_rate", "mine")}
        assert "Nothing was lined up; 2 that were there are tagged now." in notified(pilot)

    with held_queue(root):
        drive(root, journey)


def test_a_dashboard_that_only_watches_starts_no_sweep(root: Path) -> None:
    """It says how to have one that does."""
    ended(root, "first", 0.9)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("w")
        await settle(pilot)
        assert app.screen is app.dashboard
        assert any("only watches" in message for message in notified(pilot))

    drive(root, journey, read_only=True)
