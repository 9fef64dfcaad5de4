"""Ctrl-C and SIGTERM while we wait for something: none is lost, none ends what is not ready to end. Knows no runs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held() -> Iterator[None]:
    """Hold interruptions back until `listen`, or to the end: a worker just launched must hear of them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def listen(act: Callable[[], None]) -> None:
    """Call `act` in the running event loop at each interruption, those held back included."""
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, act)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


@contextmanager
def noted() -> Iterator[Callable[[], bool]]:
    """Let interruptions end nothing, and yield what says whether there was one: for code that asks now and then."""
    came = False

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - any will do
        nonlocal came
        came = True

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield lambda: came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
