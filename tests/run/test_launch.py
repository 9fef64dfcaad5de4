"""A follower sees each event of a run exactly once and leaves when there is no more, whatever becomes of the worker."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.run.bare_runs import bare_run, rewrite
from tests.run.happenings import recorded
from tests.run.rights import nobody, open_to_all
from tests.run.waiting import PATIENCE_SECONDS, until
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError
from vitdash.run import launch, lock, machine, state, store
from vitdash.run.events import News, Phase, RunFinished, Stopped, Tick
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run

SCRIPT = Path(__file__).with_name("fake_worker.py")
PROJECT = SCRIPT.parents[2]


class Fakes:
    """Launches fake workers, and ends those that are left at the end of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.processes: list[subprocess.Popen[bytes]] = []

    def launch(self, *steps: str, run: Run | None = None) -> Worker:
        """Start a worker as `launch` does, with the read end of its pipe."""
        read_end, write_end = os.pipe()
        run = run or bare_run(self.root, claim="starting")
        process = self._start(run, str(write_end), steps, (write_end,))
        os.close(write_end)
        return Worker(run, process, read_end)

    def launch_elsewhere(self, *steps: str, run: Run | None = None) -> Worker:
        """Start a worker that someone else launched: there is no pipe to us."""
        run = run or bare_run(self.root, claim="starting")
        return Worker(run, self._start(run, "-", steps, ()), -1)

    def _start(self, run: Run, pipe: str, steps: tuple[str, ...], handed: tuple[int, ...]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", str(SCRIPT), str(run.path), pipe, *steps],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            pass_fds=handed,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        self.processes.append(process)
        return process

    def end(self) -> None:
        """End every worker with its children."""
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                assert process.poll() is not None
            process.communicate()


@pytest.fixture
def fakes(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fakes]:
    """Return what launches fake workers, which may come late on a busy machine."""
    monkeypatch.setattr(state, "STARTING_GRACE_SECONDS", PATIENCE_SECONDS)
    fakes = Fakes(root)
    yield fakes
    fakes.end()


def tell(worker: Worker) -> None:
    """Let a worker that hears go on."""
    assert worker.process.stdin
    worker.process.stdin.write(b"\n")
    worker.process.stdin.flush()


def wait_for_word(worker: Worker) -> str:
    """Return the next word that a worker says."""
    assert worker.process.stdout
    return worker.process.stdout.readline().decode().strip()


def follow(run: Run, worker: Worker | None = None, on: Callable[[News], None] = lambda _: None) -> list[News]:
    """Return all that a follower hears until the stream ends by itself, calling `on` for each piece of news."""

    async def collect() -> list[News]:
        heard = []
        async with aclosing(launch.follow(run, worker)) as stream:
            async for item in stream:
                heard.append(item)
                on(item)
        return heard

    return asyncio.run(asyncio.wait_for(collect(), PATIENCE_SECONDS))


def assert_complete(news: list[News], run: Run, expected: int) -> None:
    """Check that each of the expected events was heard once and in order, and that the log has no others."""
    assert [event.seq for event in recorded(news)] == list(range(1, expected + 1))
    assert recorded(news) == EventReader(run.events).from_file()


def pipe_of(worker: Worker) -> int:
    """Return the read end of a worker that was given a pipe."""
    assert worker.pipe is not None
    return worker.pipe


def is_open(handle: int) -> bool:
    """Return whether a file descriptor is one."""
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


STEPS = ("claim:running", "events:300", "oversize", "ticks:20", "events:300", "oversize", "end:finished")
ALL = 603


def test_a_launched_worker_is_followed_to_its_end(fakes: Fakes) -> None:
    """Each event once, large ones too; ticks between them; and then the pipe is closed."""
    worker = fakes.launch(*STEPS)
    news = follow(worker.run, worker)
    assert_complete(news, worker.run, ALL)
    assert isinstance(recorded(news)[-1], RunFinished)
    assert not is_open(pipe_of(worker))


def test_ticks_come_as_they_happen(fakes: Fakes) -> None:
    """They are what makes a screen lively while no event comes."""
    worker = fakes.launch("claim:running", "tick-until-told", "end:finished")
    ticks = 0

    def count(item: News) -> None:
        nonlocal ticks
        ticks += isinstance(item, Tick)
        if ticks == 3:
            tell(worker)

    assert_complete(follow(worker.run, worker, count), worker.run, 1)
    assert ticks >= 3


def test_a_run_that_someone_else_launched_is_followed_to_its_end(fakes: Fakes) -> None:
    """The same stream without a pipe, and without ticks."""
    run = fakes.launch_elsewhere(*STEPS).run
    news = follow(run)
    assert_complete(news, run, ALL)
    assert not any(isinstance(item, Tick) for item in news)


def test_several_may_follow_at_once(fakes: Fakes) -> None:
    """The launcher by pipe and two others by file: all see the same."""
    worker = fakes.launch(*STEPS)

    async def collect(worker: Worker | None, run: Run) -> list[News]:
        return [item async for item in launch.follow(run, worker)]

    async def gather() -> list[list[News]]:
        return await asyncio.gather(*(collect(by_pipe, worker.run) for by_pipe in (worker, None, None)))

    for news in asyncio.run(asyncio.wait_for(gather(), PATIENCE_SECONDS)):
        assert_complete(news, worker.run, ALL)


@pytest.mark.parametrize("ending", ["finished", "stopped", "failed"])
def test_a_worker_that_ended_before_anyone_looked_is_told_in_full(fakes: Fakes, ending: str) -> None:
    """Whether its pipe is at hand or not."""
    worker = fakes.launch("claim:running", "events:50", f"end:{ending}")
    assert worker.process.wait(PATIENCE_SECONDS) == 0
    assert_complete(follow(worker.run), worker.run, 51)
    assert_complete(follow(worker.run, worker), worker.run, 51)


def test_a_worker_that_is_killed_is_told_up_to_there(fakes: Fakes) -> None:
    """Kill -9 in the middle of its work: what it had recorded arrives, and the stream ends."""
    worker = fakes.launch("claim:running", "events:100", "oversize", "hear")
    news = follow(worker.run, worker, lambda item: worker.process.kill() if last_of(item, 100) else None)
    assert_complete(news, worker.run, 101)
    assert state.derive(worker.run) is State.LOST


def test_someone_elses_worker_that_is_killed_is_told_up_to_there(fakes: Fakes) -> None:
    """The lock tells; there is no process to ask."""
    worker = fakes.launch_elsewhere("claim:running", "events:100", "oversize", "hear")
    news = follow(worker.run, None, lambda item: worker.process.kill() if last_of(item, 100) else None)
    assert_complete(news, worker.run, 101)


def last_of(item: News, seq: int) -> bool:
    """Return whether this is the event of that number."""
    return not isinstance(item, Tick) and item.seq == seq


def test_a_child_that_keeps_the_pipe_does_not_keep_the_stream(fakes: Fakes) -> None:
    """The worker is killed, but its pipe has no end: something that it started still has it."""
    worker = fakes.launch("claim:running", "events:10", "child", "say:ready", "hear")
    assert wait_for_word(worker) == "ready"
    news = follow(worker.run, worker, lambda item: worker.process.kill() if last_of(item, 10) else None)
    assert_complete(news, worker.run, 10)


def test_a_follower_that_was_stopped_for_a_while_misses_nothing(fakes: Fakes) -> None:
    """As with Ctrl-Z: the worker does not wait, the pipe overflows, and all is told afterwards."""
    worker = fakes.launch("claim:running", "events:2", "hear", "events:3000", "say:done", "hear", "end:finished")

    def stop_for_a_while(item: News) -> None:
        if last_of(item, 2):
            tell(worker)
            assert wait_for_word(worker) == "done"
            tell(worker)

    assert_complete(follow(worker.run, worker, stop_for_a_while), worker.run, 3003)


def test_a_slow_consumer_does_not_make_the_loop_spin(fakes: Fakes) -> None:
    """While it is busy with one event the pipe is not watched: an unread one would wake the loop without end."""
    worker = fakes.launch("claim:running", "events:500", "say:done", "end:finished")

    async def consume() -> list[News]:
        heard = []
        async with aclosing(launch.follow(worker.run, worker)) as stream:
            async for item in stream:
                heard.append(item)
                if is_open(pipe_of(worker)):
                    assert not asyncio.get_running_loop().remove_reader(pipe_of(worker))
        return heard

    assert_complete(asyncio.run(asyncio.wait_for(consume(), PATIENCE_SECONDS)), worker.run, 501)


def test_ticks_do_not_hide_that_an_event_is_missing(fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that was too long for the pipe is read from the file while ticks go on, not with the next event."""
    monkeypatch.setattr(launch, "SILENCE_SECONDS", 0.2)
    worker = fakes.launch("claim:running", "events:1", "hear", "oversize", "tick-until-told", "end:finished")

    def go_on(item: News) -> None:
        if last_of(item, 1) or isinstance(item, Phase):
            tell(worker)

    assert_complete(follow(worker.run, worker, go_on), worker.run, 3)


def test_a_resumed_run_is_followed_beyond_its_earlier_endings(fakes: Fakes) -> None:
    """The log that is read first ends with `Stopped`: that is no end while a worker lives."""
    run = fakes.launch("claim:running", "events:20", "end:stopped").run
    fakes.processes[0].wait(PATIENCE_SECONDS)
    rewrite(run, claim="starting", claimed_uptime=machine.uptime())
    worker = fakes.launch("claim:running", "hear", "events:20", "end:finished", run=run)

    def go_on(item: News) -> None:
        if isinstance(item, Stopped):
            tell(worker)

    news = follow(run, worker, go_on)
    assert_complete(news, run, 42)


def test_a_run_that_is_being_resumed_is_followed_by_others_too(fakes: Fakes) -> None:
    """Attached between the claim of its next life and that worker's lock: the follower waits for it."""
    run = fakes.launch("claim:running", "events:20", "end:stopped").run
    fakes.processes[0].wait(PATIENCE_SECONDS)
    rewrite(run, claim="starting", claimed_uptime=machine.uptime())

    def resume(item: News) -> None:
        if isinstance(item, Stopped):
            fakes.launch_elsewhere("claim:running", "events:20", "end:finished", run=run)

    assert_complete(follow(run, None, resume), run, 42)


def test_a_run_that_another_dashboard_resumes_goes_on_in_this_stream(fakes: Fakes) -> None:
    """Our worker was killed, and before we saw it someone else's has the run: the events go on, without a pipe."""
    worker = fakes.launch("claim:running", "events:20", "hear")

    def resume(item: News) -> None:
        if last_of(item, 20):
            worker.process.kill()
            worker.process.wait(PATIENCE_SECONDS)
            rewrite(worker.run, claim="starting", claimed_uptime=machine.uptime())
            fakes.launch_elsewhere("claim:running", "events:20", "end:finished", run=worker.run)

    assert_complete(follow(worker.run, worker, resume), worker.run, 41)


def test_a_worker_that_never_comes_ends_the_stream(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended before it took the lock: after the grace its run is lost, and there is nothing to tell."""
    monkeypatch.setattr(state, "STARTING_GRACE_SECONDS", 0.3)
    read_end, write_end = os.pipe()
    worker = Worker(bare_run(root, claim="starting"), subprocess.Popen([sys.executable, "-c", ""]), read_end)
    os.close(write_end)
    assert follow(worker.run, worker) == []
    assert state.derive(worker.run) is State.LOST


@pytest.mark.parametrize("claim", ["finished", "stopped", "failed", "queued", "running"])
def test_a_run_without_a_worker_or_a_log_has_no_stream(root: Path, claim: str) -> None:
    """Nothing came and nothing will."""
    assert follow(bare_run(root, claim=claim)) == []


def test_a_follower_that_leaves_disturbs_nothing(fakes: Fakes) -> None:
    """The dashboard closes the stream: the pipe is closed, the worker goes on to its end."""
    worker = fakes.launch("claim:running", "events:5", "hear", "events:500", "end:finished")

    async def leave_early() -> None:
        stream = launch.follow(worker.run, worker)
        async with aclosing(stream):
            assert await anext(stream)

    asyncio.run(asyncio.wait_for(leave_early(), PATIENCE_SECONDS))
    assert not is_open(pipe_of(worker))
    tell(worker)
    assert worker.process.wait(PATIENCE_SECONDS) == 0
    assert_complete(follow(worker.run), worker.run, 506)


def test_a_follower_that_is_cancelled_leaves_no_pipe(fakes: Fakes) -> None:
    """Also while it waits for news."""
    worker = fakes.launch("claim:running", "hear")

    async def cancel() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(launch.follow(worker.run, worker)), 0.3)

    asyncio.run(cancel())
    assert not is_open(pipe_of(worker))


def test_a_claim_that_breaks_meanwhile_is_expected_trouble(fakes: Fakes) -> None:
    """One sentence instead of a traceback or an endless stream, and no pipe is left."""
    worker = fakes.launch("claim:running", "events:5")
    assert worker.process.wait(PATIENCE_SECONDS) == 0
    (worker.run.path / "run.json").write_text("{")
    with pytest.raises(RunError, match="cannot be understood"):
        follow(worker.run, worker)
    assert not is_open(pipe_of(worker))


def test_confirming_returns_with_the_lock(fakes: Fakes) -> None:
    """From there on the launcher may leave."""
    worker = fakes.launch_elsewhere("claim:running", "hear")
    launch.confirm(worker)
    assert lock.is_held(worker.run.lock)


def test_confirming_a_worker_that_ended_already(fakes: Fakes) -> None:
    """Fine if it did what it was to do; with its last words if it did not."""
    done = fakes.launch_elsewhere("claim:running", "end:finished")
    done.process.wait(PATIENCE_SECONDS)
    launch.confirm(done)
    broken = fakes.launch_elsewhere("unknown step", run=bare_run(fakes.root, claim="starting"))
    broken.process.wait(PATIENCE_SECONDS)
    with pytest.raises(RunError, match=r"its worker ended at once\.$"):
        launch.confirm(broken)
    broken.run.log.write_text("Traceback\nImportError: \x1b[2Jno torch\n")
    with pytest.raises(RunError, match=r"its worker ended at once: Traceback / ImportError:  \[2Jno torch$"):
        launch.confirm(broken)


def test_a_run_is_created_as_it_will_be_computed(
    root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the machine decides is decided once and written down; a resume on another day computes the same."""
    monkeypatch.setattr(machine, "cores", lambda: 7)
    run = launch.create(tiny, root, "a-run", ("vitdash", "train"))
    config = store.read_config(run)
    assert config.compute.threads == 7
    assert Path(config.data.data_dir).is_absolute()
    assert state.derive(run) is State.STARTING
    given = tiny.replace({"threads": 3, "data_dir": str(tmp_path / "here")})
    config = store.read_config(launch.create(given, root, "a-run", ()))
    assert (config.compute.threads, config.data.data_dir) == (3, str(tmp_path / "here"))
    assert config.fingerprint() == tiny.fingerprint()


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Return the runs for which a worker would have been started; none is."""
    spawned: list[Run] = []
    monkeypatch.setattr(launch, "_spawn", lambda run, **_: spawned.append(run))
    return spawned


@pytest.mark.parametrize("claim", ["stopped", "failed", "running", "paused", "queued"])
def test_a_run_without_a_worker_can_go_on(root: Path, spawned: list[Run], claim: str) -> None:
    """It is claimed before its worker is started, so that it counts as starting at once, and free for the worker."""
    run = bare_run(root, claim=claim, ended=5.0, claimed_uptime=0.0)
    launch.resume(run)
    assert spawned == [run]
    assert state.derive(run) is State.STARTING
    assert run.read_claim().ended == 0
    assert not lock.is_held(run.lock)


@pytest.mark.parametrize(
    ("claim", "host", "reason"),
    [
        ("finished", "", r"is finished; there is nothing to go on with\."),
        ("running", "another-machine", r"belongs to the machine 'another-machine'; resume it there\."),
        ("paused", "evil\x1b[2J", r"belongs to the machine 'evil \[2J'; resume it there\."),
    ],
)
def test_a_run_that_cannot_go_on_stays_as_it_is(
    root: Path, spawned: list[Run], claim: str, host: str, reason: str
) -> None:
    """It is said why, and the lock is free again."""
    run = bare_run(root, claim=claim, host=host or machine.host(), boot_id="another" if host else machine.boot_id())
    before = (run.path / "run.json").read_bytes()
    with pytest.raises(InputError, match=reason):
        launch.resume(run)
    assert not spawned
    assert (run.path / "run.json").read_bytes() == before
    assert not lock.is_held(run.lock)


def test_an_ended_run_goes_on_on_any_machine_and_a_living_one_on_another_s_word(root: Path, spawned: list[Run]) -> None:
    """Who has ended holds nothing; whether another machine's worker lives nobody here can tell."""
    for claim in ("stopped", "failed"):
        launch.resume(bare_run(root, claim=claim, host="another", boot_id="another"))
    left_behind = bare_run(root, claim="running", host="another", boot_id="another")
    assert state.derive(left_behind) is State.ELSEWHERE
    with pytest.raises(InputError, match=r"take it over: resume it with --force\."):
        launch.resume(left_behind)
    assert len(spawned) == 2
    launch.resume(left_behind, elsewhere=True)
    assert spawned[2:] == [left_behind]
    assert left_behind.read_claim().host == machine.host()


def test_a_run_that_has_a_worker_is_not_resumed(root: Path, spawned: list[Run]) -> None:
    """Whatever it claims."""
    run = bare_run(root, claim="stopped")
    held = lock.acquire(run.lock)
    assert held
    with pytest.raises(InputError, match="is running already"):
        launch.resume(run)
    held.release()
    assert not spawned


def test_someone_elses_run_is_not_resumed(spawned: list[Run]) -> None:
    """Its directory, its lock or its claim cannot be written: one sentence."""
    with open_to_all() as root:
        run = bare_run(root, claim="stopped")
        with nobody(), pytest.raises(RunError, match=r"cannot be written: Permission denied\.$"):
            launch.resume(run)
        run.lock.touch()
        run.lock.chmod(0o666)
        run.path.chmod(0o555)
        with nobody(), pytest.raises(RunError, match=r"cannot be written: Permission denied\.$"):
            launch.resume(run)
    assert not spawned


def test_a_worker_that_cannot_be_started_is_one_sentence(
    root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpreter is gone, say; no pipe is left open."""
    run = store.create(root, "a-run", presets.dump(tiny), ())
    monkeypatch.setattr("vitdash.run.launch.sys.executable", "/nowhere/python")
    before = len(list(Path("/dev/fd").iterdir()))
    with pytest.raises(RunError, match=r"its worker could not be started: No such file or directory\.$"):
        launch.start(run)
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_the_fake_worker_is_no_torch_worker(fakes: Fakes) -> None:
    """It holds the lock while it lives, as a real one does: what these tests show rests on it."""
    worker = fakes.launch("claim:running", "say:ready", "hear")
    assert wait_for_word(worker) == "ready"
    assert state.derive(worker.run) is State.RUNNING
    worker.process.kill()
    until(lambda: state.derive(worker.run) is State.LOST, "the lock is free")
    os.close(pipe_of(worker))
