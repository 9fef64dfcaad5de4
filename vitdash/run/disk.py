"""How much room a run takes. Must not know what its files are for."""

from __future__ import annotations

import os


def used(directory: str | os.PathLike[str]) -> int:
    """Return the bytes in all files below `directory`; what goes away meanwhile or cannot be read counts nothing."""
    total = 0
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                total += used(entry.path) if entry.is_dir(follow_symlinks=False) else _size(entry)
    except OSError:
        return total
    return total


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
