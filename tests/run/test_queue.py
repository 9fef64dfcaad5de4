"""The queue: an order and a number of jobs, kept by whoever holds it, lost with nobody."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.run.bare_runs import bare_run, rewrite
from tests.run.held_queue import held_queue
from tests.run.rights import nobody, open_to_all
from tests.run.waiting import until
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError
from vitdash.run import control, launch, lock, queue, state, store
from vitdash.run.control import Word
from vitdash.run.launch import Worker
from vitdash.run.lock import Lock
from vitdash.run.queue import Line, Scheduler
from vitdash.run.state import State
from vitdash.run.states import States
from vitdash.run.store import Claim, Run


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let `launch.begin` take a run's lock and claim that it runs, instead of starting a process; return the ids."""
    ids: list[str] = []
    held: list[Lock] = []

    def begin(run: Run, *, pipe: bool) -> Worker:
        launch.claim_again(run, "starting")
        taken = lock.acquire(run.lock)
        assert taken is not None
        held.append(taken)
        rewrite(run, claim="running")
        ids.append(run.id)
        with subprocess.Popen(["true"]) as ended:
            return Worker(run, ended, None)

    monkeypatch.setattr(launch, "begin", begin)
    monkeypatch.setattr(queue, "ensure_standby", lambda _: None)
    yield ids
    for item in held:
        item.release()


def order(root: Path) -> list[str]:
    return [run.id for run in queue.waiting(root, States(root).look())]


def test_runs_start_in_the_order_they_came_one_at_a_time(root: Path, tiny: RunConfig, begun: list[str]) -> None:
    """A queued run has no worker and says so; the next starts when there is room, no sooner."""
    runs = [queue.enqueue(tiny, root, name, ("train",)) for name in ("a", "b", "c")]
    assert [state.derive(run) for run in runs] == [State.QUEUED] * 3
    scheduler = Scheduler(root)
    assert scheduler.hold()
    assert [worker.run.id for worker in scheduler.step(pipes=False)] == [runs[0].id]
    assert scheduler.step(pipes=False) == []
    assert order(root) == [runs[1].id, runs[2].id]
    rewrite(runs[0], claim="finished")
    scheduler.step(pipes=False)
    assert begun == [runs[0].id, runs[1].id]


def test_more_jobs_start_more_and_a_paused_run_frees_its_place(root: Path, tiny: RunConfig, begun: list[str]) -> None:
    """What counts is what computes."""
    runs = [queue.enqueue(tiny, root, name, ("train",)) for name in ("a", "b", "c")]
    scheduler = Scheduler(root)
    assert queue.set_jobs(root, 2) == 2
    assert len(scheduler.step(pipes=False)) == 2
    rewrite(runs[0], claim="paused")
    assert [worker.run.id for worker in scheduler.step(pipes=False)] == [runs[2].id]


def test_what_is_resumed_comes_first(root: Path, tiny: RunConfig, begun: list[str]) -> None:
    """A stopped run is begun again, a paused one is told to go on, each when there is room; both before what is new."""
    new = queue.enqueue(tiny, root, "new", ("train",))
    stopped = bare_run(root, [], claim="stopped")
    queue.resume(stopped)
    assert order(root) == [stopped.id, new.id]
    paused = bare_run(root, [], claim="paused")
    held = lock.acquire(paused.lock)
    assert held is not None
    queue.resume(paused)
    assert order(root) == [paused.id, stopped.id, new.id]
    scheduler = Scheduler(root)
    assert scheduler.step(pipes=False) == []
    assert control.read(paused.control).word is Word.RUN
    assert order(root) == [stopped.id, new.id]
    rewrite(paused, claim="running")
    assert scheduler.step(pipes=False) == []
    held.release()
    assert [worker.run.id for worker in scheduler.step(pipes=False)] == [stopped.id]


def test_the_order_can_be_changed_and_a_run_can_leave(root: Path, tiny: RunConfig, begun: list[str]) -> None:
    """Up, down, no further than the ends; a run that leaves before it began is stopped."""
    a, b, c = (queue.enqueue(tiny, root, name, ("train",)) for name in ("a", "b", "c"))
    queue.move(c, -1)
    assert order(root) == [a.id, c.id, b.id]
    queue.move(c, -5)
    queue.move(a, 9)
    assert order(root) == [c.id, b.id, a.id]
    queue.leave(b)
    assert order(root) == [c.id, a.id]
    assert state.derive(b) is State.STOPPED
    with pytest.raises(InputError, match=r"does not wait in the queue\.$"):
        queue.move(b, 1)
    with pytest.raises(InputError, match=r"0 at once is not allowed\. Allowed: 1 to 64\.$"):
        queue.set_jobs(root, 0)


