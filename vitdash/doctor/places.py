"""Folders: whether they are there, can be written, have room, and keep locks. Must not know what is kept in them."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vitdash.doctor.finding import Finding, note, ok, trouble
from vitdash.run import lock
from vitdash.text import plain, size

LITTLE_BYTES = 10**9


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, what is kept in it, what to do if it cannot be used, and whether anything fails without it."""

    subject: str
    path: Path
    remedy: str
    needed: bool = False


def look(place: Place) -> Finding:
    """Say whether a folder can be used; one that is not there yet counts as what it would be made in."""
    path = place.path.absolute()
    shown = plain(path, 500)
    nearest = next(folder for folder in (path, *path.parents) if folder.exists() or folder.is_symlink())
    if problem := _problem(nearest):
        where = "" if nearest == path else f" (not there yet; it would be made in {plain(nearest, 500)})"
        told = f"{shown}{where} cannot be written: {problem}."
        return trouble(place.subject, told, place.remedy) if place.needed else note(place.subject, told, place.remedy)
    free = shutil.disk_usage(nearest).free
    told = f"{shown}, {'writable' if nearest == path else 'made when it is needed'}, {size(free)} free"
    if free < LITTLE_BYTES:
        return note(place.subject, f"{told}: that is little.", "Make room, or choose another place.")
    return ok(place.subject, told)


def look_at_locks(place: Place) -> Finding | None:
    """Say whether a folder keeps locks, by which a run shows that it lives; None where that cannot be tried."""
    if not place.path.is_dir() or _problem(place.path):
        return None
    path = place.path / f".doctor.{os.getpid()}.lock"
    try:
        held = lock.acquire(path)
        kept = held is not None and lock.is_held(path)
        if held is not None:
            held.release()
        reason = "" if kept and not lock.is_held(path) else "a lock that was taken is not seen"
    except OSError as error:
        reason = plain(error.strerror)
    finally:
        path.unlink(missing_ok=True)
    if reason:
        told = f"the file system of {plain(place.path.absolute(), 500)} keeps none: {reason}."
        return trouble("locks", told, f"Without locks, a run cannot show that it lives. {place.remedy}")
    return ok("locks", f"work in the {place.subject}")


def _problem(folder: Path) -> str:
    """Return why nothing can be written into a folder, or ""; tried, for permissions alone do not tell."""
    if not folder.is_dir():
        return "it is a file" if folder.exists() else "it is a link that leads nowhere"
    try:
        # Without a name of its own wherever the file system can do that: nothing is left, whatever happens.
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return plain(error.strerror)
