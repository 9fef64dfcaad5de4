"""From a configuration to a background process and an async stream of its events. Knows not what is computed.

Launching, attaching and attaching again are one path: `follow` reads a run's events, with the pipe of a worker that
was launched here, without it for any other.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from vitdash import catalog, data, presets
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError
from vitdash.opening import open_to_append
from vitdash.run import control, lock, machine, provenance, pulse, state, store
from vitdash.run.events import News, RunFailed, RunFinished, Stopped, Tick
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.text import plain

POLL_SECONDS = 0.1
"""How often a reader without news looks at the file: an idle look costs microseconds."""
SILENCE_SECONDS = 1.0
"""After this long without an event on the pipe the file is read all the same."""

KEEP_FREED_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}
"""Tells glibc not to return each step's activations to the system only to ask for them again: page faults
in every step of a convolutional network. Elsewhere nobody reads it; what the user has set goes before it."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process that was launched here, and the read end of its pipe where it was given one."""

    run: Run
    process: subprocess.Popen[bytes]
    pipe: int | None


def create(config: RunConfig, root: Path, name: str, command: tuple[str, ...], *, claim: str = "starting") -> Run:
    """Create the directory of a new run, its configuration resolved as far as it can be without torch.

    It claims to be `starting`, for whoever starts its worker next, or `queued`.

    Raises:
        InputError: the name or `root` cannot be used.
    """
    resolved: dict[str, str | int] = {}
    if not config.compute.threads:
        resolved["threads"] = machine.cores()
    resolved["data_dir"] = str(data.directory(config.data.data_dir))
    text = presets.dump(config.replace(resolved))
    return store.create(root, name, text, command, claim=claim, plugins=provenance.of(config))


def start(run: Run) -> Worker:
    """Start the worker of a run that was just created."""
    return _spawn(run, resume=False)


def resume(run: Run, *, elsewhere: bool = False) -> Worker:
    """Start a worker that goes on from a run's last checkpoint; `elsewhere` takes it over from another machine.

    Raises:
        InputError: the run is not one that can go on, or needs a plug-in that is not here.
        RunError: its directory cannot be written, or no process be started.
    """
    if state.derive(run).resumable or elsewhere:
        store.require_plugins(run)
    claim_again(run, "starting", elsewhere=elsewhere)
    return _spawn(run, resume=True)


def begin(run: Run, *, pipe: bool) -> Worker:
    """Start the worker of a queued run, from its last checkpoint if it has been computed before.

    Raises:
        InputError: somebody else has started it.
        RunError: its directory cannot be written, or no process be started.
    """
    before = run.events.exists()
    claim_again(run, "starting")
    return _spawn(run, resume=before, pipe=pipe)


def confirm(worker: Worker) -> None:
    """Return once the worker has taken its run's lock, from where on it needs nobody.

    Raises:
        RunError: it ended before.
    """
    while not lock.is_held(worker.run.lock):
        if worker.process.poll() is not None and state.derive(worker.run) in (State.STARTING, State.LOST):
            last = worker.run.log_tail(2).replace("\n", " / ")
            raise RunError(worker.run.id, "its worker ended at once" + (f": {last}" if last else "."))
        if worker.process.poll() is not None:
            return
        time.sleep(POLL_SECONDS / 10)


def detach(worker: Worker) -> None:
    """Leave a worker to itself once it is sure to have begun; nobody here will read its pipe.

    Raises:
        RunError: it ended before.
    """
    if worker.pipe is not None:
        os.close(worker.pipe)
    leave(worker)
    confirm(worker)


def leave(worker: Worker) -> None:
    """Let a worker end whenever it does, without anybody who asks."""
    # Whoever launched a process has to wait for it, or it stays in the system's table as long as we live.
    threading.Thread(target=worker.process.wait, name=worker.run.id, daemon=True).start()


