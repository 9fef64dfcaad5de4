"""Writing a file so that no reader, crash or power cut ever sees half of it. Must not know what is in it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace the file at `path`; the old one stands until the new one is whole and, if `durable`, on disk."""
    replace_atomically(path, lambda file: file.write(content), durable=durable)


def replace_atomically(path: Path, write: Callable[[IO[bytes]], object], *, durable: bool = True) -> None:
    """Replace the file at `path` by what `write` puts into the file it is given."""
    # Its own for every writer: two threads that replace the same file must not write into one temporary.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}.tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_directory(path.parent)


def remove_leftovers(path: Path) -> None:
    """Remove what writers that were killed left of replacements for `path`; nobody may be writing one now."""
    for temporary in path.parent.glob(f".{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            temporary.unlink()


def sync_directory(directory: Path) -> None:
    """Return when the names in `directory` would survive a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
