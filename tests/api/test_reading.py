"""Runs as Python objects: found as the command finds them, read anew each time, followed to their end."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recorded import FIGURES, finished, record, started
from tests.run import fake_worker
from tests.run.bare_runs import bare_run, rewrite
from vitdash import TrainingRun, VitdashError, open_run, runs
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError
from vitdash.run import control, labels, state
from vitdash.run.control import Word
from vitdash.run.events import RunFailed, Stopped

SCRIPT = Path(fake_worker.__file__)


@pytest.fixture
def first(root: Path, tiny: RunConfig) -> TrainingRun:
    """Return a finished run called `first`."""
    return TrainingRun(record(root, tiny, finished(tiny), name="first").path)


@pytest.fixture
def worker(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """Return a fake worker that says when it has begun, and goes on to its end when it is told."""
    monkeypatch.setattr(state, "STARTING_GRACE_SECONDS", 60)
    run = bare_run(root, claim="starting")
    steps = ("claim:running", "events:3", "say:ready", "hear", "events:2", "end:finished")
    command = [sys.executable, "-P", str(SCRIPT), str(run.path), "-", *steps]
    project = str(SCRIPT.parents[2])
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": project}
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


def go_on(worker: subprocess.Popen[bytes]) -> None:
    assert worker.stdin
    worker.stdin.write(b"\n")
    worker.stdin.flush()


def test_a_run_is_opened_by_name_id_path_or_as_it_is(first: TrainingRun, root: Path) -> None:
    """Whatever a script has at hand."""
    for reference in ("first", first.id, first.id[:12], str(first.path), first.path, first):
        assert open_run(reference, root) == first
    assert open_run(os.path.relpath(first.path)) == first


def test_the_root_is_the_command_s(first: TrainingRun, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """VITDASH_RUNS, unless it is given."""
    monkeypatch.setenv("VITDASH_RUNS", str(root))
    assert open_run("first") == first
    assert runs() == runs(str(root)) == [first]
    assert runs(root / "nowhere") == []


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("frist", "RUN: there is no run 'frist'. Did you mean 'first'?"),
        ("./first", "./first: is no run's directory. It would have a run.json in it."),
        (Path("nowhere"), "nowhere: is no run's directory."),
    ],
)
def test_what_is_no_run_is_refused(first: TrainingRun, root: Path, reference: str | Path, sentence: str) -> None:
    """One sentence, an error that the package itself names."""
    with pytest.raises(VitdashError) as caught:
        open_run(reference, root)
    assert str(caught.value).startswith(sentence)


def test_a_run_tells_what_its_directory_says(first: TrainingRun, tiny: RunConfig) -> None:
    """Knobs, results and events; and what people have written on it since."""
    assert (first.name, first.state, first.tags, first.note) == ("first", "finished", (), "")
    assert first.id.startswith("first-")
    assert first.config["architecture"] == "cnn"
    assert first.config["width"] == 4
    assert "momentum" not in first.config
    assert first.results == FIGURES
    assert [point.accuracy for point in first.history.evaluations] == [FIGURES["accuracy"]]
    labels.change(open_run(first)._run, name="renamed", tags=["good"], note="kept")
    assert (first.name, first.tags, first.note) == ("renamed", ("good",), "kept")


def test_what_cannot_be_read_is_said_when_it_is_asked_for(first: TrainingRun, root: Path) -> None:
    """A list of runs is no place for an error of one of them."""
    (first.path / "run.json").write_text("{}")
    assert runs(root) == [first]
    with pytest.raises(RunError, match=r"run\.json: cannot be understood"):
        assert first.state
    with pytest.raises(RunError, match=rf"{first.id}: cannot be read: .*run\.json: cannot be understood"):
        assert first.results


def test_an_ended_run_is_followed_once_through(first: TrainingRun) -> None:
    """Every event, from the first to the last, then the end of the loop."""
    assert [event.seq for event in first.follow()] == list(range(1, 9))


def test_a_run_is_followed_as_it_goes_even_where_an_event_loop_runs(
    worker: subprocess.Popen[bytes], root: Path
) -> None:
    """In a notebook there is always one; each event comes once, and the loop ends with the run."""
    (run,) = runs(root)

    async def in_a_notebook() -> list[int]:
        numbers = []
        for event in run.follow():
            numbers.append(event.seq)
            if event.seq == 3:
                assert run.state == "running"
                go_on(worker)
        return numbers

    assert asyncio.run(in_a_notebook()) == [1, 2, 3, 4, 5, 6]
    assert run.state == "finished"


def test_waiting_ends_with_the_run(worker: subprocess.Popen[bytes], root: Path) -> None:
    """The same run is returned, for a line that goes on with it."""
    (run,) = runs(root)
    go_on(worker)
    assert run.wait() is run
    assert run.state == "finished"


def test_waiting_for_a_run_that_was_stopped_is_no_error(root: Path, tiny: RunConfig) -> None:
    """Someone wanted that; the state tells."""
    run = TrainingRun(record(root, tiny, [started(tiny), Stopped(images_seen=0)], claim="stopped").path)
    assert run.wait().state == "stopped"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("failed", "failed: diverged: the loss is not finite. More: vitdash show {id}"),
        (
            "running",
            "is lost: its worker was killed, or ended without a word. It last said: Killed "
            "Go on with: vitdash resume {id}",
        ),
    ],
)
def test_waiting_for_a_run_that_failed_says_why(root: Path, tiny: RunConfig, claim: str, sentence: str) -> None:
    """The words of the command."""
    trouble = RunFailed(title="diverged", message="the loss is not finite.", traceback="")
    run = TrainingRun(record(root, tiny, [started(tiny), trouble], claim=claim, log="Killed").path)
    with pytest.raises(RunError) as caught:
        run.wait()
    assert str(caught.value) == f"{run.id}: {sentence.format(id=run.id)}"


def test_another_machine_s_run_cannot_be_waited_for(root: Path, tiny: RunConfig) -> None:
    """Whether it lives is known there only."""
    recorded = record(root, tiny, [started(tiny)], claim="running")
    rewrite(recorded, host="far-away", boot_id="another-one")
    with pytest.raises(RunError, match=r"belongs to the machine 'far-away'; how it ends is known there\."):
        TrainingRun(recorded.path).wait()


def test_a_run_obeys(worker: subprocess.Popen[bytes], root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each order is given, and what the run is doing then is returned; this worker does not listen."""
    monkeypatch.setattr("vitdash.run.request.PATIENCE_SECONDS", 0.0)
    (run,) = runs(root)
    orders = {Word.PAUSE: run.pause, Word.STOP: run.stop}
    for word, order in orders.items():
        assert order() == "running"
        assert control.read(run.path / "control").word is word
    claim = run._run.read_claim()
    run._run.write_claim(dataclasses.replace(claim, claim="paused"))
    assert run.resume() == "paused"
    assert control.read(run.path / "control").word is Word.RUN


def test_an_ended_run_refuses(first: TrainingRun) -> None:
    """As it does for the commands."""
    with pytest.raises(InputError, match=r"is finished: there is nothing to stop\."):
        first.stop()
    with pytest.raises(InputError, match=r"is finished; there is nothing to go on with\."):
        first.resume()
