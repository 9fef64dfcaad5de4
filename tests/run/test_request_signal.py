"""Asking where nothing can be written: a stop goes by signal, to nobody but the run's own worker."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run.bare_runs import bare_run
from vitdash.errors import RunError
from vitdash.run import control, lock, request
from vitdash.run.control import Word
from vitdash.run.store import Run


@pytest.fixture(autouse=True)
def _full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def give(path: Path, word: Word) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(control, "give", give)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """Return a process that does nothing until it is told to end."""
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        yield process
        process.kill()


def test_a_stop_reaches_the_worker_by_signal(root: Path, process: subprocess.Popen[bytes]) -> None:
    """As long as it holds its lock, the number in the claim is its own."""
    run = bare_run(root, pid=process.pid)
    held = lock.acquire(run.lock)
    request.give(run, Word.STOP)
    assert process.wait(30) == -15
    assert held is not None
    held.release()


@pytest.mark.parametrize("word", [Word.PAUSE, Word.RUN])
def test_other_words_say_why_they_cannot_be_given(root: Path, word: Word, process: subprocess.Popen[bytes]) -> None:
    """There is no signal for them."""
    run = bare_run(root, pid=process.pid)
    held = lock.acquire(run.lock)
    with pytest.raises(RunError, match="control: cannot be written: No space left on device"):
        request.give(run, word)
    assert process.poll() is None
    assert held is not None
    held.release()


@pytest.mark.parametrize("claim", ["running", "stopped"])
def test_nobody_else_is_signalled(root: Path, claim: str, process: subprocess.Popen[bytes]) -> None:
    """Without a worker, the number in the claim may be another process's."""
    run: Run = bare_run(root, pid=process.pid, claim=claim)
    with pytest.raises(RunError, match="cannot be written"):
        request.give(run, Word.STOP)
    assert process.poll() is None
