"""Ctrl-C and SIGTERM while a run is launched and watched: none is lost between two who listen. Knows no runs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
