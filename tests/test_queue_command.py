"""The queue from the command line: what waits is listed, moved, counted and taken out; nothing is trained."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import vitdash_each
from tests.recorded import finished, record
from tests.run.bare_runs import rewrite
from tests.run.held_queue import held_queue
from vitdash.config import RunConfig
from vitdash.run import control, lock, queue, state
from vitdash.run.control import Word
from vitdash.run.state import State
from vitdash.run.states import States
from vitdash.run.store import Run


@pytest.fixture
def waiting(root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Run]]:
    """Return three runs that wait, in a folder whose queue somebody else holds: nothing begins."""
    monkeypatch.setattr(queue, "ensure_standby", lambda _: None)
    with held_queue(root):
        yield [queue.enqueue(tiny, root, name, ()) for name in ("first", "second", "third")]


def order(root: Path) -> list[str]:
    return [run.id.partition("-")[0] for run in queue.waiting(root, States(root).look())]


def each(root: Path, *commands: list[str]) -> Iterator[tuple[int, str, str]]:
    for result in vitdash_each([[*command, "--runs-dir", str(root)] for command in commands], root.parent):
        yield result.returncode, result.stdout, result.stderr


def test_what_waits_is_listed_in_its_order_and_for_programs(root: Path, waiting: list[Run], tiny: RunConfig) -> None:
    """A run that is over is no concern of the queue; how many train at once is said."""
    record(root, tiny, finished(tiny), name="over")
    listed, as_json, more, wrong = each(
        root, ["queue"], ["queue", "--json"], ["queue", "--jobs", "3"], ["queue", "--jobs", "0"]
    )
    lines = listed[1].splitlines()
    assert [line.split()[0] for line in lines if " queued " in line] == [run.id for run in waiting]
    assert lines[-1] == "3 runs wait; 0 of 1 at once now."
    told = json.loads(as_json[1])
    assert told["jobs"] == 1
    assert [(item["run"], item["state"]) for item in told["waiting"]] == [(run.id, "queued") for run in waiting]
    assert more[1].endswith("0 of 3 at once now.\n")
    assert queue.read(root).jobs == 3
    assert (wrong[0], wrong[2]) == (2, "vitdash: jobs: 0 at once is not allowed. Allowed: 1 to 64.\n")


def test_runs_that_wait_in_vain_are_told_from_those_that_wait(
    root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the machine was started anew nobody gives them their turn; --start sees to it that somebody does."""
    monkeypatch.setattr(queue, "ensure_standby", lambda _: None)
    run = queue.enqueue(tiny, root, "first", ())
    alone, as_json = each(root, ["queue"], ["queue", "--json"])
    vain = "Nobody gives them their turn. Let them go on: vitdash queue --start"
    assert alone[1].splitlines()[-1] == vain
    assert json.loads(as_json[1])["attended"] is False
    held = lock.acquire(root / queue.LOCK)
    assert held is not None
    (attended,) = each(root, ["queue", "--start"])
    assert vain not in attended[1]
    assert lock.is_held(root / queue.STANDBY_LOCK)
    queue.leave(run)
    held.release()


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        ("third", "first", ["third", "first", "second"]),
        ("first", "last", ["second", "third", "first"]),
        ("third", "-1", ["first", "third", "second"]),
        ("first", "+1", ["second", "first", "third"]),
        ("first", "-5", ["first", "second", "third"]),
    ],
)
def test_a_run_moves_where_it_is_told(
    root: Path, waiting: list[Run], name: str, place: str, expected: list[str]
) -> None:
    """By a number of places, or to an end; the list is printed as it is then."""
    ((code, printed, _),) = each(root, ["queue", "move", name, place])
    assert code == 0
    assert [line.partition("-")[0] for line in printed.splitlines() if " queued " in line] == expected
    assert order(root) == expected


