"""All runs of a folder together: what changes is noticed, what ended is kept, what nobody looks at costs nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.recorded import finished, progress, record, started
from tests.run.bare_runs import rewrite
from vitdash.config import RunConfig
from vitdash.errors import RunError
from vitdash.run import labels, launch, lock, queue
from vitdash.run.events import Evaluated, Event, Phase, Resumed, RunFinished, Stopped, Tick
from vitdash.run.fleet import Fleet
from vitdash.run.launch import Worker
from vitdash.run.lock import Lock
from vitdash.run.log import EventReader, EventWriter
from vitdash.run.state import State
from vitdash.run.store import Run


class Living:
    """A run whose worker lives: its lock is held, and events are appended on demand."""

    def __init__(self, run: Run, pipe: int | None = None) -> None:
        self.run = run
        held = lock.acquire(run.lock)
        assert held is not None
        self._held: Lock = held
        self.log = EventWriter(run.events, pipe)
        rewrite(run, claim="running")

    def end(self, event: Event, word: str) -> None:
        """Say the last word and die, as a worker does."""
        self.log.append(event)
        self.log.close()
        rewrite(self.run, claim=word)
        self._held.release()

    def die(self) -> None:
        """Die without a word."""
        self.log.close()
        self._held.release()


def test_an_ended_run_is_known_without_its_events_and_shows_them_when_asked(root: Path, tiny: RunConfig) -> None:
    """A thousand ended runs open at once; of one that is looked at, everything is there."""
    run = record(root, tiny, finished(tiny))
    fleet = Fleet(root)
    assert fleet.look() == {run.id}
    known = fleet.runs[run.id]
    assert known.state is State.FINISHED
    assert known.short.figures.results["accuracy"] == 0.9086
    assert known.config is not None
    assert known.config.parameters == tiny.parameters
    assert known.followed is None
    followed = fleet.read_events(run.id)
    assert followed is not None
    fleet.adopt(run.id, followed)
    assert len(known.history.progress) == 2
    assert fleet.look() | fleet.poll() == set()


def test_a_running_run_is_followed_event_by_event_to_its_end(root: Path, tiny: RunConfig) -> None:
    """What is polled is what is new; the last words are not missed when the run ends between two looks."""
    living = Living(record(root, tiny, [started(tiny)], claim="starting"))
    fleet = Fleet(root)
    fleet.look()
    known = fleet.runs[living.run.id]
    assert fleet.poll() == {living.run.id}
    assert fleet.poll() == set()
    before = known.version
    living.log.append(progress(640, loss=0.02))
    assert fleet.poll() == {living.run.id}
    assert known.version > before
    assert known.short.figures.loss == 0.02
    living.log.append(Evaluated(images_seen=1500, epoch=1.0, loss=0.01, accuracy=0.9))
    living.end(RunFinished(images_seen=1500, seconds=3.0, results={}), "finished")
    assert fleet.look() == {living.run.id}
    assert known.state is State.FINISHED
    assert known.history.results == {"validation_loss": 0.01, "accuracy": 0.9}
    assert isinstance(known.history.ending, RunFinished)


def test_a_killed_worker_is_lost_at_the_next_look(root: Path, tiny: RunConfig) -> None:
    """Nothing but the lock says so."""
    living = Living(record(root, tiny, [started(tiny)], claim="starting"))
    fleet = Fleet(root)
    fleet.look()
    assert fleet.runs[living.run.id].state is State.RUNNING
    living.die()
    assert fleet.look() == {living.run.id}
    assert fleet.runs[living.run.id].state is State.LOST


def test_a_resumed_run_is_followed_again_and_what_it_redoes_stands_once(root: Path, tiny: RunConfig) -> None:
    """Resumed from elsewhere, after it had ended before our eyes."""
    living = Living(record(root, tiny, [started(tiny), progress(640), progress(1280)], claim="starting"))
    fleet = Fleet(root)
    fleet.look()
    fleet.poll()
    living.end(Stopped(images_seen=1280), "stopped")
    fleet.look()
    again = Living(living.run)
    again.log.append(Resumed(from_images=640, from_seq=2))
    again.log.append(progress(1280, loss=0.5))
    fleet.look()
    fleet.poll()
    history = fleet.runs[living.run.id].history
    assert [event.images_seen for event in history.progress] == [640, 1280]
    assert history.progress[-1].loss == 0.5
    again.die()


def test_ticks_come_through_the_pipe_and_end_with_the_next_record(
    root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that the queue starts here is lively; gaps in the pipe are read from the file."""
    read_end, write_end = os.pipe()
    begun: list[Living] = []

    def begin(run: Run, *, pipe: bool) -> Worker:
        assert pipe
        begun.append(Living(run, write_end))
        return Worker(run, _Ended(), read_end)  # type: ignore[arg-type]

    monkeypatch.setattr(launch, "begin", begin)
    monkeypatch.setattr(queue, "ensure_standby", lambda _: None)
    run = queue.enqueue(tiny, root, "lively", ())
    fleet = Fleet(root)
    assert run.id in fleet.look()
    (living,) = begun
    living.log.append(started(tiny))
    living.log.tick(Tick(images_seen=64, loss=0.09, accuracy=0.1, images_per_second=100.0))
    fleet.poll()
    known = fleet.runs[run.id]
    assert known.tick is not None
    assert known.tick.images_seen == 64
    living.log.append(Phase(name="x" * 5000, done=0, total=0))
    living.log.append(progress(640))
    fleet.poll()
    assert known.tick is None
    assert [event.seq for event in known.followed.events] == [1, 2, 3] if known.followed else False
    fleet.close()
    living.log.append(progress(1280))
    assert len([item for item in EventReader(run.events).from_file() if isinstance(item, Event)]) == 4
    living.die()


