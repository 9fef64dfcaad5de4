"""The New-run screen through its keys: choose, change, be told what is wrong, leave with a run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot

from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run.estimate import Measured
from vitdash.ui.screens.choose_preset import ChoosePreset
from vitdash.ui.screens.dialogs import AskText, Choose
from vitdash.ui.screens.new_run import NewRun, NewRunWanted
from vitdash.ui.widgets.key_line import KeyLine
from vitdash.ui.widgets.knob_form import KnobForm
from vitdash.ui.widgets.remarks import Remarks

Steps = Callable[[Pilot[None], NewRun], Awaitable[None]]
UNANSWERED = "unanswered"


def answer(
    steps: Steps,
    initial: RunConfig | None = None,
    *,
    origin: RunConfig | None = None,
    measured: Sequence[Measured] = (),
    size: tuple[int, int] = (120, 40),
    unicode: bool = True,
) -> NewRunWanted | str | None:
    """Open the form, do `steps` and return what it was left with."""
    got: list[NewRunWanted | str | None] = [UNANSWERED]

    async def play() -> None:
        app: App[None] = App()
        async with app.run_test(size=size) as pilot:
            screen = NewRun(
                initial or presets.load("cnn"), origin=origin, measured=measured, root=Path("runs"), unicode=unicode
            )
            app.push_screen(screen, got.append)
            await pilot.pause()
            await steps(pilot, screen)
            await pilot.pause()

    asyncio.run(play())
    return got[-1]


def said(screen: NewRun, panel: str) -> str:
    """Return what a panel says, on one line."""
    return " ".join(screen.query_one(f"#{panel}", Remarks).text.split())


async def go(pilot: Pilot[None], screen: NewRun, key: str) -> None:
    """Go down to a field, as a person would."""
    form = screen.query_one(KnobForm)
    while form.cursor != key:
        before = form.cursor
        await pilot.press("down")
        assert form.cursor != before, f"{key} cannot be reached"


def notified(pilot: Pilot[None]) -> list[str]:
    """Return what was said in passing."""
    return [item.message for item in pilot.app._notifications]


def test_two_knobs_one_wrongly_first_and_a_launch() -> None:
    """The loop's heart: type, be told, correct, go through choices, launch."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "width")
        await pilot.press("0")
        assert "'0' is not allowed. Allowed: a whole number from 1 to 4,096." in said(screen, "help")
        assert "No network can be built like this." in said(screen, "facts")
        await pilot.press("f5")
        assert any("width: '0' is not allowed" in message for message in notified(pilot))
        await pilot.press("backspace", "4", "8")
        assert "3,017,162 parameters" in said(screen, "facts")
        await go(pilot, screen, "augment")
        await pilot.press("right")
        await pilot.press("f5")

    expected = presets.load("cnn").replace({"width": 48, "augment": "crop-flip"})
    assert answer(steps) == NewRunWanted(expected, "cnn", queue=False)


def test_a_run_can_be_named_and_queued() -> None:
    """The name goes with it."""

    async def steps(pilot: Pilot[None], _screen: NewRun) -> None:
        await pilot.press("down", *"second-try", "ctrl+t")

    assert answer(steps) == NewRunWanted(presets.load("cnn"), "second-try", queue=True)


def test_another_preset_by_typing_its_name() -> None:
    """Typing on the preset opens the list with what was typed; what was changed is kept and said."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "seed")
        await pilot.press("3", "f2")
        assert isinstance(pilot.app.screen, ChoosePreset)
        await pilot.press(*"rn18", "enter")
        assert screen.draft.base.description.preset == "rn18"
        assert notified(pilot) == ["Kept: seed."]
        await pilot.press("f5")

    assert answer(steps) == NewRunWanted(presets.load("rn18").replace({"seed": 3}), "rn18", queue=False)


def test_a_letter_on_the_preset_filters_the_list() -> None:
    """No key to learn first."""

    async def steps(pilot: Pilot[None], _screen: NewRun) -> None:
        await pilot.press("v")
        await pilot.pause()
        await pilot.press(*"it-l16", "enter", "f5")

    assert answer(steps) == NewRunWanted(presets.load("vit-l16-h8"), "vit-l16-h8", queue=False)


def test_leaving_asks_only_where_something_would_be_lost() -> None:
    """Escape from an untouched form is at once; a changed one asks, and a knob put back is no change."""

    async def at_once(pilot: Pilot[None], _screen: NewRun) -> None:
        await pilot.press("escape")

    async def asked(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "seed")
        await pilot.press("3", "escape")
        assert isinstance(pilot.app.screen, Choose)
        await pilot.press("s")
        assert isinstance(pilot.app.screen, NewRun)
        await pilot.press("escape", "l")

    async def put_back(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "seed")
        await pilot.press("3", "f8", "escape")

    assert answer(at_once) is None
    assert answer(asked) is None
    assert answer(put_back) is None


def test_a_clone_marks_what_is_changed_of_the_run_and_each_can_be_put_back() -> None:
    """Against the cloned run, whatever its preset says."""
    run = presets.load("cnn").replace({"width": 16})

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        form = screen.query_one(KnobForm)
        assert "●" not in form.text
        await go(pilot, screen, "seed")
        await pilot.press("1")
        assert form.text.count("●") == 1
        assert "It was 0;" in said(screen, "help")
        await pilot.press("f8")
        assert "●" not in form.text
        await pilot.press("2", "f5")

    assert answer(steps, run, origin=run) == NewRunWanted(run.replace({"seed": 2}), "cnn", queue=False)


def test_the_line_for_the_shell_is_shown_and_copied() -> None:
    """What lands on the clipboard is the whole line."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "seed")
        await pilot.press("5")
        assert said(screen, "shell") == "$ vitdash train --preset cnn --set seed=5"
        await pilot.press("f3")
        assert pilot.app.clipboard == "vitdash train --preset cnn --set seed=5"
        assert notified(pilot) == [pilot.app.clipboard]

    assert answer(steps) == UNANSWERED


