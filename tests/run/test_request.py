"""Who asks something of a run is told what came of it, or why nothing can."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.run.bare_runs import bare_run, rewrite
from tests.run.waiting import until
from vitdash.errors import InputError, RunError
from vitdash.run import control, lock, request
from vitdash.run.control import Order, Word
from vitdash.run.store import Run


@pytest.fixture
def run(root: Path) -> Iterator[Run]:
    """Return a run that is running."""
    run = bare_run(root, claim="running")
    held = lock.acquire(run.lock)
    assert held
    yield run
    held.release()


@contextmanager
def worker(run: Run, claim: str) -> Iterator[list[Order]]:
    """Be the worker of `run`, which claims `claim` once it is asked something, and note what that was."""
    before = control.read(run.control)
    orders: list[Order] = []

    def obey() -> None:
        until(lambda: control.read(run.control).number > before.number, "something is asked")
        orders.append(control.read(run.control))
        rewrite(run, claim=claim)

    thread = threading.Thread(target=obey)
    thread.start()
    try:
        yield orders
    finally:
        thread.join()


@pytest.mark.parametrize(
    ("claim", "word", "becomes"),
    [
        ("running", Word.PAUSE, "paused"),
        ("running", Word.STOP, "stopped"),
        ("paused", Word.RUN, "running"),
        ("paused", Word.STOP, "stopped"),
        ("starting", Word.PAUSE, "paused"),
        ("starting", Word.RUN, "running"),
        ("running", Word.PAUSE, "finished"),
        ("running", Word.STOP, "failed"),
    ],
)
def test_what_came_of_it_is_told(run: Run, claim: str, word: Word, becomes: str) -> None:
    """What was asked, or how the run ended before it could obey."""
    rewrite(run, claim=claim)
    with worker(run, becomes) as orders:
        assert request.ask(run, word) == becomes
    assert orders == [Order(1, word)]


@pytest.mark.parametrize(("claim", "word"), [("running", Word.RUN), ("paused", Word.PAUSE), ("stopped", Word.STOP)])
def test_what_is_so_already_is_not_asked(run: Run, claim: str, word: Word) -> None:
    """Asking twice is no error."""
    rewrite(run, claim=claim)
    if word is Word.PAUSE:
        control.give(run.control, word)
    before = control.read(run.control)
    assert request.ask(run, word) == f"{claim} already"
    assert control.read(run.control) == before


@pytest.mark.parametrize(("claim", "pending", "word"), [("running", "pause", "run"), ("paused", "run", "pause")])
def test_an_order_that_is_not_obeyed_yet_is_taken_back(run: Run, claim: str, pending: str, word: str) -> None:
    """Paused by mistake and set running again within the same batch: the run must not pause after all."""
    rewrite(run, claim=claim)
    control.give(run.control, Word(pending))
    assert request.ask(run, Word(word)) == claim
    assert control.read(run.control) == Order(2, Word(word))


@pytest.mark.parametrize("word", list(Word))
@pytest.mark.parametrize(
    ("claim", "state", "way_out"),
    [
        ("finished", "finished", "vitdash show"),
        ("failed", "failed", "vitdash resume"),
        ("running", "lost", "vitdash resume"),
        ("queued", "queued", "vitdash show"),
    ],
)
def test_where_nobody_could_obey_that_is_said(root: Path, word: Word, claim: str, state: str, way_out: str) -> None:
    """With what can be done instead; and no order is left behind for a later life."""
    run = bare_run(root, claim=claim)
    what = "resume" if word is Word.RUN else str(word)
    with pytest.raises(InputError, match=rf"is {state}: there is nothing to {what}\. .*: {way_out} {run.id}$"):
        request.ask(run, word)
    assert not run.control.exists()


def test_another_machines_run_is_not_asked(root: Path) -> None:
    """Its worker may live, but not here."""
    run = bare_run(root, claim="running", host="another-machine", boot_id="another")
    with pytest.raises(InputError, match="is elsewhere"):
        request.ask(run, Word.STOP)


def test_patience_ends_with_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker in a long library call will obey; who asked goes home."""
    monkeypatch.setattr(request, "PATIENCE_SECONDS", 0.1)
    assert request.ask(run, Word.STOP) == "asked to stop, and it will; now it is running"
    assert control.read(run.control) == Order(1, Word.STOP)


def test_an_order_that_cannot_be_written_is_one_sentence(run: Run) -> None:
    """Someone else's run, a full disk: no traceback."""
    run.control.mkdir()
    with pytest.raises(RunError, match=r"control: cannot be written: .*directory\.$"):
        request.ask(run, Word.STOP)
