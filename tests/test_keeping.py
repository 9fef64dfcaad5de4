"""Keeping runs in order from the command line: labels, deleting, pruning, and the page that shows them."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
from pathlib import Path

import pytest

from tests.commands import COMMAND, DEADLINE_SECONDS, environment, vitdash_each
from tests.harmless import is_harmless
from tests.recorded import diagnosed, finished, progress, record, save_diagnostics, started
from vitdash import presets
from vitdash.run import labels, lock
from vitdash.run.events import Stopped
from vitdash.run.store import Run

CNN = presets.load("cnn")


def ended(root: Path, name: str = "cnn") -> Run:
    """Record a finished run with a checkpoint of 1,000 bytes."""
    run = record(root, CNN, finished(CNN), name=name)
    run.checkpoint.write_bytes(b"x" * 1000)
    return run


def halted(root: Path) -> Run:
    """Record a stopped run with a checkpoint of 1,000 bytes."""
    run = record(root, CNN, [started(CNN), progress(640), Stopped(images_seen=640)], claim="stopped", name="halted")
    run.checkpoint.write_bytes(b"x" * 1000)
    return run


def test_mistakes_are_answered_in_one_line(root: Path) -> None:
    """Exit code 2, what is wrong and what to do; nothing is changed by any of them."""
    run, busy = ended(root), record(root, CNN, [started(CNN)], claim="running", name="busy")
    (root / "linked-20260101-000000-aaaa").symlink_to(ended(root.parent / "other").path)
    held = lock.acquire(busy.lock)
    mistakes = {
        ("rename", "cnn"): "NAME: is missing. Give a name, or --reset for the one that the run was created with.",
        ("rename", "cnn", "x", "--reset"): "NAME: and --reset contradict each other.",
        ("rename", "cnn", "a/b"): "NAME: a run cannot be called 'a/b'. Use letters,",
        ("rename", "qqqq", "x"): "RUN: there is no run 'qqqq'.",
        ("tag", "cnn", "two words"): "TAG: 'two words' is no tag.",
        ("tag", "cnn", "--remove"): "TAG: is missing. Say which tags to take away.",
        ("note", "cnn", "x" * 2001): "NOTE: a note has at most 2,000 characters; this one has 2,001.",
        ("note", "cnn", "x", "--clear"): "TEXT: and --clear contradict each other.",
        ("delete", "cnn"): f"--yes: is needed where nobody can be asked. The question is: Delete {run.id} for good (",
        ("delete", "cnn", "busy", "--yes"): f"{busy.id}: is running; stop it first. With: vitdash stop {busy.id}",
        ("delete", "linked", "--yes"): "linked-20260101-000000-aaaa: is a link to another place.",
        ("delete", "cnn", "qqqq", "--yes"): "RUN: there is no run 'qqqq'.",
        (
            "prune",
        ): "--yes: is needed where nobody can be asked. The question is: Remove these files for good (1.0 kB)?",
        ("prune", "busy", "--yes"): f"{busy.id}: is running; stop it first.",
        ("show", "cnn", "--at", "7"): "--at: there are no diagnostics after 7 images. This run has none.",
        ("show", "cnn", "--at", "x"): "Invalid value for '--at': 'x' is no whole number. See: vitdash show --help",
    }
    before = sorted(path for path in root.rglob("*") if path.name != "lock")
    for result, sentence in zip(vitdash_each(list(mistakes), root.parent), mistakes.values(), strict=True):
        assert (result.returncode, result.stderr.startswith(f"vitdash: {sentence}")) == (2, True), result.stderr
        assert is_harmless(result.stderr[:-1])
    assert sorted(path for path in root.rglob("*") if path.name not in ("lock", "summary.json")) == [
        path for path in before if path.name != "summary.json"
    ]
    assert held
    held.release()


def test_a_run_is_renamed_tagged_and_annotated(root: Path) -> None:
    """Each says what is so now; lists, pages and what is typed know the new name."""
    run = ended(root)
    commands = [
        ["rename", "cnn", "baseline"],
        ["tag", "baseline", "paper", "v1"],
        ["tag", "baseline", "v1", "--remove"],
        ["tag", "cnn"],
        ["note", "baseline", "first\nsecond"],
        ["note", "baseline"],
        ["show", "baseline"],
        ["runs", "--json"],
        ["note", "baseline", "--json"],
        ["note", "baseline", "--clear"],
        ["note", "baseline"],
        ["rename", "baseline", "--reset", "--json"],
    ]
    results = vitdash_each(commands, root.parent)
    assert [(result.returncode, result.stderr) for result in results] == [(0, "")] * len(commands)
    said = [result.stdout for result in results]
    assert said[:6] == [
        f"{run.id} is called baseline.\n",
        f"{run.id}: paper, v1\n",
        f"{run.id}: paper\n",
        f"{run.id}: paper\n",
        f"{run.id}: noted.\n",
        "first\nsecond\n",
    ]
    assert "name             baseline\n" in said[6]
    (listed,) = json.loads(said[7])
    assert (listed["run"], listed["name"], listed["tags"]) == (run.id, "baseline", ["paper"])
    assert json.loads(said[8]) == {"run": run.id, "name": "baseline", "tags": ["paper"], "note": "first\nsecond"}
    assert said[9:11] == [f"{run.id}: no note any more.\n", f"{run.id} has no note.\n"]
    assert json.loads(said[11])["name"] == "cnn"


def test_a_note_is_read_from_stdin(root: Path) -> None:
    """`git log -1 | vitdash note RUN -`; bytes that are no text are replaced."""
    run = ended(root)
    subprocess.run([*COMMAND, "note", "cnn", "-"], cwd=root.parent, input=b"one\ntwo \xff\n", check=True)
    assert labels.read(run).note == "one\ntwo \ufffd"


def test_runs_are_deleted(root: Path) -> None:
    """People see what goes and what it frees, programs get it as JSON; a run named twice goes once."""
    first, second, kept = ended(root, "first"), ended(root, "second"), ended(root, "kept")
    told, as_json = vitdash_each(
        [["delete", "first", first.id, "--yes"], ["delete", "second", "-y", "--json"]], root.parent
    )
    assert (told.returncode, as_json.returncode) == (0, 0)
    assert f"{first.id}  finished  " in told.stdout
    assert told.stdout.splitlines()[-1].startswith("Deleted: ")
    (described,) = json.loads(as_json.stdout)
    assert (described["run"], described["bytes"] > 1000) == (second.id, True)
    assert list(root.iterdir()) == [kept.path]


@pytest.mark.parametrize(("answer", "gone"), [("y", True), ("n", False)])
def test_on_a_terminal_it_is_asked_first(root: Path, answer: str, gone: bool) -> None:
    """With the number of bytes; no is no."""
    run = ended(root)
    controller, terminal = pty.openpty()
    command = [*COMMAND, "delete", "cnn"]
    process = subprocess.Popen(
        command, cwd=root.parent, env=environment(), stdin=terminal, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    shown = ""
    while "[y/N]" not in shown:
        assert select.select([controller], [], [], DEADLINE_SECONDS)[0], shown
        shown += os.read(controller, 4096).decode()
    os.write(controller, f"{answer}\n".encode())
    assert process.wait(DEADLINE_SECONDS) == 0
    os.close(controller)
    assert f"Delete {run.id} for good (" in shown
    assert run.path.exists() is not gone


def test_finished_runs_are_pruned(root: Path) -> None:
    """Said first what would go, and what is lost with it; unfinished ones only by name."""
    run, unfinished = ended(root), halted(root)
    for position in (640, 2_000_000):
        save_diagnostics(run, diagnosed([[1]], ["cat"], position))
    commands = [
        ["prune", "--dry-run"],
        ["prune", "--dry-run", "--json", "--diagnostics"],
        ["prune", "--yes"],
        ["prune", "--yes"],
        ["prune", "halted", "--dry-run"],
        ["show", "cnn"],
    ]
    dry, as_json, pruned, nothing, named, shown = (result.stdout for result in vitdash_each(commands, root.parent))
    lost = "Figures and curves stay. Without its checkpoint a run can neither be loaded as a model nor extended.\n"
    assert dry.splitlines()[1].split() == [run.id, "finished", "1", "1.0", "kB"]
    assert dry.endswith(f"\n\n{lost}")
    (described,) = json.loads(as_json)
    assert described["files"] == ["checkpoint.pt", "diagnostics/000000000640.json"]
    assert pruned == f"{dry}Removed: 1.0 kB are free.\n"
    assert nothing == "There is nothing to remove.\n"
    assert named.endswith(f"{lost[:-1]} An unfinished one begins anew when it is resumed.\n")
    assert (run.checkpoint.exists(), unfinished.checkpoint.exists()) == (False, True)
    assert "validation loss  0.01962" in shown


def test_a_page_as_json_has_labels_changes_and_diagnostics(root: Path) -> None:
    """Beside all that it had; what does not exist is null."""
    config = CNN.replace({"max_inputs": 60_000})
    run = record(root, config, finished(config), name="short")
    labels.change(run, tags=["paper"])
    save_diagnostics(run, diagnosed([[3, 1], [0, 0]], ["cat", "dog"], 60_000))
    bare = record(root, CNN, [started(CNN)], claim="stopped", name="bare")
    first, second = (
        json.loads(result.stdout)[0]
        for result in vitdash_each([["show", name, "--json"] for name in ("short", bare.id)], root.parent)
    )
    assert first["labels"] == {"name": "", "tags": ["paper"], "note": ""}
    assert first["changed"] == {"max_inputs": {"value": 60_000, "preset": 2_000_000}}
    assert first["diagnostics"] == {
        "images_seen": 60_000,
        "classes": ["cat", "dog"],
        "class_accuracy": [0.75, None],
        "confusion": [[3, 1], [0, 0]],
    }
    assert first["knobs"]["max_inputs"] == first["planned_images"] == 60_000
    assert (second["changed"], second["diagnostics"], second["diagnostics_problem"]) == ({}, None, None)
