"""Bugs that are planted to see that the harness finds them: three that dashboards do have. Nothing of the product."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

EVERY = 20
"""Of so many lines of the log one is lost."""
PIECES, PIECE_SECONDS = 8, 0.1


def install(name: str) -> None:
    """Plant the bug of this name in this process; "" is none."""
    if name:
        PLANTS[name]()


def lose_events() -> None:
    """Count every event, but forget to write one now and then."""
    from vitdash.run.log import EventWriter

    write = EventWriter._write

    def forgetful(self: EventWriter, line: bytes) -> None:
        if (self.seq + 1) % EVERY:
            write(self, line)

    EventWriter._write = forgetful  # type: ignore[method-assign]


def write_checkpoints_in_place() -> None:
    """Overwrite the checkpoint that stands, on a disk that takes its time: a crash meanwhile leaves half of one."""
    from vitdash.run import files

    atomically = files.replace_atomically

    def in_place(path: Path, write: Callable[[IO[bytes]], object], **how: Any) -> None:
        if path.name != "checkpoint.pt":
            atomically(path, write, **how)
            return
        whole = io.BytesIO()
        write(whole)
        content = whole.getvalue()
        with path.open("wb") as file:
            for part in range(PIECES):
                file.write(content[len(content) * part // PIECES : len(content) * (part + 1) // PIECES])
                file.flush()
                time.sleep(PIECE_SECONDS)

    files.replace_atomically = in_place


def believe_lock_files() -> None:
    """Take a run for running because its lock's file is there, as with a file that holds a process's number."""
    from vitdash.run import lock

    lock.is_held = os.path.exists


PLANTS: dict[str, Callable[[], None]] = {
    "lost-event": lose_events,
    "non-atomic-checkpoint": write_checkpoints_in_place,
    "stale-running": believe_lock_files,
}