def test_it_is_saved_as_a_preset_and_never_over_another() -> None:
    """The name of one that is there is refused while it is typed; the form goes on from the one saved."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "seed")
        await pilot.press("5", "f4")
        assert isinstance(pilot.app.screen, AskText)
        await pilot.press(*["backspace"] * 20, *"cnn", "enter")
        assert isinstance(pilot.app.screen, AskText)
        await pilot.press(*"-five", "enter")
        await pilot.pause()
        assert said(screen, "shell") == "$ vitdash train --preset cnn-five"
        assert not screen.draft.touched
        await pilot.press("f5")

    left = answer(steps)
    saved = presets.load("cnn-five")
    assert presets.user_directory() / "cnn-five.toml" == presets.available()["cnn-five"]
    assert saved.fingerprint() == presets.load("cnn").replace({"seed": 5}).fingerprint()
    assert left == NewRunWanted(saved, "cnn-five", queue=False)


@pytest.mark.usefixtures("root")
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """A file stands where the folder of presets would."""
    (tmp_path / "config").write_text("")

    async def steps(pilot: Pilot[None], _screen: NewRun) -> None:
        await pilot.press("f4", "enter")
        await pilot.pause()
        assert any("cannot be written: " in message for message in notified(pilot))

    assert answer(steps) == UNANSWERED


def test_the_time_is_told_with_the_run_it_was_measured_in() -> None:
    """And without one, that there is none."""
    cnn = presets.load("cnn")

    async def measured(_pilot: Pilot[None], screen: NewRun) -> None:
        assert "about 35m 12s as in cnn: 947/s" in said(screen, "facts")

    async def unmeasured(_pilot: Pilot[None], screen: NewRun) -> None:
        assert "Time: no run like this was measured yet." in said(screen, "facts")

    answer(measured, measured=[Measured(cnn, 947, 0, 0, "cnn")])
    answer(unmeasured)


def test_knobs_are_found_by_words() -> None:
    """Slash, a word, enter: only what fits is left, and escape brings all back."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        form = screen.query_one(KnobForm)
        await pilot.press("slash", *"decay", "enter")
        assert "weight decay" in form.text
        assert "batch size" not in form.text
        assert screen.focused is form
        await pilot.press("escape")
        assert "batch size" in form.text

    assert answer(steps) == UNANSWERED


def test_the_mouse_goes_to_a_field_and_changes_it() -> None:
    """A click to get there, a click on the choice to go on."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        form = screen.query_one(KnobForm)
        y = next(y for y, line in enumerate(form.text.splitlines()) if " schedule" in line)
        await pilot.click(form, offset=(30, y + 1))
        assert form.cursor == "schedule"
        await pilot.click(form, offset=(30, y + 1))
        assert screen.draft.value("schedule") == "constant"

    assert answer(steps) == UNANSWERED


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 60)])
def test_every_field_can_be_seen_and_reached_at_every_size(size: tuple[int, int]) -> None:
    """From the first to the last with one key; the cursor's line is always on the screen."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        form = screen.query_one(KnobForm)
        assert form.size.height >= 5
        await go(pilot, screen, "threads")
        line = next(y for y, text in enumerate(form.text.splitlines()) if "▸" in text)
        assert form.scroll_offset.y <= line < form.scroll_offset.y + form.size.height
        assert "Threads for the CPU's share" in said(screen, "help")

    assert answer(steps, size=size) == UNANSWERED


def test_ascii_terminals_get_ascii() -> None:
    """Nothing beyond it in what the form itself draws."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "batch_size")
        await pilot.press("0", "down", "3")
        drawn = screen.query_one(KnobForm).text
        assert "! " in drawn
        assert "* " in drawn
        assert all(ord(character) < 127 for character in drawn.replace("…", ""))

    assert answer(steps, unicode=False, size=(80, 24)) == UNANSWERED


def test_a_click_on_the_line_of_keys_launches() -> None:
    """The loop with the mouse alone."""

    async def steps(pilot: Pilot[None], _screen: NewRun) -> None:
        await pilot.click(KeyLine, offset=(4, 0))

    assert answer(steps) == NewRunWanted(presets.load("cnn"), "cnn", queue=False)


def test_a_question_mark_is_typed_where_text_is_and_asks_for_help_elsewhere() -> None:
    """So is the slash that finds knobs: a folder's name has some."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        form = screen.query_one(KnobForm)
        await go(pilot, screen, "width")
        assert not form.check_consume_key("question_mark", "?")
        await go(pilot, screen, "data_dir")
        assert form.check_consume_key("question_mark", "?")
        await pilot.press(*"/a", "space", "b")
        assert screen.draft.value("data_dir") == "/a b"

    assert answer(steps) == UNANSWERED


def test_what_is_pasted_is_one_line_without_control_characters() -> None:
    """A clipboard may hold anything."""

    async def steps(pilot: Pilot[None], screen: NewRun) -> None:
        await go(pilot, screen, "seed")
        screen.query_one(KnobForm).post_message(events.Paste("\x1b12\nsecond line"))
        await pilot.pause()
        assert screen.draft.value("seed") == 12

    assert answer(steps) == UNANSWERED