class _Ended:
    def poll(self) -> int:
        """Say that the process has ended."""
        return 0


def test_labels_vanished_runs_and_the_order_of_the_queue_are_noticed(
    root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changed them: another dashboard, a command."""
    monkeypatch.setattr(queue, "ensure_standby", lambda _: None)
    run = record(root, tiny, finished(tiny))
    fleet = Fleet(root, read_only=True)
    fleet.look()
    labels.change(run, name="renamed", tags=["best"])
    assert fleet.look() == {run.id}
    assert fleet.runs[run.id].short.name == "renamed"
    queued = [queue.enqueue(tiny, root, name, ()) for name in ("a", "b")]
    queue.set_jobs(root, 3)
    fleet.look()
    assert fleet.line == tuple(item.id for item in queued)
    assert fleet.jobs == 3
    assert {fleet.runs[item.id].state for item in queued} == {State.QUEUED}
    for file in sorted(run.path.rglob("*")):
        file.unlink()
    run.path.rmdir()
    assert fleet.look() == {run.id}
    assert run.id not in fleet.runs


def test_a_fleet_of_chosen_runs_shows_no_other(root: Path, tiny: RunConfig) -> None:
    """For `watch`: read-only, and only those."""
    one, _ = record(root, tiny, finished(tiny)), record(root, tiny, finished(tiny))
    fleet = Fleet(root, only=frozenset([one.id]), read_only=True)
    assert fleet.look() == {one.id}


def test_an_unreadable_log_does_not_end_the_others(
    root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing for now."""
    living = Living(record(root, tiny, [started(tiny)], claim="starting"))
    fleet = Fleet(root)
    fleet.look()
    known = fleet.runs[living.run.id]
    assert known.followed is not None

    def fail() -> list[Event]:
        raise RunError("events.jsonl", "cannot be read.")

    monkeypatch.setattr(known.followed.reader, "from_file", fail)
    assert fleet.poll() == set()
    living.die()


def test_a_folder_that_is_not_there_has_no_runs_yet(root: Path) -> None:
    """The first launch of all."""
    fleet = Fleet(root)
    assert fleet.look() == set()
    assert fleet.runs == {}
    assert (fleet.line, fleet.jobs) == ((), 1)
