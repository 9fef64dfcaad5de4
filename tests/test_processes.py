"""What vitdash's processes leave behind, open and listen to: nothing that nobody asked for."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psutil
import pytest
import torch

from tests.commands import COMMAND, environment
from tests.engine.worlds import DEADLINE_SECONDS, begin, settle, wait_for_state, wait_until
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.engine.worker import _failure
from vitdash.run import queue, request, state, store
from vitdash.run.control import Word
from vitdash.run.state import State
from vitdash.run.store import Run


@pytest.fixture
def long(tiny: RunConfig) -> RunConfig:
    """Return a run that nobody waits for."""
    return tiny.replace({"max_inputs": 10**7, "threads": 1})


def standby_of(root: Path) -> psutil.Process:
    """Return the process that stands by for a folder's queue."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "vitdash.run.standby" in words and str(root.resolve()) in words:
            return process
    raise AssertionError("there is no standby")


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_worker_opens_no_port_and_starts_no_process(long: RunConfig, root: Path) -> None:
    """It computes, and that is all."""
    worker = begin(long, root)
    wait_for_state(worker.run, State.RUNNING)
    process = psutil.Process(worker.process.pid)
    assert process.net_connections() == []
    assert process.children(recursive=True) == []
    request.ask(worker.run, Word.STOP)
    settle(worker)


def test_term_to_a_training_command_stops_its_run_with_a_checkpoint(long: RunConfig, root: Path) -> None:
    """As Ctrl-C does; no worker outlives it without somebody's wish."""
    file = root.parent / "long.toml"
    file.write_text(presets.dump(long))
    command = [*COMMAND, "train", "--preset", str(file), "--runs-dir", str(root), "--quiet"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as training:
        wait_until(lambda: bool(store.all_runs(root)), "a run is there")
        (run,) = store.all_runs(root)
        wait_for_state(run, State.RUNNING)
        worker = psutil.Process(run.read_claim().pid)
        training.send_signal(signal.SIGTERM)
        assert training.wait(DEADLINE_SECONDS) == 130
    assert state.derive(run) is State.STOPPED
    assert run.checkpoint.exists()
    wait_until(lambda: is_gone(worker), "the worker is gone")


def test_term_to_a_standby_stops_what_it_started_and_leaves_what_waits(long: RunConfig, root: Path) -> None:
    """Each with a checkpoint; nothing takes the place of what stops, and nobody stays behind."""
    first, second = (queue.enqueue(long, root, name, ()) for name in ("first", "second"))
    wait_for_state(first, State.RUNNING)
    standby = standby_of(root)
    assert [child.status() == psutil.STATUS_ZOMBIE for child in standby.children()] == [False]
    standby.terminate()
    wait_until(lambda: is_gone(standby), "the standby is gone")
    wait_for_state(first, State.STOPPED)
    assert first.checkpoint.exists()
    assert state.derive(second) is State.QUEUED
    queue.leave(second)


def test_a_standby_buries_its_dead_while_it_stands_by(long: RunConfig, root: Path) -> None:
    """A run that ended is no zombie for as long as another one waits behind a third."""
    runs: list[Run] = [queue.enqueue(long, root, name, ()) for name in ("first", "second", "third")]
    wait_for_state(runs[0], State.RUNNING)
    standby = standby_of(root)
    ended = psutil.Process(runs[0].read_claim().pid)
    request.ask(runs[0], Word.STOP)
    wait_for_state(runs[1], State.RUNNING)
    wait_until(lambda: not ended.is_running(), "the first worker's entry is gone")
    assert standby.is_running()
    queue.leave(runs[2])
    request.ask(runs[1], Word.STOP)
    wait_until(lambda: is_gone(standby), "the standby ends with its queue")


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")])
def test_running_out_of_memory_has_a_name(error: Exception) -> None:
    """Whoever says it, and however."""
    assert _failure(error).title == "out of memory"


def test_running_out_of_memory_on_the_cpu_has_it_too() -> None:
    """In the words in which this version of torch says it."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert _failure(caught.value).title == "out of memory"
    assert _failure(ValueError("another")).title == "ValueError"
