"""Whether runs can be read, and whether some were cut off. Must not know what they compute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vitdash.doctor.finding import Finding, note, ok, trouble
from vitdash.errors import InputError
from vitdash.run import summary
from vitdash.run.state import State
from vitdash.text import plain


def look(root: Path) -> Iterator[Finding]:
    """Look at all runs below `root`."""
    try:
        found = summary.summarise_all(root)
    except InputError as error:
        yield trouble("runs", f"{error.title}: {error.message}", error.hint)
        return
    unreadable = [item for item in found if item.problem]
    lost = [item for item in found if item.state is State.LOST and not item.problem]
    if unreadable:
        told = f"{len(unreadable)} of {len(found)} cannot be read; {plain(unreadable[0].problem, 500)}"
        yield trouble("runs", told, f"Move it out of {plain(root.absolute(), 500)}, or restore it from a copy.")
    if lost:
        told = f"{len(lost)} of {len(found)} lost: the worker ended without a word."
        yield note("runs", told, f"Go on from its last checkpoint: vitdash resume {lost[-1].run.id}")
    if not unreadable and not lost:
        yield ok("runs", f"{len(found)}, all can be read" if found else "none yet")