async def follow(run: Run, worker: Worker | None = None) -> AsyncGenerator[News, None]:
    """Yield every event of a run once and in order, from its first, until the run has ended and all is read.

    With a `worker` launched here, its pipe brings events as they happen, and ticks between them.
    """
    reader = EventReader(run.events, worker.pipe if worker else None)
    try:
        news = reader.from_file()
        heard = time.monotonic()
        while True:
            for item in news:
                yield item
            if any(not isinstance(item, Tick) for item in news):
                heard = time.monotonic()
            if _over(run, news, worker):
                for item in reader.from_file():
                    yield item
                return
            await _wait(reader.pipe, POLL_SECONDS)
            news = reader.from_pipe()
            if time.monotonic() - heard > SILENCE_SECONDS:
                news += reader.from_file()
                heard = time.monotonic()
    finally:
        reader.close()


def claim_again(run: Run, word: str, *, elsewhere: bool = False) -> None:
    """Claim `word` for a run without a worker, to be begun or gone on with.

    One that has ended belongs to nobody, wherever it was computed; `elsewhere` says that another machine's has, too.

    Raises:
        InputError: the run is not one that can go on.
        RunError: its directory cannot be written.
    """
    try:
        held = lock.acquire(run.lock)
        if held is None:
            raise InputError(run.id, "is running already.", f"Watch it: vitdash tail -f {run.id}")
        # Claimed under the lock, so that of two that resume at once neither overwrites a living worker's claim.
        try:
            current = state.without_worker(claim := run.read_claim())
            if current is State.FINISHED:
                hint = f"Extend it with: vitdash resume {run.id} --max-inputs IMAGES"
                raise InputError(run.id, "is finished; there is nothing to go on with.", hint)
            if current is State.ELSEWHERE and not elsewhere:
                hint = "If its worker there is gone for good, take it over: resume it with --force."
                raise InputError(run.id, f"belongs to the machine '{claim.host}'; resume it there.", hint)
            run.write_claim(dataclasses.replace(claim, claim=word, ended=0.0))
        finally:
            held.release()
    except OSError as error:
        raise RunError(plain(run.path), f"cannot be written: {plain(error.strerror)}.") from None


def _over(run: Run, news: list[News], worker: Worker | None) -> bool:
    """Return whether nothing more will come; asked when it may be so: after silence, or an event that ends a run."""
    if worker is not None and worker.process.poll() is None:
        return False
    if news and not isinstance(news[-1], (RunFinished, RunFailed, Stopped)):
        return False
    return not state.derive(run).active


async def _wait(pipe: int | None, seconds: float) -> None:
    """Return when the pipe has something to read, at the latest after `seconds`."""
    if pipe is None:
        await asyncio.sleep(seconds)
        return
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    # Watched only while we wait: the loop would spin for as long as a slow consumer leaves the pipe unread.
    loop.add_reader(pipe, arrived.set)
    try:
        await asyncio.wait_for(arrived.wait(), seconds)
    except TimeoutError:
        return
    finally:
        loop.remove_reader(pipe)


def _spawn(run: Run, *, resume: bool, pipe: bool = True) -> Worker:
    after = control.read(run.control).number
    read_end, write_end = os.pipe() if pipe else (None, None)
    command = [sys.executable, "-P", "-m", "vitdash.engine.worker", str(run.path), "--after", str(after)]
    command += [] if write_end is None else ["--pipe", str(write_end)]
    command += ["--resume"] if resume else []
    # Nothing that lies in the run's directory says what is imported: only whoever launches it does.
    command += [word for file in catalog.plugin_files() for word in ("--plugin", str(file))]
    try:
        with os.fdopen(open_to_append(run.log), "ab") as log:
            # A session of its own, no terminal, output to a file: closing the terminal cannot reach it.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=KEEP_FREED_MEMORY | dict(os.environ),
                pass_fds=() if write_end is None else (write_end,),
            )
    except OSError as error:
        if read_end is not None:
            os.close(read_end)
        raise RunError(run.id, f"its worker could not be started: {plain(error.strerror)}.") from None
    finally:
        if write_end is not None:
            os.close(write_end)
    pulse.announce(run.lock, process.pid)
    return Worker(run, process, read_end)
