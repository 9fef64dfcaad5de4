"""`vitdash sweep`: looked at first, then lined up; the same again goes on. Nothing is trained here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import vitdash_each, vitdash_on_terminal
from tests.run.bare_runs import rewrite
from tests.run.held_queue import held_queue
from vitdash.run import labels, queue, store
from vitdash.run.states import States

SMALL = ("--dataset", "digits", "--max-inputs", "1500", "--set", "width=4")
SWEEP = ("sweep", "cnn", *SMALL, "--matrix", "learning_rate=3e-4,1e-3", "--seeds", "2")


@pytest.fixture(autouse=True)
def _held(root: Path) -> Iterator[None]:
    """Hold the queue as somebody else would: nothing begins."""
    with held_queue(root):
        yield


def each(root: Path, *commands: tuple[str, ...]) -> Iterator[tuple[int, str, str]]:
    for result in vitdash_each([[*command, "--runs-dir", str(root)] for command in commands], root.parent):
        yield result.returncode, result.stdout, result.stderr


def test_a_sweep_is_looked_at_lined_up_and_gone_on_with(root: Path) -> None:
    """The command that began it is the one that goes on with it; what is done is left alone."""
    looked, begun = each(root, (*SWEEP, "--dry-run"), (*SWEEP, "--yes", "--jobs", "2"))
    assert (looked[0], looked[2]) == (0, "")
    lines = looked[1].splitlines()
    assert lines[0].split() == ["run", "preset", "learning_rate", "seed", "params", "time", "state"]
    assert [line.split()[0] for line in lines[1:5]] == [
        "cnn-lr0.0003-s0", "cnn-lr0.001-s0", "cnn-lr0.0003-s1", "cnn-lr0.001-s1",
    ]  # fmt: skip
    assert lines[5] == "4 runs, tagged cnn-by-learning_rate: 4 new."
    assert lines[6].startswith("How long that takes is unknown: nothing like it was measured yet; ")
    assert lines[6].endswith(" at once, 1 thread each.")
    assert begun[0] == 0
    look = f"vitdash compare --tag cnn-by-learning_rate --runs-dir {root}\n"
    assert begun[1].endswith(f"4 new runs are lined up.\nWhen they have ended: {look}")
    waiting = queue.waiting(root, States(root).look())
    assert len(waiting) == 4
    assert queue.read(root).jobs == 2
    rewrite(waiting[0], claim="finished")
    rewrite(waiting[1], claim="stopped")
    again, over = each(root, (*SWEEP, "--yes"), ("runs", "--where", "cnn-by-learning_rate", "--json"))
    assert "4 runs, tagged cnn-by-learning_rate: 1 finished, 2 queued, 1 goes on (stopped)." in again[1]
    told = f"1 run that goes on is lined up; 2 wait already.\nWhen they have ended: {look}"
    assert again[1].endswith(told)
    assert len(json.loads(over[1])) == 4
    assert len(store.all_runs(root)) == 4


def test_programs_read_the_whole_plan(root: Path) -> None:
    """Values as they are, and what was lined up; without a word to people."""
    planned, done = each(root, (*SWEEP, "--json", "--dry-run"), (*SWEEP, "--json", "--yes", "--name", "rates"))
    told = json.loads(planned[1])
    assert (told["name"], told["combinations"], told["filtered"], told["same"]) == ("cnn-by-learning_rate", 4, 0, 0)
    assert (told["unknown"], told["queued"], told["problems"]) == (4, [], [])
    member = told["members"][1]
    assert (member["name"], member["preset"], member["fate"]) == ("cnn-lr0.001-s0", "cnn", "new")
    assert member["values"] == {"learning_rate": 0.001, "seed": 0}
    assert member["seconds"] is None
    begun = json.loads(done[1])
    assert begun["queued"] == [run.id for run in queue.waiting(root, States(root).look())]
    assert [item["fingerprint"] for item in begun["members"]] == [item["fingerprint"] for item in told["members"]]
    assert labels.read(store.all_runs(root)[0]).tags == ("rates",)


def test_mistakes_are_answered_in_one_line_and_nothing_is_made(root: Path) -> None:
    """Exit code 2; the preview of one that nobody can agree to is shown all the same."""
    many = ",".join(map(str, range(1, 101)))
    big = tuple(word for knob in ("width", "code_size", "batch_size") for word in ("--matrix", f"{knob}={many}"))
    mistakes = {
        ("sweep", "cnm", "--seeds", "2"): "PRESET: there is no preset 'cnm'. Did you mean 'cnn'?",
        ("sweep", "cnn"): "--matrix: nothing is varied: this would be a single run.",
        ("sweep", "cnn", "--matrix", "width="): "--matrix: width has no values.",
        ("sweep", "cnn", "--matrix", "width=4,x"): "--matrix: width: 'x' is not allowed. Allowed: a whole number",
        ("sweep", "cnn", "--matrix", "kernel=3,29"): "--matrix: cnn with kernel=29: kernel: 29 is larger than the",
        ("sweep", "cnn", "vit-l4-h8", "--matrix", "heads=4"): "--matrix: cnn: heads: is a knob of ViT, not of CNN.",
        (
            "sweep",
            "cnn",
            "--seeds",
            "2",
            "--filter",
            "seed > 5",
        ): "--filter: leaves none of the 2 combinations: seed > 5",
        ("sweep", "cnn", "--seeds", "2", "--filter", "sead > 5"): "--filter: at character 1, 'sead': ",
        ("sweep", "cnn", "--seeds", "x"): "--seeds: 'x' are no seeds.",
        ("sweep", "cnn", "--seeds", "2", "--jobs", "0"): "jobs: 0 at once is not allowed. Allowed: 1 to 64.",
        ("sweep", "cnn", "--seeds", "2", "--name", "a b"): "--name: 'a b' is no tag.",
        ("sweep", "cnn", *big): "--matrix: these are 1,000,000 combinations; a sweep has at most 10,000.",
    }
    for (code, printed, complaint), expected in zip(each(root, *mistakes), mistakes.values(), strict=True):
        assert (code, printed) == (2, ""), complaint
        assert complaint.startswith(f"vitdash: {expected}")
        assert complaint.count("\n") == 1
    ((code, printed, complaint),) = each(root, SWEEP)
    assert (code, complaint) == (
        2, "vitdash: --yes: is needed where nobody can be asked. The question is: Line up 4 runs?\n",
    )  # fmt: skip
    assert "4 runs, tagged cnn-by-learning_rate: 4 new." in printed
    assert store.all_runs(root) == []


def test_a_terminal_is_shown_what_it_can_hold(root: Path) -> None:
    """A thousand lines would hide what they come to; narrow ones leave out columns, never half a number."""
    sweep = ("sweep", "cnn", "--seeds", "200", "--dry-run", "--runs-dir", str(root))
    code, shown = vitdash_on_terminal(*sweep, cwd=root.parent, columns=50)
    assert code == 0
    assert "and 140 runs more; --json lists all." in shown
    assert "200 runs, tagged cnn-seeds: 200 new." in shown
    assert all(len(line) <= 50 for line in shown.splitlines() if line.startswith("cnn-"))


def test_where_nothing_is_left_to_do_nobody_is_asked(root: Path) -> None:
    """All is there already."""
    list(each(root, (*SWEEP, "--yes")))
    for run in store.all_runs(root):
        rewrite(run, claim="finished")
    again, named, looked = each(root, SWEEP, (*SWEEP, "--name", "mine"), (*SWEEP, "--name", "others", "--dry-run"))
    assert [(code, complaint) for code, _, complaint in (again, named, looked)] == [(0, "")] * 3
    over = "Nothing is left to do; --again trains all of it anew.\n"
    compare = "Compare them: vitdash compare --tag"
    assert again[1].endswith(f"{over}{compare} cnn-by-learning_rate --runs-dir {root}\n")
    assert named[1].endswith(
        f"{over}Nothing was lined up; 4 that were there are tagged now.\n{compare} mine --runs-dir {root}\n"
    )
    assert looked[1].endswith(over)
    assert {labels.read(run).tags for run in store.all_runs(root)} == {("cnn-by-learning_rate", "mine")}


def test_what_waits_already_is_not_asked_for_again(root: Path) -> None:
    """All of it waits: nobody is asked, and nothing says that it were done."""
    list(each(root, (*SWEEP, "--yes")))
    ((code, printed, complaint),) = each(root, SWEEP)
    assert (code, complaint) == (0, "")
    assert "Nothing is to be lined up: 4 wait already.\nHow long that takes is unknown: " in printed
    assert "When they have ended: vitdash compare" in printed
    assert len(queue.waiting(root, States(root).look())) == 4
