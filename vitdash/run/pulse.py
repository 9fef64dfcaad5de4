"""Signs of life of a run's worker, and what it waits for. Must not know what it computes.

They stand in the lock's file, which is written over in place: that needs no room, so that a worker can say that its
disk is full, and costs a reader nothing but the file that it opens anyway. Times are those of `machine.uptime`.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from vitdash.run import machine, wire
from vitdash.text import plain

SIZE = 256
"""Bytes of the file: always as many, so that each sign replaces the last in one write."""
EVERY_SECONDS = 1.0
STALLED_SECONDS = 10.0
USUAL_TIMES = 5.0
"""A worker that has been silent for so many times as long as between its last two signs is stalled, too soon never."""
FIRST_SECONDS = 60.0
"""Its first batch may take longer: kernels are chosen, memory is taken."""
LONGEST_REASON = 100


@dataclass(frozen=True, slots=True)
class Pulse:
    """A worker's last sign of life: when, how long after the one before, and what it waits for; "" is nothing.

    Before its first one, `launched` is the number of the process that was started to be this worker; then it is 0.
    """

    uptime: float
    usual: float = 0.0
    waits: str = ""
    launched: int = 0

    def stalled(self, now: float) -> float | None:
        """Return for how many seconds there has been no sign where that is too long, else None."""
        silent = now - self.uptime
        patience = max(STALLED_SECONDS, USUAL_TIMES * self.usual) if self.usual else FIRST_SECONDS
        return silent if silent > patience else None


def announce(path: Path, process: int) -> None:
    """Say for a worker that was just launched which process it is: on a busy machine its own first sign takes time."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            _put(handle, Pulse(machine.uptime(), launched=process))
        finally:
            os.close(handle)


class Heart:
    """Shows that this worker lives. It never fails: a worker does not end because nobody can be told how it is."""

    def __init__(self, path: Path) -> None:
        self._handle: int | None = None
        with contextlib.suppress(OSError):
            self._handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        self._last = 0.0
        self._waits = ""
        self._asked = 0.0
        self._longest = 0.0

    def beat(self, waits: str | None = None) -> None:
        """Give a sign of life, once a second at the most; `waits` says from now on what is waited for."""
        now = machine.uptime()
        self._longest = max(self._longest, now - self._asked) if self._asked else 0.0
        self._asked = now
        changed = waits is not None and waits != self._waits
        if changed or now - self._last >= EVERY_SECONDS:
            self._waits = self._waits if waits is None else waits
            # Between two signs there may be many batches: what counts is the longest that one of them took.
            self._write(Pulse(now, self._longest, self._waits))
            self._last, self._longest = now, 0.0

    def _write(self, pulse: Pulse) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):
                _put(self._handle, pulse)


def _put(handle: int, pulse: Pulse) -> None:
    content = {"uptime": pulse.uptime, "usual": pulse.usual, "waits": pulse.waits[:LONGEST_REASON]}
    content |= {"launched": pulse.launched} if pulse.launched else {}
    os.pwrite(handle, json.dumps(content).encode().ljust(SIZE)[:SIZE], 0)


def read(path: Path) -> Pulse | None:
    """Return the last sign of life in a lock's file, None where there is none that can be understood."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        content = wire.parse(os.read(handle, SIZE).rstrip())
    except (OSError, ValueError):
        return None
    finally:
        os.close(handle)
    uptime, usual, waits = (content.get(name) for name in ("uptime", "usual", "waits"))
    launched = content.get("launched", 0)
    if not (wire.FITS["float"](uptime) and wire.FITS["float"](usual) and wire.FITS["str"](waits)):
        return None
    known = wire.FITS["int"](launched) and 0 < launched < 2**31
    return Pulse(float(uptime), float(usual), plain(waits, LONGEST_REASON), launched if known else 0)  # type: ignore[arg-type]
