"""The dashboard through its keys, on recorded runs: what a person does in the first minute and the morning after."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.run.bare_runs import rewrite
from tests.run.held_queue import held_queue
from tests.ui.pilots import LARGE, MIDDLE, SMALL, drive, screen_text, settle, until
from tests.ui.standings import computing, ended, failed, lost
from vitdash.run import control, labels, lock, machine, pulse, queue, state, store
from vitdash.run.control import Word
from vitdash.run.state import State
from vitdash.ui.app import Dashboard
from vitdash.ui.screens.dialogs import AskText, Choose

SIZES = pytest.mark.parametrize("size", [(60, 15), SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")


@SIZES
def test_without_runs_it_says_which_key_makes_one(root: Path, size: tuple[int, int]) -> None:
    """The first sixty seconds of a stranger: nothing empty without saying what to press."""

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        text = screen_text(app)
        assert "No runs yet" in text
        assert re.search(r"d +trains", text)

    drive(root, journey, size=size)


@SIZES
def test_one_look_says_what_runs_how_well_and_what_failed(root: Path, size: tuple[int, int]) -> None:
    """At every size each run stands there with its state and the figures that there is room for."""
    with computing(root):
        ended(root)
        failed(root)

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            text = screen_text(app)
            assert "50%" in text
            assert "0.02250" in text
            assert "vit-l4-h16" in text
            assert "✘ failed" in text

        drive(root, journey, size=size)


@SIZES
def test_no_line_is_wider_than_the_screen_and_no_panel_is_without_border_or_content(
    root: Path, size: tuple[int, int]
) -> None:
    """What does not fit falls away whole: the last column never holds half of something."""
    ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        for line in screen_text(app).splitlines():
            assert len(line) <= size[0]

    drive(root, journey, size=size)


def test_j_and_k_move_the_selection_and_pause_acts_on_it(root: Path) -> None:
    """Keys act on the run that is selected, and on no other."""
    with computing(root, "first") as first, computing(root, "second") as second:

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            await pilot.press("j", "space")
            assert control.read(second.control).word is Word.PAUSE
            assert control.read(first.control).word is Word.RUN
            assert "pausing…" in screen_text(app)

        drive(root, journey)


def test_stopping_asks_and_no_means_no(root: Path) -> None:
    """A slip of the finger costs a key, not a training."""
    with computing(root) as run:

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            await pilot.press("X")
            assert isinstance(app.screen, Choose)
            await pilot.press("n")
            assert control.read(run.control).word is Word.RUN
            await pilot.press("X")
            await pilot.press("s")
            assert control.read(run.control).word is Word.STOP

        drive(root, journey)


def test_marked_runs_are_acted_on_together(root: Path) -> None:
    """M marks and goes on to the next; an action is then about all of them."""
    with computing(root, "first") as first, computing(root, "second") as second:

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            await pilot.press("m", "m", "X", "s")
            assert {control.read(run.control).word for run in (first, second)} == {Word.STOP}

        drive(root, journey)


def test_names_tags_and_notes_are_changed_in_place(root: Path) -> None:
    """What people call a run is theirs."""
    run = ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("R")
        assert isinstance(app.screen, AskText)
        await pilot.press("ctrl+u", *"best", "enter")
        await pilot.press("t", *"paper", "enter", "N", *"why", "enter")
        found = labels.read(run)
        assert (found.name, found.tags, found.note) == ("best", ("paper",), "why")
        await settle(pilot)
        assert "best" in screen_text(app)

    drive(root, journey)


def test_a_label_that_is_refused_is_told_and_nothing_is_changed(root: Path) -> None:
    """One clear sentence, and the dashboard goes on."""
    run = ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("t", *"a/b", "enter")
        await settle(pilot)
        assert labels.read(run).tags == ()
        assert app._notifications

    drive(root, journey)


def test_deleting_asks_and_a_running_run_is_refused(root: Path) -> None:
    """What is gone is gone, so it takes two keys; what trains cannot be deleted at all."""
    run = ended(root)
    with computing(root) as busy:

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            await pilot.press("D")
            assert not isinstance(app.screen, Choose)
            await pilot.press("j", "D", "d")
            await settle(pilot)
            assert busy.path.exists()
            assert not run.path.exists()

        drive(root, journey)


def test_the_filter_shows_fewer_runs_and_escape_shows_all(root: Path) -> None:
    """Typing filters; the keys go to the input while it is open, and back to the runs after it."""
    ended(root, "good", accuracy=0.92)
    ended(root, "bad", accuracy=0.5)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"accuracy > 0.9", "enter")
        assert [known.short.name for known in app.board.shown] == ["good"]
        await pilot.press("escape")
        assert len(app.board.shown) == 2
        assert app.dashboard.runs.has_focus

    drive(root, journey)


def test_half_a_condition_is_explained_while_it_is_typed(root: Path) -> None:
    """The reason stands above the input, and no run vanishes meanwhile."""
    ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"accuracy >")
        assert app.board.filter_problem
        assert app.board.filter_problem[:20] in screen_text(app)
        assert len(app.board.shown) == 1

    drive(root, journey)


def test_the_table_is_exported_as_it_is_shown(root: Path, tmp_path: Path) -> None:
    """The ending chooses the format; a wrong one is refused while it is typed."""
    ended(root)
    target = tmp_path / "table.md"

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("e", "ctrl+u", *str(target), "enter")
        await settle(pilot)

    drive(root, journey)
    assert "| 0.9063" in target.read_text() or "0.9063" in target.read_text()


def test_tabs_show_one_panel_each_where_there_is_room_for_one(root: Path) -> None:
    """At 80 columns the numbers switch between curves, results, images and log."""
    ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        shown = {}
        for key, tab in (("1", "loss"), ("2", "accuracy"), ("3", "results"), ("5", "log"), ("6", "learning_rate")):
            await pilot.press(key)
            await settle(pilot)
            shown[tab] = [panel.id for panel in app.dashboard.query(".-tabbed") if app.dashboard.seen(panel.id or "")]
        assert shown == {tab: [tab] for tab in shown}

    drive(root, journey, size=SMALL)


def test_a_panel_takes_the_whole_screen_and_gives_it_back(root: Path) -> None:
    """F enlarges what is focused."""
    ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("2", "f")
        await settle(pilot)
        chart = app.dashboard.chart("accuracy")
        assert chart.size.width > 100
        await pilot.press("f")
        await settle(pilot)
        assert chart.size.width < 60

    drive(root, journey)


def test_leaving_with_nothing_active_needs_no_answer_and_else_asks(root: Path) -> None:
    """Leave them running, stop them, or stay: no default that loses anything."""
    with computing(root) as run:

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            await pilot.press("q")
            assert isinstance(app.screen, Choose)
            await pilot.press("n")
            assert app.is_running
            await pilot.press("q", "l")
            assert control.read(run.control).word is Word.RUN

        drive(root, journey, read_only=False)


def test_a_worker_that_is_killed_is_shown_as_lost_within_two_seconds(root: Path) -> None:
    """No status lies: when the lock is gone, so is the word running."""

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        assert "running" in screen_text(app)
        context.close()
        await until(pilot, lambda: "lost" in screen_text(app), seconds=2.0)

    import contextlib

    context = contextlib.ExitStack()
    context.enter_context(computing(root))
    drive(root, journey)


def test_a_dashboard_that_only_watches_changes_nothing(root: Path) -> None:
    """`vitdash watch` is safe to hand to anybody."""
    with computing(root) as run:

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            await pilot.press("space", "X", "D", "K", "plus")
            assert control.read(run.control).word is Word.RUN
            assert not isinstance(app.screen, Choose)

        drive(root, journey, read_only=True)


def test_the_keys_of_the_mouse(root: Path) -> None:
    """A click selects a run, and a click on the key line does what it says."""
    ended(root, "one")
    ended(root, "two")

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.click("#runs", offset=(5, 3))
        assert app.board.selected is not None
        assert app.board.selected.short.name == app.board.shown[1].short.name
        line = app.dashboard.query_one("KeyLine")
        text = screen_text(app).splitlines()[-1]
        await pilot.click(line, offset=(text.index("Filter"), 0))
        assert app.dashboard.filter_input.has_focus

    drive(root, journey)


def test_a_lost_run_goes_on_first_in_line(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Space puts it into the queue, and whoever holds that lets it go on: here somebody else, who is busy."""
    run = lost(root)
    monkeypatch.setattr(queue, "ensure_standby", lambda _: None)
    held = lock.acquire(root / "queue.lock")
    assert held is not None

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        await settle(pilot)
        assert run.read_claim().claim == "queued"
        assert "next in line" in screen_text(app)

    drive(root, journey)
    held.release()


