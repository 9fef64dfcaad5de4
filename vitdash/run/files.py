"""Writing a file so that no reader, crash or power cut ever sees half of it. Must not know what is in it."""

from __future__ import annotations

import contextlib
import os
import stat
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


def read_bounded(path: Path, largest: int) -> bytes:
    """Return what is in a file that anyone may have put there; nothing is waited for and no link followed.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no regular file, or larger than `largest` bytes.
    """
    with open_regular(path) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"is larger than {largest:,} bytes")
    return content


def open_regular(path: Path) -> IO[bytes]:
    """Open a file that anyone may have put there, for reading; nothing is waited for and no link followed.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no regular file.
    """
    # A named pipe would otherwise keep its reader until someone writes.
    flags = os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    file = open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags))  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise ValueError("is no regular file")
    return file


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
