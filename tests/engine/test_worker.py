"""Real workers from launch to last claim: what they record, how they obey, and what survives whose death."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from tests.engine.worlds import begin, finish, follow, recorded, settle, stable, wait_for_state, wait_until
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.run import control, launch, lock, request, state
from vitdash.run.control import Word
from vitdash.run.events import (
    CheckpointSaved,
    Evaluated,
    Event,
    News,
    Paused,
    Resumed,
    RunFailed,
    RunFinished,
    RunStarted,
    Stopped,
    Tick,
    TrainProgress,
    Warned,
)
from vitdash.run.history import RunHistory, fold
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import read_history


@pytest.fixture
def steady(tiny: RunConfig) -> RunConfig:
    """Return a run with several epochs, long enough to be interrupted, short enough to wait for."""
    return tiny.replace({"max_inputs": 6000, "checkpoint_every_images": 1000, "threads": 1})


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[RunConfig], Run]:
    """Return what gives the run of a configuration that nobody disturbed, trained once."""
    runs: dict[str, Run] = {}

    def train_once(config: RunConfig) -> Run:
        key = presets.dump(config)
        if key not in runs:
            worker = begin(config, tmp_path_factory.mktemp("undisturbed"))
            finish(worker)
            runs[key] = worker.run
        return runs[key]

    return train_once


Undisturbed = Callable[[RunConfig], Run]


def series(history: RunHistory) -> list[dict[str, object]]:
    """Return everything a history holds that an undisturbed run would hold too."""
    events = [*history.progress, *history.evaluations, *history.probes, *history.diagnostics, *history.checkpoints]
    return [{key: value for key, value in item.items() if key != "seq"} for item in stable(events)]


def weights_of(run: Run) -> dict[str, torch.Tensor]:
    content = torch.load(run.checkpoint, weights_only=True)
    model: dict[str, torch.Tensor] = content["model"]
    return model


def assert_same_result(run: Run, other: Run) -> None:
    first, second = weights_of(run), weights_of(other)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert series(read_history(run)) == series(read_history(other))
    assert read_history(run).results == read_history(other).results


def when_training(images: int, act: Callable[[], object]) -> Callable[[News], None]:
    """Return a listener that calls `act` once, at the first record after so many images."""
    done: list[News] = []

    def listen(item: News) -> None:
        if isinstance(item, TrainProgress) and item.images_seen >= images and not done:
            done.append(item)
            act()

    return listen


def test_a_run_from_launch_to_its_last_claim(tiny: RunConfig, root: Path) -> None:
    """Every kind of event comes in its place, the pipe brings ticks, and the directory holds what it should."""
    worker = begin(tiny, root)
    heard = follow(worker.run, worker)
    events = [item for item in heard if isinstance(item, Event)]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events == recorded(worker.run)
    assert any(isinstance(item, Tick) for item in heard)
    history = fold(events)
    assert isinstance(history.ending, RunFinished)
    assert history.images_seen == 1500
    assert set(history.results) == {"validation_loss", "accuracy", "svc", "svc_held_out"}
    assert history.ending.results.items() >= history.results.items()
    claim = worker.run.read_claim()
    assert (claim.claim, claim.device, claim.threads) == ("finished", "cpu", 1)
    assert claim.ended >= claim.started >= claim.created
    assert claim.versions["torch"] == torch.__version__
    assert worker.process.wait() == 0
    files = {path.name for path in worker.run.path.iterdir()}
    assert files == {
        "best.pt",
        "checkpoint.pt",
        "config.toml",
        "diagnostics",
        "events.jsonl",
        "lock",
        "log.txt",
        "run.json",
    }
    assert torch.load(worker.run.checkpoint, weights_only=True)["optimizer"] is None
    diagnosed = json.loads((worker.run.path / history.diagnostics[-1].file).read_text())
    assert sum(map(sum, diagnosed["confusion"])) == 359


def test_the_same_configuration_twice_gives_equal_events(tiny: RunConfig, root: Path) -> None:
    """Times and rates apart, down to the event's numbers; another seed gives others."""
    first, second, other = (finish(begin(tiny.replace({"seed": seed}), root)) for seed in (7, 7, 8))
    assert stable(first) == stable(second)
    figures = [[event.loss for event in events if isinstance(event, TrainProgress)] for events in (first, other)]
    assert figures[0] != figures[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_gracefully_and_resume_completes_the_same_run(
    steady: RunConfig, root: Path, undisturbed: Undisturbed, number: signal.Signals
) -> None:
    """Stopped with a checkpoint at the very batch; resumed, the result is that of an undisturbed run."""
    worker = begin(steady, root)
    follow(worker.run, worker, on=when_training(1500, lambda: worker.process.send_signal(number)))
    assert worker.process.wait() == 0
    assert state.derive(worker.run) is State.STOPPED
    stopped = recorded(worker.run)[-1]
    assert isinstance(stopped, Stopped)
    assert read_history(worker.run).saved_at == stopped.images_seen
    finish(launch.resume(worker.run))
    assert state.derive(worker.run) is State.FINISHED
    assert [event.from_images for event in recorded(worker.run) if isinstance(event, Resumed)] == [stopped.images_seen]
    assert_same_result(worker.run, undisturbed(steady))


def test_a_killed_worker_is_lost_at_once_and_resumes_from_its_checkpoint(
    steady: RunConfig, root: Path, undisturbed: Undisturbed
) -> None:
    """After kill -9 the state says so at once, the follower ends, and no more than a checkpoint's distance is lost."""
    worker = begin(steady, root)
    heard = follow(worker.run, worker, on=when_training(2700, worker.process.kill))
    assert state.derive(worker.run) is State.LOST
    assert not isinstance([item for item in heard if isinstance(item, Event)][-1], (RunFinished, RunFailed, Stopped))
    saved = [event.images_seen for event in recorded(worker.run) if isinstance(event, CheckpointSaved)][-1]
    finish(launch.resume(worker.run))
    assert [event.from_images for event in recorded(worker.run) if isinstance(event, Resumed)] == [saved]
    assert_same_result(worker.run, undisturbed(steady))


def test_killed_before_its_first_checkpoint_a_run_starts_over(
    steady: RunConfig, root: Path, undisturbed: Undisturbed
) -> None:
    """Nothing to go on from is no error: the run begins again, and readers see one series."""
    rare = steady.replace({"checkpoint_every_images": 100_000})
    worker = begin(rare, root)
    follow(worker.run, worker, on=when_training(700, worker.process.kill))
    finish(launch.resume(worker.run))
    assert_same_result(worker.run, undisturbed(rare))


def test_pause_waits_and_resume_goes_on_within_the_same_process(
    steady: RunConfig, root: Path, undisturbed: Undisturbed
) -> None:
    """Asked through the control file by anyone; a pause changes nothing but the time."""
    worker = begin(steady, root)
    wait_for_state(worker.run, State.RUNNING)
    assert request.ask(worker.run, Word.PAUSE) == "paused"
    assert request.ask(worker.run, Word.PAUSE) == "paused already"
    before = recorded(worker.run)
    assert isinstance(before[-1], Paused)
    assert request.ask(worker.run, Word.RUN) == "running"
    finish(worker)
    assert len([event for event in recorded(worker.run) if isinstance(event, RunStarted)]) == 1
    assert_same_result(worker.run, undisturbed(steady))


def test_a_paused_run_can_be_stopped(steady: RunConfig, root: Path) -> None:
    """Pausing must not make a run deaf."""
    worker = begin(steady, root)
    wait_for_state(worker.run, State.RUNNING)
    request.ask(worker.run, Word.PAUSE)
    assert request.ask(worker.run, Word.STOP) == "stopped"
    assert settle(worker) == 0


def test_a_stale_stop_does_not_end_a_resumed_run(steady: RunConfig, root: Path) -> None:
    """The order that stopped the last life is numbered, and not for the next one."""
    worker = begin(steady.replace({"max_inputs": 3000}), root)
    wait_for_state(worker.run, State.RUNNING)
    request.ask(worker.run, Word.STOP)
    settle(worker)
    assert control.read(worker.run.control).word is Word.STOP
    finish(launch.resume(worker.run))
    assert state.derive(worker.run) is State.FINISHED


def test_a_stop_during_start_up_is_heard(steady: RunConfig, root: Path) -> None:
    """Asked while torch is still being imported, the run ends without having computed anything."""
    worker = begin(steady, root)
    wait_until(lambda: lock.is_held(worker.run.lock), "the worker has its lock")
    worker.process.terminate()
    assert settle(worker) == 0
    assert state.derive(worker.run) is State.STOPPED
    assert not [event for event in recorded(worker.run) if isinstance(event, TrainProgress)]


def test_two_resumes_at_once_give_one_worker(steady: RunConfig, root: Path) -> None:
    """Whoever comes second is told so, or finds the lock taken; one unbroken series results."""
    worker = begin(steady.replace({"max_inputs": 3000}), root)
    wait_for_state(worker.run, State.RUNNING)
    request.ask(worker.run, Word.STOP)
    settle(worker)
    first = launch.resume(worker.run)
    with suppress(InputError):
        settle(launch.resume(worker.run))
    follow(worker.run)
    settle(first)
    assert state.derive(worker.run) is State.FINISHED
    seqs = [event.seq for event in recorded(worker.run)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len([event for event in recorded(worker.run) if isinstance(event, Resumed)]) == 1


def test_training_outlives_its_launcher_and_a_later_reader_misses_nothing(steady: RunConfig, root: Path) -> None:
    """After kill -9 of the launching process the worker goes on, and attaching shows every event once."""
    config_file = root.parent / "config.toml"
    config_file.write_text(presets.dump(steady))
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from vitdash import presets\n"
        "from vitdash.run import launch\n"
        "async def main():\n"
        "    config = presets.load_file(Path(sys.argv[1]))\n"
        "    worker = launch.start(launch.create(config, Path(sys.argv[2]), 'orphan', ()))\n"
        "    print(worker.run.path, flush=True)\n"
        "    async for item in launch.follow(worker.run, worker):\n"
        "        print(type(item).__name__, flush=True)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", code, str(config_file), str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        run = Run(Path(launcher.stdout.readline().strip()))
        for line in launcher.stdout:
            if line.strip() == "TrainProgress":
                break
        launcher.kill()
    assert state.derive(run) is State.RUNNING
    events = [item for item in follow(run) if isinstance(item, Event)]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert isinstance(events[-1], RunFinished)


def test_a_reader_that_stops_reading_neither_slows_the_worker_nor_misses_an_event(
    steady: RunConfig, root: Path
) -> None:
    """The pipe fills, training goes on; reading again, every event comes once and in order."""
    config = steady.replace(
        {"progress_every_images": 1, "batch_size": 1, "max_inputs": 1500, "evaluate_every_images": 10**6}
    )
    worker = begin(config, root)
    wait_for_state(worker.run, State.FINISHED)
    events = [item for item in follow(worker.run, worker) if isinstance(item, Event)]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len([event for event in events if isinstance(event, TrainProgress)]) == 1500


def test_a_diverged_run_fails_with_its_checkpoint_kept(steady: RunConfig, root: Path) -> None:
    """The reason is an event and a claim; the weights on disk are those before it went wrong."""
    changes: dict[str, str | float | int] = {
        "optimizer": "sgd",
        "learning_rate": 100.0,
        "momentum": 0.99,
        "checkpoint_every_images": 64,
    }
    worker = begin(steady.replace(changes), root)
    events = finish(worker)
    assert isinstance(events[-1], RunFailed)
    assert events[-1].title == "diverged"
    assert worker.process.wait() == 1
    assert state.derive(worker.run) is State.FAILED
    assert all(bool(torch.isfinite(tensor).all()) for tensor in weights_of(worker.run).values())


def test_without_a_sound_checkpoint_the_damage_is_named_and_nothing_overwritten(steady: RunConfig, root: Path) -> None:
    """Cut short, its predecessor gone, it cannot be gone on from: one sentence, file untouched, log intact."""
    worker = begin(steady, root)
    follow(worker.run, worker, on=when_training(1500, worker.process.terminate))
    worker.process.wait()
    worker.run.previous.unlink()
    whole = worker.run.checkpoint.read_bytes()
    worker.run.checkpoint.write_bytes(whole[: len(whole) // 2])
    events = finish(launch.resume(worker.run))
    assert isinstance(events[-1], RunFailed)
    assert "checkpoint.pt" in events[-1].title
    assert "is damaged or cut short" in events[-1].message
    assert events[-1].traceback == ""
    assert worker.run.checkpoint.stat().st_size == len(whole) // 2
    worker.run.checkpoint.write_bytes(whole)
    finish(launch.resume(worker.run))
    assert state.derive(worker.run) is State.FINISHED


def test_a_flipped_bit_costs_one_checkpoint_and_no_more(
    steady: RunConfig, root: Path, undisturbed: Undisturbed
) -> None:
    """Torch would load it as another weight; here the predecessor is used, the log says so, the result is the same."""
    worker = begin(steady, root)
    follow(worker.run, worker, on=when_training(2700, worker.process.kill))
    worker.process.wait()
    before = torch.load(worker.run.previous, weights_only=True)["images_seen"]
    content = bytearray(worker.run.checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    worker.run.checkpoint.write_bytes(content)
    events = finish(launch.resume(worker.run))
    assert [event.from_images for event in events if isinstance(event, Resumed)] == [before]
    (warning,) = [event.message for event in events if isinstance(event, Warned)]
    assert warning.startswith("checkpoint.pt is damaged or cut short: the checksum of ")
    assert warning.endswith(f"is wrong; gone on from its predecessor at {before:,} images")
    assert_same_result(worker.run, undisturbed(steady))
    assert not worker.run.previous.exists()


def test_a_checkpoint_that_nobody_announced_is_announced_when_the_run_goes_on(
    steady: RunConfig, root: Path, undisturbed: Undisturbed
) -> None:
    """Killed between saving and telling, the run lacks no event in the end."""
    worker = begin(steady, root)
    follow(worker.run, worker, on=when_training(2700, worker.process.kill))
    worker.process.wait()
    lines = worker.run.events.read_bytes().splitlines(keepends=True)
    announced = max(place for place, line in enumerate(lines) if b'"CheckpointSaved"' in line)
    worker.run.events.write_bytes(b"".join(lines[:announced]))
    finish(launch.resume(worker.run))
    assert_same_result(worker.run, undisturbed(steady))


def test_what_a_crash_left_half_written_is_gone_when_the_run_goes_on(steady: RunConfig, root: Path) -> None:
    """A torn last line is no event, and no reader ever takes it for one; half a checkpoint takes no space for ever."""
    worker = begin(steady, root)
    follow(worker.run, worker, on=when_training(1500, worker.process.kill))
    worker.process.wait()
    with worker.run.events.open("ab") as log:
        log.write(b'{"seq": 99, "time": 1.0, "type": "TrainPro')
    (worker.run.path / ".checkpoint.pt.1-1.tmp").write_bytes(b"half")
    (worker.run.diagnostics / ".000000001438.json.1-1.tmp").write_bytes(b"half")
    finish(launch.resume(worker.run))
    seqs = [event.seq for event in recorded(worker.run)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert read_history(worker.run).skipped == []
    assert list(worker.run.path.rglob("*.tmp")) == []


def test_an_edited_configuration_is_refused_on_resume(steady: RunConfig, root: Path) -> None:
    """A run is one configuration: half of one and half of another would be a false result."""
    worker = begin(steady, root)
    follow(worker.run, worker, on=when_training(1500, worker.process.terminate))
    worker.process.wait()
    text = worker.run.config.read_text()
    worker.run.config.write_text(text.replace("learning_rate = 0.0003", "learning_rate = 0.001", 1))
    events = finish(launch.resume(worker.run))
    assert isinstance(events[-1], RunFailed)
    assert "other knobs" in events[-1].message


def test_the_best_weights_are_those_of_the_lowest_validation_loss(steady: RunConfig, root: Path) -> None:
    """`best.pt` says where it was taken, and that is where validation was best."""
    worker = begin(steady, root)
    evaluations = [event for event in finish(worker) if isinstance(event, Evaluated)]
    lowest = min(evaluations, key=lambda event: event.loss)
    best = torch.load(worker.run.best, weights_only=True)
    assert best["images_seen"] == lowest.images_seen
    assert best["validation_loss"] == lowest.loss


def test_missing_data_fail_the_run_with_a_way_out(tiny: RunConfig, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline: where it was looked for, and two ways to go on."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    worker = begin(tiny.replace({"dataset": "fashion-mnist"}), root)
    events = finish(worker)
    assert isinstance(events[-1], RunFailed)
    assert "--data-dir" in events[-1].message
    assert "--dataset digits" in events[-1].message
    assert events[-1].traceback == ""