def test_stopping_is_about_the_selected_run_where_no_marked_one_runs(root: Path) -> None:
    """Marks that were set for a comparison are no reason to refuse."""
    ended(root, "old")
    with computing(root) as run:

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            await pilot.press("j", "m", "k", "X", "s")
            assert control.read(run.control).word is Word.STOP
            await pilot.press("u")
            assert not app.board.marked

        drive(root, journey)


def test_going_on_with_a_failed_run_asks_for_its_reason_would_be_gone(root: Path) -> None:
    """A slip of the thumb must not turn a failure into something that waits."""
    run = failed(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        assert isinstance(app.screen, Choose)
        assert "the loss is not finite" in screen_text(app)
        await pilot.press("n")
        assert run.read_claim().claim == "failed"

    drive(root, journey)


def test_the_charts_show_what_the_filter_shows(root: Path) -> None:
    """A list of one run beside the curves of six would be two answers to one question."""
    ended(root, "good")
    ended(root, "bad")

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"good", "enter")
        assert [known.short.name for known in app.board.charted()] == ["good"]

    drive(root, journey)


def test_the_table_points_at_the_run_that_keys_act_on(root: Path) -> None:
    """There is one selection, wherever it is moved."""
    ended(root, "one")
    ended(root, "two")

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("j")
        await settle(pilot)
        assert app.dashboard.results.cursor == app.board.selected_id
        await pilot.press("3", "k")
        await settle(pilot)
        assert app.dashboard.results.cursor == app.board.selected_id == app.board.shown[0].run.id

    drive(root, journey)