def test_a_run_that_cannot_start_does_not_keep_the_others_waiting(
    root: Path, tiny: RunConfig, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is out of the line, and the next has its turn."""
    bad, good = (queue.enqueue(tiny, root, name, ("train",)) for name in ("bad", "good"))
    fake = launch.begin

    def refuse(run: Run, *, pipe: bool) -> Worker:
        if run.id == bad.id:
            rewrite(run, claim="starting", claimed_uptime=0.0)
            raise RunError(run.id, "its worker could not be started.")
        return fake(run, pipe=pipe)

    monkeypatch.setattr(launch, "begin", refuse)
    scheduler = Scheduler(root)
    scheduler.step(pipes=False)
    assert state.derive(bad) is State.LOST
    assert [worker.run.id for worker in scheduler.step(pipes=False)] == [good.id]


def test_only_one_holds_the_queue(root: Path) -> None:
    """Two dashboards never start the same run."""
    root.mkdir()
    first, second = Scheduler(root), Scheduler(root)
    assert first.hold()
    assert not second.hold()
    first.release()
    assert second.hold()


@pytest.mark.parametrize(
    "content", ["", "[]", '{"jobs": "many"}', '{"order": [1]}', '{"jobs": 1e400}', "\udcff", '{"jobs": true}']
)
def test_a_damaged_line_loses_the_order_and_no_run(content: str, root: Path, tiny: RunConfig, begun: list[str]) -> None:
    """That a run waits is written in the run itself."""
    runs = [queue.enqueue(tiny, root, name, ("train",)) for name in ("a", "b")]
    (root / "queue.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert order(root) == [run.id for run in runs]
    assert queue.read(root) == Line()


@given(jobs=st.integers(), ids=st.lists(st.text(max_size=8), max_size=5))
def test_any_line_is_read_within_bounds(tmp_path_factory: pytest.TempPathFactory, jobs: int, ids: list[str]) -> None:
    """No file makes a thousand workers start, or lists a run twice."""
    folder = tmp_path_factory.mktemp("line")
    (folder / "queue.json").write_text(json.dumps({"jobs": jobs, "order": ids}))
    line = queue.read(folder)
    assert 1 <= line.jobs <= queue.MOST_JOBS
    assert len(set(line.order)) == len(line.order)


def test_a_folder_that_cannot_be_written_is_named(tiny: RunConfig) -> None:
    """One sentence, not a traceback."""
    with open_to_all() as folder:
        run = bare_run(folder, [], claim="queued")
        folder.chmod(0o555)
        with nobody(), pytest.raises(RunError, match=r"queue\.json: cannot be written: "):
            queue.move(run, -1)


def test_states_are_looked_up_anew_only_where_a_claim_was_replaced(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand ended runs cost a standby next to nothing, and no change is missed."""
    runs = [bare_run(root, claim="finished") for _ in range(3)]
    states = States(root)
    assert set(states.look().values()) == {State.FINISHED}
    read: list[str] = []
    original = Run.read_claim

    def noted(run: Run) -> Claim:
        read.append(run.id)
        return original(run)

    monkeypatch.setattr(Run, "read_claim", noted)
    rewrite(runs[1], claim="stopped")
    read.clear()
    assert states.look()[runs[1].id] is State.STOPPED
    assert read == [runs[1].id]
    assert states.claim(runs[1].id).claim == "stopped"


def standbys(root: Path) -> bool:
    return lock.is_held(root / "queue.standby.lock")


def test_a_standby_takes_over_when_the_holder_is_killed_and_ends_with_the_queue(root: Path, tiny: RunConfig) -> None:
    """Real processes: a holder that is killed, a standby that starts what waits, and nothing left afterwards."""
    root.mkdir()
    code = "import sys, time; from pathlib import Path; from vitdash.run.queue import Scheduler\n"
    code += "assert Scheduler(Path(sys.argv[1])).hold(); print('holds', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holds\n"
        run = queue.enqueue(tiny, root, "waits", ("train",))
        until(lambda: standbys(root), "a standby stands by")
        assert state.derive(run) is State.QUEUED
        holder.kill()
    until(lambda: state.derive(run) is not State.QUEUED, "the standby has started the run")
    until(lambda: not standbys(root), "the standby has ended with the queue")
    until(lambda: run.read_claim().pid and lock.is_held(run.lock), "the worker lives on without it")
    os.kill(run.read_claim().pid, signal.SIGKILL)
    until(lambda: state.derive(run) is State.LOST, "the worker is gone")


def test_a_second_standby_leaves_at_once(root: Path, tiny: RunConfig) -> None:
    """Enqueuing a hundred runs leaves one standby."""
    store.create(root, "waits", "", (), claim="queued")
    with_lock = lock.acquire(root / "queue.standby.lock")
    assert with_lock is not None
    done = subprocess.run([sys.executable, "-m", "vitdash.run.standby", str(root)], check=False, timeout=30)
    assert done.returncode == 0
    assert len(order(root)) == 1
    assert dataclasses.asdict(queue.read(root)) == {"jobs": 1, "order": ()}


def test_whoever_schedules_survives_a_disk_where_nothing_can_be_written(
    root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither claim nor line can be replaced: nothing starts, nothing is lost, nothing breaks."""
    with held_queue(root):
        run = queue.enqueue(tiny, root, "waits", ())
        scheduler = queue.Scheduler(root)

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("vitdash.run.store.write_atomically", full)
            patched.setattr("vitdash.run.queue.write_atomically", full)
            assert scheduler.step(pipes=False) == []
        assert state.derive(run) is State.QUEUED
