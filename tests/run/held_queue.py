"""A queue that somebody else holds, as far as anybody can tell: what is put into it waits, and never begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vitdash.run import lock, queue
from vitdash.run.state import State
from vitdash.run.states import States
from vitdash.run.store import Run


@contextmanager
def held_queue(root: Path) -> Iterator[None]:
    """Hold the queue of a folder; at the end nothing waits there any more, for a late standby would begin it."""
    root.mkdir(exist_ok=True)
    held = [lock.acquire(root / name) for name in ("queue.lock", "queue.standby.lock")]
    assert all(held)
    try:
        yield
    finally:
        for run_id, found in States(root).look().items():
            if found is State.QUEUED:
                queue.leave(Run(root.resolve() / run_id))
        for item in held:
            if item is not None:
                item.release()
