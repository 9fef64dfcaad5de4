"""The file that an export goes to: checked before the work, written whole. Must not know what is in it."""

from __future__ import annotations

import os
from pathlib import Path

from vitdash.errors import InputError
from vitdash.run.files import write_atomically
from vitdash.text import plain


def check(path: Path, *, replace: bool) -> None:
    """Make sure that `write` will be able to.

    Raises:
        InputError: the path is a directory, there already, or cannot be written.
    """
    where = plain(path)
    if path.is_dir():
        raise InputError(where, "is a directory; give the name of a file.")
    if path.exists() and not replace:
        raise InputError(where, "is there already.", "Replace it with --force, or give another name.")
    if not path.absolute().parent.is_dir():
        raise InputError(where, "cannot be written: its folder does not exist.")
    if not os.access(path.absolute().parent, os.W_OK):
        raise InputError(where, "cannot be written: its folder is read-only.")


def write(path: Path, content: str, *, replace: bool) -> None:
    """Write `content`, all of it or nothing.

    Raises:
        InputError: as `check` does, or the disk is full.
    """
    check(path, replace=replace)
    try:
        write_atomically(path, content.encode())
    except OSError as error:
        raise InputError(plain(path), f"cannot be written: {plain(error.strerror)}.") from None
