"""Writing where the disk may be full, or take nothing at all. Must not know what is written."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from vitdash.engine.orders import Orders
from vitdash.errors import RunError
from vitdash.run.control import Word
from vitdash.run.pulse import Heart
from vitdash.run.store import Run
from vitdash.text import duration, plain

Result = TypeVar("Result")

FULL = (errno.ENOSPC, errno.EDQUOT)
RETRY_SECONDS = 1.0
REASON = "room on its disk"


class Room:
    """Waits for room on a full disk, for as long as it takes, and lets everybody know; a stop ends the waiting."""

    def __init__(self, run_directory: Path, orders: Orders, heart: Heart) -> None:
        self._directory = run_directory
        self._orders = orders
        self._heart = heart
        self._since: float | None = None
        self._gave_up = False
        self.waited = 0.0

    def write(self, path: Path, act: Callable[[], Result]) -> Result:
        """Return what `act` returns, once there is room for what it writes to `path`.

        Raises:
            RunError: a stop was asked for meanwhile, or nothing can be written there, room or not.
        """
        while True:
            try:
                result = act()
            except OSError as error:
                if error.errno not in FULL:
                    reason = f"cannot be written: {plain(error.strerror or error)}."
                    raise RunError(plain(path), reason, self._kept()) from None
                self.wait()
            else:
                self.found()
                return result

    def wait(self) -> None:
        """Wait a moment; called each time that there is no room.

        Raises:
            RunError: a stop was asked for.
        """
        if self._since is None:
            self._since = time.monotonic()
        self._heart.beat(REASON)
        if self._gave_up or self._orders.wanted() is Word.STOP:
            self._gave_up = True
            reason = f"there is no room on the disk that holds {plain(self._directory)}."
            raise RunError("disk full", reason, self._kept())
        time.sleep(RETRY_SECONDS)

    def found(self) -> None:
        """Note that there is room, where it was waited for."""
        if self._since is not None:
            self.waited += time.monotonic() - self._since
            self._since = None
            self._heart.beat("")

    def _kept(self) -> str:
        """Say what is there to go on from, if anything is."""
        run = Run(self._directory)
        if not os.path.isdir(run.path):  # noqa: PTH112 - pathlib raises where a folder above is closed
            return "The run's folder cannot be reached any more."
        saved = run.checkpoint.exists() or run.previous.exists()
        return "The last checkpoint stands." if saved else "No checkpoint was saved before."

    def told(self) -> str:
        """Return what to say of waiting that is over, once; "" where there was none."""
        waited, self.waited = self.waited, 0.0
        return f"waited {duration(waited)} for {REASON}" if waited else ""


def say(text: str) -> None:
    """Print into the run's log.txt, where there is room for it."""
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - goes to the run's log.txt
    except OSError:
        return
