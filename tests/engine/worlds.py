"""Real workers for tests: launched, watched and ended as a user's would be."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vitdash import catalog
from vitdash.config import RunConfig
from vitdash.engine import worker as workers
from vitdash.engine.orders import Orders
from vitdash.engine.room import Room
from vitdash.engine.standing import Standing
from vitdash.run import launch, state
from vitdash.run.events import Event, News
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader, EventWriter
from vitdash.run.pulse import Heart
from vitdash.run.state import State
from vitdash.run.store import Run

DEADLINE_SECONDS = 90.0


def begin(config: RunConfig, root: Path, name: str = "test") -> Worker:
    """Start a real worker on one thread, so that equal runs are equal whatever else the machine does."""
    threads = {"threads": config.compute.threads or 1}
    return launch.start(launch.create(config.replace(threads), root, name, ("test",)))


def live(run: Run, *, resuming: bool = False) -> list[Event]:
    """Live one life of a run to its end in this process, where a test can change what it meets; return all events.

    Raises: what ends a worker otherwise.
    """
    orders = Orders(run.control, 0)
    orders.heart = Heart(run.lock)
    room = Room(run.path, orders, orders.heart)
    standing, log = Standing(run, room), EventWriter(run.events)
    try:
        log.append(
            workers.compute(run, log, orders, standing, room, resuming=resuming, files=list(catalog.plugin_files()))
        )
        standing.claim("finished")
    finally:
        log.close()
    return recorded(run)


def follow(run: Run, worker: Worker | None = None, on: Callable[[News], None] = lambda _: None) -> list[News]:
    """Return all that a follower hears until the run ends, calling `on` for each piece of news."""

    async def collect() -> list[News]:
        heard = []
        async for item in launch.follow(run, worker):
            heard.append(item)
            on(item)
        return heard

    return asyncio.run(asyncio.wait_for(collect(), DEADLINE_SECONDS))


def finish(worker: Worker) -> list[Event]:
    """Wait until a worker has ended and return what it recorded."""
    follow(worker.run, worker)
    worker.process.wait(DEADLINE_SECONDS)
    return recorded(worker.run)


def settle(worker: Worker) -> int:
    """Wait for a worker whose news nobody reads any more, and return its exit code."""
    code = worker.process.wait(DEADLINE_SECONDS)
    assert worker.pipe is not None
    os.close(worker.pipe)
    return code


def recorded(run: Run) -> list[Event]:
    """Return the events in a run's log."""
    return [item for item in EventReader(run.events).from_file() if isinstance(item, Event)]


def stable(events: list[Event]) -> list[dict[str, Any]]:
    """Return what must be equal between equal runs: everything but times, rates and the run's own name."""
    ignored = ("time", "images_per_second", "seconds", "run_id", "results")
    return [
        {"type": type(event).__name__}
        | {field.name: getattr(event, field.name) for field in dataclasses.fields(event) if field.name not in ignored}
        for event in events
    ]


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return once `condition` holds; fail, saying `what` was waited for, when it takes too long."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        os.sched_yield()


def wait_for_state(run: Run, wanted: State) -> None:
    """Return once `run` is in the state `wanted`."""
    wait_until(lambda: state.derive(run) is wanted, f"{run.id} is {wanted}")
