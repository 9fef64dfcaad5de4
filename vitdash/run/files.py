"""Writing a file so that no reader, crash or power cut ever sees half of it. Must not know what is in it."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO

_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<process>[1-9][0-9]{0,9})-[0-9]+\.tmp")


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace the file at `path`; the old one stands until the new one is whole and, if `durable`, on disk."""
    replace_atomically(path, lambda file: file.write(content), durable=durable)


def replace_atomically(
    path: Path, write: Callable[[IO[bytes]], object], *, durable: bool = True, keep: Path | None = None
) -> None:
    """Replace the file at `path` by what `write` puts into the file it is given; the one replaced is kept at `keep`.

    There are two files at any moment once there were: until the new one is in place, the one at `keep` stays as well.
    """
    temporary, replaced = _temporary(path), None
    try:
        # What lies there is an earlier life's, or a link that was planted to be written through: it goes.
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if keep is not None:
            replaced = _second_name(path, keep)
        temporary.replace(path)
        if replaced is not None and keep is not None:
            replaced.replace(keep)
    except BaseException:
        for left in filter(None, (temporary, replaced)):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)
        raise
    if durable:
        sync_directory(path.parent)


def remove_leftovers(directory: Path, shared: Collection[str] = ()) -> None:
    """Remove what writers that were killed have left of replacements for the files in a directory.

    Nobody but the caller may be writing there now, except those named in `shared`: what is left of them goes if its
    writer is gone. What a link leads to is left alone.
    """
    if directory.is_symlink():
        return
    with contextlib.suppress(OSError):
        for temporary in directory.iterdir():
            named = _TEMPORARY.fullmatch(temporary.name)
            if named and not (named["name"] in shared and _is_there(int(named["process"]))):
                with contextlib.suppress(OSError):
                    temporary.unlink()


def _second_name(path: Path, kept: Path) -> Path | None:
    """Give what stands at `path` a second name, from which it can be moved to `kept`; None where there is none to keep.

    Where a file system has no links (FAT, some network file systems), it is moved to `kept` at once: for an instant
    nothing stands at `path`.
    """
    second = _temporary(kept)
    second.unlink(missing_ok=True)
    try:
        os.link(path, second)
    except FileNotFoundError:
        return None
    except OSError:
        path.replace(kept)
        return None
    return second


def _temporary(path: Path) -> Path:
    # Its own for every writer: two threads that replace the same file must not write into one temporary.
    return path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}.tmp")


def _is_there(process: int) -> bool:
    """Return whether a process of this number is there, whoever it belongs to."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return process != os.getpid()


def sync_directory(directory: Path) -> None:
    """Return when the names in `directory` would survive a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
