"""Which runs stand on the dashboard, in which order, and what the selection does while they come and go."""

from __future__ import annotations

from pathlib import Path

from tests.ui.standings import computing, ended, failed, lost, queued
from vitdash.run import labels
from vitdash.run.fleet import Fleet
from vitdash.ui.board import ORDERS, Board
from vitdash.ui.signs import Signs


def board_of(root: Path) -> Board:
    fleet = Fleet(root, read_only=True)
    fleet.look()
    board = Board(fleet, Signs())
    board.arrange()
    return board


def names(board: Board) -> list[str]:
    return [known.short.name for known in board.shown]


def test_what_computes_stands_first_then_what_waits_then_the_latest_that_ended(root: Path) -> None:
    """One look says what runs: it is always at the top, whatever was started when."""
    with computing(root, "runs"):
        ended(root, "old")
        queued(root, "waits")
        failed(root, "new")
        assert names(board_of(root)) == ["runs", "waits", "new", "old"]


def test_the_selection_stays_with_its_run_when_a_new_one_appears(root: Path) -> None:
    """A key must never hit another run than the one the person looked at."""
    ended(root, "old")
    board = board_of(root)
    assert board.selected is not None
    with computing(root, "new"):
        board.feed.look()
        board.arrange()
        assert names(board) == ["new", "old"]
        assert board.selected.short.name == "old"


def test_a_selected_run_that_is_filtered_out_hands_over(root: Path) -> None:
    """There is a selection as long as there is a run."""
    ended(root, "one")
    ended(root, "two")
    board = board_of(root)
    board.set_filter("one")
    assert board.selected is not None
    assert board.selected.short.name == "one"
    board.set_filter("nothing-like-this")
    assert not board.shown
    assert board.selected_id is None


def test_a_filter_takes_words_and_conditions_and_says_what_is_wrong_with_one(root: Path) -> None:
    """Bare words match names; anything else is the expression language; half a condition hides nothing."""
    ended(root, "good", accuracy=0.92)
    ended(root, "bad", accuracy=0.5)
    board = board_of(root)
    board.set_filter("goo")
    assert names(board) == ["good"]
    board.set_filter("accuracy < 0.9")
    assert names(board) == ["bad"]
    board.set_filter("accuracy <")
    assert len(board.shown) == 2
    assert board.filter_problem


def test_orders_other_than_the_first_are_those_of_the_command_line(root: Path) -> None:
    """One key goes through them all and returns."""
    ended(root, "zzz", accuracy=0.92)
    ended(root, "aaa", accuracy=0.5)
    board = board_of(root)
    seen = {}
    for _ in ORDERS:
        words = board.next_order()
        seen[words] = names(board)
    assert seen["name"] == ["aaa", "zzz"]
    assert seen["best accuracy first"] == ["zzz", "aaa"]
    assert board.order == ORDERS[0]


def test_charts_show_the_marked_runs_or_else_those_that_compute_and_the_latest(root: Path) -> None:
    """Twelve curves at once tell nobody anything; marks choose."""
    for number in range(9):
        ended(root, f"run-{number}")
    board = board_of(root)
    assert len(board.charted()) == 6
    board.toggle_mark()
    assert [known.run.id for known in board.charted()] == [board.selected_id]


def test_moving_stops_at_the_ends(root: Path) -> None:
    """No wrap-around: holding a key down ends somewhere."""
    ended(root, "one")
    ended(root, "two")
    board = board_of(root)
    first, last = names(board)
    board.move(-1)
    assert board.selected is not None
    assert board.selected.short.name == first
    board.move(10)
    assert board.selected.short.name == last


def test_the_tally_counts_runs_by_what_they_do(root: Path) -> None:
    """A lost run did not fail, and is not said to have."""
    lost(root)
    failed(root)
    ended(root)
    queued(root)
    with computing(root):
        tally = board_of(root).tally()
    assert (tally.running, tally.queued, tally.finished, tally.failed, tally.lost) == (1, 1, 1, 1, 1)


def test_a_run_keeps_its_sign_and_shows_a_new_name(root: Path) -> None:
    """Colours that change with every deletion would make a liar of every screenshot."""
    first, second = ended(root, "one"), ended(root, "two")
    board = board_of(root)
    sign = board.signs.of(second.id)
    labels.change(first, name="uno")
    board.feed.look()
    board.arrange()
    assert board.signs.of(second.id) == sign
    assert "uno" in names(board)


def test_runs_of_one_name_are_told_apart_by_their_ids_letters(root: Path) -> None:
    """Two runs of one preset are called the same; a person has to know which is which."""
    first = ended(root, "cnn")
    board = board_of(root)
    assert board.name(board.shown[0]) == "cnn"
    ended(root, "cnn")
    board.feed.look()
    board.arrange()
    assert f"cnn {first.id[-4:]}" in [board.name(known) for known in board.shown]
    assert len({board.name(known) for known in board.shown}) == 2
