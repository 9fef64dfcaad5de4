"""Acting without rights on files, also where the tests run as root, to whom no permission applies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def nobody() -> Iterator[None]:
    """Act as a user who owns nothing, if we are root; else as the user who we are."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@contextmanager
def open_to_all() -> Iterator[Path]:
    """Make a folder that `nobody` can look into, other than pytest's own."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        try:
            yield folder
        finally:
            for inner in [folder, *folder.rglob("*")]:
                if inner.is_dir() and not inner.is_symlink():
                    inner.chmod(0o755)
