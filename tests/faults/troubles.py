"""Troubles that a file switches on in all processes of a case: a full disk, a folder not to be written, a clock set.

No root is needed, and the product has no switch for tests: this is done to its Python, from outside (see
`hooks/sitecustomize.py`). `os.write` and files opened for writing below the case's runs take half of what they are
given and then say ENOSPC; making, renaming and removing names says EACCES, as below a folder of mode 555; `time.time`
is shifted. The monotonic clock is left alone: nobody can set it. What `os.fsync` has put on the disk is noted, for a
power cut takes the rest.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DISK_FULL, READ_ONLY, CLOCK = "disk-full", "read-only", "clock"
"""Names of the files in the case's folder that switch a trouble on; that of the clock holds its shift in seconds."""

_WRITING = os.O_WRONLY | os.O_RDWR
_real_open, _real_os_open, _real_write, _real_fsync = io.open, os.open, os.write, os.fsync


def switch(case: Path, trouble: str, content: str = "") -> None:
    """Begin a trouble."""
    (case / trouble).write_text(content)


def end(case: Path, trouble: str) -> None:
    """End a trouble, if it is there."""
    (case / trouble).unlink(missing_ok=True)


def synced_bytes(case: Path, log: Path) -> int:
    """Return how much of a log was on the disk for certain when its worker last wrote to it."""
    try:
        return int(_note_of(case, log.stat()).read_text())
    except FileNotFoundError:
        return 0


def _note_of(case: Path, status: os.stat_result) -> Path:
    return case / f"synced-{status.st_ino}"


def install() -> None:
    """Let this process meet the troubles of the case that the environment names."""
    case = Path(os.environ["VITDASH_FAULTS"])
    troubled = _Troubled(case)
    os.write = troubled.write  # type: ignore[assignment]
    os.open = troubled.os_open
    os.fsync = troubled.fsync
    io.open = builtins.open = troubled.open
    for name in ("replace", "rename", "link", "symlink", "unlink", "remove", "mkdir", "rmdir"):
        setattr(os, name, troubled.refusing(getattr(os, name)))
    time.time = troubled.clock(time.time)


class _Troubled:
    """The functions of `os`, `io` and `time`, as a process in trouble meets them."""

    def __init__(self, case: Path) -> None:
        self._case = case
        self._below = f"{(case / 'runs').resolve()}{os.sep}"
        self._disk, self._names, self._clock = (str(case / name) for name in (DISK_FULL, READ_ONLY, CLOCK))
        self._guarded: set[tuple[int, int]] = set()

    def is_below(self, path: object) -> bool:
        """Return whether a path lies in the case's runs."""
        return isinstance(path, (str, os.PathLike)) and os.path.abspath(path).startswith(self._below)  # noqa: PTH100

    def room_for(self, size: int) -> int:
        """Return how many of so many bytes there is room for."""
        return size // 2 if os.access(self._disk, os.F_OK) else size

    def write(self, handle: int, data: bytes) -> int:
        """Write as `os.write` does."""
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or (status.st_dev, status.st_ino) not in self._guarded:
            return _real_write(handle, data)
        room = self.room_for(len(data))
        if room == 0 and data:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return _real_write(handle, bytes(data)[:room])

    def fsync(self, fd: Any) -> None:
        """Sync as `os.fsync` does, and note how much is safe now."""
        status = os.fstat(fd)
        _real_fsync(fd)
        if (status.st_dev, status.st_ino) in self._guarded:
            # Whole or not at all: whoever writes it may be killed now.
            note = _note_of(self._case, status)
            note.with_suffix(".new").write_text(str(status.st_size))
            note.with_suffix(".new").replace(note)

    def os_open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        """Open as `os.open` does."""
        if not (flags & _WRITING and self.is_below(path)):
            return _real_os_open(path, flags, mode, dir_fd=dir_fd)
        if not os.access(path, os.F_OK):
            self._refuse(path)
        handle = _real_os_open(path, flags, mode, dir_fd=dir_fd)
        status = os.fstat(handle)
        self._guarded.add((status.st_dev, status.st_ino))
        return handle

    def open(self, file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        """Open as `open` does."""
        if not (set(mode) & set("wax+") and self.is_below(file)):
            return _real_open(file, mode, *arguments, **named)
        if not os.access(file, os.F_OK):
            self._refuse(file)
        if mode != "wb":
            return _real_open(file, mode, *arguments, **named)
        return io.BufferedWriter(_FullFile(file, "w", self.room_for))

    def refusing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that changes names, refusing where names cannot be changed now."""

        def change(path: Any, *arguments: Any, **named: Any) -> Any:
            if self.is_below(path):
                self._refuse(path)
            return real(path, *arguments, **named)

        return change

    def clock(self, real: Callable[[], float]) -> Callable[[], float]:
        """Return the clock as somebody has set it."""

        def shifted() -> float:
            try:
                with _real_open(self._clock) as file:
                    return real() + float(file.read() or 0.0)
            except (OSError, ValueError):
                return real()

        return shifted

    def _refuse(self, path: object) -> None:
        if os.access(self._names, os.F_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


class _FullFile(io.FileIO):
    """A file on a disk that may be full: it takes what there is room for."""

    def __init__(self, path: Any, mode: str, room_for: Callable[[int], int]) -> None:
        super().__init__(path, mode)
        self._room_for = room_for

    def write(self, data: Any) -> int:
        """Write what there is room for."""
        given = memoryview(data).cast("B")
        room = self._room_for(len(given))
        if room < len(given):
            super().write(given[:room])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(given)