def test_a_panel_without_a_place_of_its_own_gets_the_screen_until_another_is_wanted(root: Path) -> None:
    """Every number does something at every width."""
    ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("4")
        await settle(pilot)
        assert app.dashboard.seen("images")
        await pilot.press("1")
        await settle(pilot)
        assert app.dashboard.seen("loss")
        assert app.dashboard.seen("results")

    drive(root, journey)


def test_the_log_has_all_the_width_and_stays_at_its_end(root: Path) -> None:
    """At 80 columns it is the whole panel; another size of the terminal does not leave it behind."""
    ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("5")
        await settle(pilot)
        log = app.dashboard.log_lines
        assert log.size.width > 70
        for size in ((80, 12), (80, 30), (80, 9)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert log.scroll_offset.y == log.max_scroll_y

    drive(root, journey, size=SMALL)


def test_tags_and_notes_are_seen_where_the_run_is(root: Path) -> None:
    """What was written down is there to be read."""
    run = ended(root)
    labels.change(run, tags=["paper"], note="why it won")

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        text = screen_text(app)
        assert "#paper" in text
        assert "why it won" in text

    drive(root, journey)


def test_a_finished_run_is_extended_by_the_key_that_lets_others_go_on(root: Path) -> None:
    """It asks how far, says that the schedule changes, and puts the run first in line."""
    run = ended(root)
    run.checkpoint.touch()

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        assert isinstance(app.screen, AskText)
        await pilot.press("ctrl+u", *"few", "enter")
        assert isinstance(app.screen, AskText)
        await pilot.press("ctrl+u", *"3000000", "enter")
        await settle(pilot)
        assert store.read_config(run).ends == (2_000_000, 3_000_000)
        assert state.derive(run) is State.QUEUED
        assert any("the optimiser begins anew" in notice.message for notice in app._notifications)

    with held_queue(root):
        drive(root, journey, schedules=False)


@pytest.mark.parametrize(
    ("ago", "waits", "told"),
    [(75, "", "stalled: no sign of life for 1m"), (0, "room on its disk", "waits for room on its disk")],
)
def test_a_worker_that_stands_still_says_so_and_has_no_pace(root: Path, ago: int, waits: str, told: str) -> None:
    """Nothing on the screen pretends that it computes."""
    with computing(root) as run:
        rewrite(run, claimed_uptime=machine.uptime() - 1000)
        content = {"uptime": machine.uptime() - ago, "usual": 0.1, "waits": waits}
        run.lock.write_text(json.dumps(content).ljust(pulse.SIZE))

        async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
            assert told in screen_text(app)
            assert " left" not in screen_text(app)

        drive(root, journey)


def test_a_busy_machine_does_not_make_the_screen_old(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that has waited for the processor is followed by another one soon: a killed worker must show."""
    ended(root)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        def wait_for_the_processor() -> set[str]:
            time.sleep(0.3)
            return set()

        monkeypatch.setattr(app.feed, "look", wait_for_the_processor)
        app._rests_until = 0.0
        app._look_now_and_then()
        assert 0 < app._rests_until - time.monotonic() < 2

    drive(root, journey)
