"""The file or folder that an export goes to: checked before the work, written whole. Must not know what is in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from vitdash.errors import InputError
from vitdash.run.files import replace_atomically
from vitdash.text import plain


def check(path: Path, *, replace: bool) -> None:
    """Make sure that `write` will be able to.

    Raises:
        InputError: the path is a directory, there already, or cannot be written.
    """
    where = plain(path)
    if path.is_dir():
        raise InputError(where, "is a directory; give the name of a file.")
    if _takes_what_comes(path):
        if not os.access(path, os.W_OK):
            raise InputError(where, "cannot be written: Permission denied.")
        return
    if path.exists() and not replace:
        raise InputError(where, "is there already.", "Replace it with --force, or give another name.")
    _check_around(_target(path))


def write(path: Path, content: str, *, replace: bool) -> None:
    """Write `content`, all of it or nothing.

    Raises:
        InputError: as `check` does, or the disk is full.
    """
    check(path, replace=replace)
    _write(path, content.encode())


def write_folder(path: Path, files: Mapping[str, bytes], *, replace: bool) -> None:
    """Write files by their paths within a folder, each whole; with `replace`, files that are there stay beside them.

    Raises:
        InputError: the path is a file, a folder with something in it, or cannot be written.
    """
    where = plain(path)
    if path.exists() and not path.is_dir():
        raise InputError(where, "is a file; this format writes a folder.")
    if path.is_dir() and any(path.iterdir()) and not replace:
        raise InputError(where, "is there already, with something in it.", "Write into it with --force.")
    _check_around(path)
    for name, content in files.items():
        file = path / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(plain(file.parent), f"cannot be written: {plain(error.strerror)}.") from None
        _write(file, content)


def _write(path: Path, content: bytes) -> None:
    def put(file: IO[bytes]) -> None:
        # Before the content: what only its owner may read is never open to others, not for an instant.
        if path.exists():
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
        file.write(content)

    try:
        if _takes_what_comes(path):
            path.write_bytes(content)
        else:
            replace_atomically(_target(path), put)
    except OSError as error:
        raise InputError(plain(path), f"cannot be written: {plain(error.strerror)}.") from None


def _takes_what_comes(path: Path) -> bool:
    """Return whether a pipe or a device is there: it is written into, for a file in its place would serve nobody."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _target(path: Path) -> Path:
    """Return the file that a path leads to: a link stays one."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _check_around(path: Path) -> None:
    where, folder = plain(path), path.absolute().parent
    if not folder.is_dir():
        raise InputError(where, "cannot be written: its folder does not exist.")
    if not os.access(folder, os.W_OK):
        raise InputError(where, "cannot be written: its folder is read-only.")
