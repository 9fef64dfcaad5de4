"""Where the computation may be interrupted, and how long library calls are waited for without blocking that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from enum import Enum, auto
from typing import Generic, TypeVar

Result = TypeVar("Result")

WAIT_SECONDS = 0.1


class Moment(Enum):
    """A point at which whoever drives the computation may pause it, save a checkpoint or leave it for good."""

    BATCH_DONE = auto()
    """Between two batches: the state is that of the position, and its evaluation is still to come."""
    BUSY = auto()
    """Within something long that changes no state: loading, evaluating, probing."""


class Background(Generic[Result]):
    """Work that was begun in a thread of its own.

    The thread is a daemon: an abandoned library call must not keep a stopped worker alive.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._outcome: list[Result] = []
        self._failure: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to wait for."""
        return not self._thread.is_alive()

    def wait(self) -> Iterator[Moment]:
        """Yield `BUSY` until it is done."""
        while not self.done:
            self._thread.join(WAIT_SECONDS)
            yield Moment.BUSY

    @property
    def result(self) -> Result:
        """Its result, or its error raised, once it is done."""
        if self._failure:
            raise self._failure[0]
        return self._outcome[0]

    def _run(self) -> None:
        try:
            self._outcome.append(self._work())
        except BaseException as error:  # raised again by `result`, in the thread that asks
            self._failure.append(error)


def in_background(work: Callable[[], Result]) -> Generator[Moment, None, Result]:
    """Run `work` in a thread and yield `BUSY` until it is done; then return its result or raise its error."""
    begun = Background(work)
    yield from begun.wait()
    return begun.result