def test_mistakes_are_answered_in_one_line(root: Path, waiting: list[Run], tiny: RunConfig) -> None:
    """Exit code 2, and what is allowed."""
    over = record(root, tiny, finished(tiny), name="over")
    mistakes = {
        ("queue", "move", "first", "up"): "PLACE: 'up' is none. Allowed: first, last, or a number such as -1 or +2.",
        ("queue", "move", "over", "first"): f"{over.id}: does not wait in the queue.",
        ("queue", "move", "nobody", "first"): "RUN: there is no run 'nobody'.",
        ("train", "--preset", "cnn", "--queue", "--export", "x.md"): "--export: cannot be given with --queue",
        ("pause", "first"): f"{waiting[0].id}: is queued: there is nothing to pause.",
    }
    found = each(root, *map(list, mistakes))
    for (code, printed, complaint), expected in zip(found, mistakes.values(), strict=True):
        assert (code, printed) == (2, "")
        assert complaint.startswith(f"vitdash: {expected}")
    assert order(root) == ["first", "second", "third"]


def test_stopping_takes_a_run_out_of_the_queue(root: Path, waiting: list[Run]) -> None:
    """It has not begun, so nothing is lost; it can be resumed like any stopped one."""
    one, as_json, empty = each(root, ["stop", "second"], ["stop", "third", "--json"], ["queue"])
    assert one[1] == f"{waiting[1].id} waits no more. Go on with: vitdash resume {waiting[1].id}\n"
    assert json.loads(as_json[1])["state"] == "stopped"
    assert state.derive(waiting[1]) is State.STOPPED
    assert order(root) == ["first"]
    assert empty[1].splitlines()[-1] == "1 run waits; 0 of 1 at once now."


def test_training_can_be_queued(root: Path, waiting: list[Run]) -> None:
    """It waits behind the others, with its knobs; the command returns at once."""
    command = ["train", "--preset", "cnn", "--dataset", "digits", "--set", "width=4", "--queue"]
    said, as_json = each(root, [*command, "--name", "fourth"], [*command, "--name", "fifth", "--json"])
    assert (said[0], said[2]) == (0, "")
    assert said[1].endswith(" waits for its turn. Look: vitdash queue\n")
    assert json.loads(as_json[1])["state"] == "queued"
    assert order(root) == ["first", "second", "third", "fourth", "fifth"]


def test_a_queue_where_nothing_is_is_empty(root: Path) -> None:
    """No folder is no error; a number of jobs makes one."""
    empty, more = each(root, ["queue"], ["queue", "--jobs", "2"])
    assert empty[1] == "Nothing waits; 0 of 1 at once now.\n"
    assert more[1] == "Nothing waits; 0 of 2 at once now.\n"


def test_a_running_run_takes_a_place(root: Path, waiting: list[Run], tiny: RunConfig) -> None:
    """What trains is counted, whoever started it."""
    busy = record(root, tiny, [], name="busy", claim="running")
    held = lock.acquire(busy.lock)
    assert held is not None
    rewrite(busy, claim="running")
    ((_, printed, _),) = each(root, ["queue"])
    held.release()
    assert printed.endswith("3 runs wait; 1 of 1 at once now.\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(root: Path, waiting: list[Run]) -> None:
    """One line, no traceback."""
    root.chmod(0o555)
    ((code, _, complaint),) = each(root, ["queue", "move", "first", "last"])
    root.chmod(0o755)
    assert code == 1
    assert "cannot be written" in complaint


def test_an_order_to_pause_that_is_not_obeyed_yet_is_taken_back(root: Path, tiny: RunConfig) -> None:
    """`resume` right after `pause`, while torch is still loading: the run just goes on, and nothing is refused."""
    run = record(root, tiny, [], claim="running")
    held = lock.acquire(run.lock)
    assert held is not None
    control.give(run.control, Word.PAUSE)
    (answer,) = each(root, ["resume", run.id])
    held.release()
    assert answer == (0, f"{run.id}: running\n", "")
    assert control.read(run.control).word is Word.RUN
