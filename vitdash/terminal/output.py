"""What to do when whoever reads our output is gone. Imports nothing heavy: every command needs it."""

from __future__ import annotations

import io
import os
import sys


class OutputClosedError(Exception):
    """Whoever read our output is gone."""


def accept_any_text() -> None:
    """Let what stdout's encoding cannot say be written as an escape: an old locale must not end a command."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def discard_stdout() -> None:
    """Let nothing more be written, so that flushing a broken pipe at exit raises nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
