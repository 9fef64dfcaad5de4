"""Where the computation may be interrupted, and how long library calls are waited for without blocking that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from enum import Enum, auto
from typing import TypeVar

Result = TypeVar("Result")

WAIT_SECONDS = 0.1


class Moment(Enum):
    """A point at which whoever drives the computation may pause it, save a checkpoint or leave it for good."""

    BATCH_DONE = auto()
    """Between two batches: the state is that of the position, and its evaluation is still to come."""
    BUSY = auto()
    """Within something long that changes no state: loading, evaluating, probing."""


def in_background(work: Callable[[], Result]) -> Generator[Moment, None, Result]:
    """Run `work` in a thread and yield `BUSY` until it is done; then return its result or raise its error.

    The thread is a daemon: an abandoned library call must not keep a stopped worker alive.
    """
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # raised again below, in the thread that waits
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(WAIT_SECONDS)
        yield Moment.BUSY
    if failure:
        raise failure[0]
    return outcome[0]
