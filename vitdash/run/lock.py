"""The lock by which a run's worker shows that it lives. Must not know what the lock protects."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

RETRY_SECONDS = 0.02


class Lock:
    """An exclusive `flock`, held while this object and its process live; a child started by exec does not have it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def release(self) -> None:
        """Let the lock go."""
        os.close(self._handle)


def acquire(path: Path, patience_seconds: float = 1.0) -> Lock | None:
    """Take the lock at `path`, or return None when someone keeps it for longer than `patience_seconds`.

    Patience is needed because a reader that probes the lock holds it, shared, for an instant.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                return None
            time.sleep(RETRY_SECONDS)
        else:
            return Lock(handle)


def is_held(path: Path) -> bool:
    """Return whether someone holds the lock exclusively.

    The probe is shared: two readers that probed exclusively would see each other and take a dead run for alive.
    """
    try:
        # Not waiting: a named pipe in the lock's place would keep whoever asks.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)
