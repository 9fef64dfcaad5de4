"""Training from a script: what is given is checked before anything begins, and the script decides whether it waits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.run import fake_worker
from tests.run.waiting import until
from vitdash import TrainingRun, VitdashError, runs, train
from vitdash.errors import RunError
from vitdash.run import control, launch, state
from vitdash.run.control import Word
from vitdash.run.launch import Worker
from vitdash.run.store import Run, read_config

PROJECT = Path(fake_worker.__file__).parents[2]
Start = Callable[[Run], Worker]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers come late on a busy machine."""
    monkeypatch.setattr(state, "STARTING_GRACE_SECONDS", 60)


def faking(*steps: str, stdin: int | None = None) -> Start:
    """Return a stand-in for `launch.start` whose worker takes these steps."""

    def start(run: Run) -> Worker:
        read_end, write_end = os.pipe()
        command = [sys.executable, "-P", fake_worker.__file__, str(run.path), str(write_end), *steps]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        process = subprocess.Popen(command, stdin=stdin, pass_fds=(write_end,), env=environment)
        os.close(write_end)
        return Worker(run, process, read_end)

    return start


@pytest.mark.parametrize(
    ("preset", "knobs", "sentence"),
    [
        ("cmn", {}, "PRESET: there is no preset 'cmn'. Did you mean 'cnn'?"),
        ("cnn", {"heads": 8}, "heads: is a knob of ViT, not of CNN."),
        ("cnn", {"widht": 8}, "widht: is no knob of CNN. Did you mean 'width'?"),
        ("cnn", {"width": "8"}, "width: '8' is text. Allowed: a whole number from 1 to 4,096."),
        ("cnn", {"kernel": 40}, "kernel: 40 is larger than the image side of 28."),
        ("cnn", {"probes": "svc"}, "probes: 'svc' is text."),
        ("cnn", {"name": "a/b"}, "--name: a run cannot be called 'a/b'."),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_begins(
    root: Path, preset: str, knobs: dict[str, Any], sentence: str
) -> None:
    """The words of the command, and no trace of a run."""
    with pytest.raises(VitdashError) as caught:
        train(preset, root=root, **knobs)
    assert str(caught.value).startswith(sentence)
    assert not root.exists()


def test_a_training_is_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes back is the run, ended; its configuration has the knobs that were given, of their kinds."""
    monkeypatch.setattr(launch, "start", faking("claim:running", "events:2", "end:finished"))
    run = train("cnn", root=root, name="mine", learning_rate=1, probes=["svc", "svc"])
    assert (run.name, run.state) == ("mine", "finished")
    assert run.config["learning_rate"] == 1.0
    assert read_config(Run(run.path)).probe.probes == ("svc",)
    assert runs(root) == [run]


def test_a_preset_may_be_a_path(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `Path` too."""
    monkeypatch.setattr(launch, "start", faking("end:finished"))
    (tmp_path / "mine.toml").write_text('[model]\narchitecture = "cnn"\nwidth = 8\n')
    assert train(tmp_path / "mine.toml", root=root).config["width"] == 8


def test_a_training_that_fails_raises(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script ends there, unless it expects that."""
    monkeypatch.setattr(launch, "start", faking("claim:running", "end:failed"))
    with pytest.raises(RunError, match=r"failed: what: why More: vitdash show cnn-"):
        train("cnn", root=root)


def test_a_worker_that_ends_at_once_is_told_without_waiting_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not wait learns at least that it has begun."""
    monkeypatch.setattr(fake_worker, "__file__", os.devnull)
    monkeypatch.setattr(launch, "start", faking())
    with pytest.raises(RunError, match=r"^cnn-.*: its worker ended at once\."):
        train("cnn", root=root, wait=False)


def test_without_waiting_the_run_goes_on_and_leaves_no_process_behind(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script has the run at once; when the worker ends, nothing of it stays in the system's table."""
    started = []
    heard, told = os.pipe()
    fake = faking("claim:running", "events:1", "tick-until-told", "end:finished", stdin=heard)

    def start(run: Run) -> Worker:
        started.append(fake(run))
        os.close(heard)
        return started[-1]

    monkeypatch.setattr(launch, "start", start)
    run = train("cnn", root=root, wait=False)
    assert run.state in ("starting", "running")
    (worker,) = started
    assert worker.pipe is not None
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(worker.pipe)
    os.close(told)
    until(lambda: worker.process.returncode is not None, "the process was waited for")


def test_ctrl_c_while_waiting_asks_the_run_to_stop(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does for the command; the script is interrupted at once."""

    def interrupted(run: TrainingRun) -> TrainingRun:
        raise KeyboardInterrupt

    monkeypatch.setattr(launch, "start", faking("claim:running", "end:stopped"))
    monkeypatch.setattr(TrainingRun, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train("cnn", root=root)
    (run,) = runs(root)
    assert control.read(run.path / "control").word is Word.STOP
