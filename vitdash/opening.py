"""Opens files that anyone may have put there: nothing is waited for, no link followed. Must not know what is in them.

A named pipe keeps whoever opens it until somebody comes to its other end, a device may go on for ever, and a link leads
anywhere. Where a user names a file, links are theirs to use: `follow`.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO


def read_bounded(path: Path, largest: int, *, follow: bool = False) -> bytes:
    """Return what is in a file of at most `largest` bytes.

    Raises:
        OSError: it cannot be read, is a link, no regular file, or larger; `strerror` says which.
    """
    with open_regular(path, follow=follow) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest:,} bytes")
    return content


def open_regular(path: Path, *, follow: bool = False, device: bool = False) -> IO[bytes]:
    """Open a file for reading; `device` lets one stand in its place, such as /dev/null, which may have no end.

    Raises:
        OSError: it cannot be read, is a link, or no regular file; `strerror` says which.
    """
    return os.fdopen(_regular(path, os.O_RDONLY | (0 if follow else os.O_NOFOLLOW), device=device), "rb")


def open_to_append(path: Path) -> int:
    """Return a handle that reads a file and appends to it, which is made where there is none.

    Raises:
        OSError: it cannot be written, is a link, or no regular file; `strerror` says which.
    """
    return _regular(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW)


def _regular(path: Path, flags: int, *, device: bool = False) -> int:
    try:
        handle = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno != errno.ELOOP or not flags & os.O_NOFOLLOW:
            raise
        raise OSError(errno.ELOOP, "it is a link to another place") from None
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode) or (device and stat.S_ISCHR(mode)):
        return handle
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "it is no regular file")
