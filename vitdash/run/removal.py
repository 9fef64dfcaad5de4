"""Deleting runs and pruning what they no longer need: never of one that lives, never half. Must not know who asks."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vitdash.errors import InputError, RunError
from vitdash.run import diagnostics, disk, labels, lock, state, store
from vitdash.run.files import sync_directory
from vitdash.run.state import State
from vitdash.run.store import Claim, Run
from vitdash.text import plain

HIDDEN = ".vitdash-deleted-"
"""What the name of a run's directory begins with while it is being removed: no list shows it."""

MOST_ATTEMPTS = 100
_ELSEWHERE = "Do it there; only deleting can be forced, with --force."
_TEMPORARY = re.compile(r"\.(checkpoint|best)\.pt\..*\.tmp\Z")


@dataclass(frozen=True, slots=True)
class Deletion:
    """A run that may be deleted, and what goes with it; no `state` where its claim cannot be read."""

    run: Run
    name: str
    state: State | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Pruning:
    """The files of a run that may go, and their size."""

    run: Run
    name: str
    state: State
    files: tuple[Path, ...]
    bytes: int


def consider(run: Run, *, elsewhere: bool = False) -> Deletion:
    """Return what deleting `run` means; `elsewhere` allows it for a run that may be going on on another machine.

    Raises:
        InputError: it is not to be deleted now.
        RunError: it cannot be looked at.
    """
    _check_place(run)
    claim = _claim_of(run)
    found = _checked_state(run, claim, elsewhere=elsewhere) if claim else None
    name = labels.read(run).name or (claim.name if claim else run.id)
    return Deletion(run, name, found, disk.used(run.path))


def delete(run: Run, *, elsewhere: bool = False) -> int:
    """Delete a run and return the bytes that were freed.

    Its lock is held throughout, so that no worker can start meanwhile; and its directory is hidden before it is
    emptied, so that whatever happens no half of a run is listed.

    Raises:
        InputError: it is not to be deleted now.
        RunError: it cannot be deleted, or not wholly.
    """
    _check_place(run)
    root, hidden = run.path.parent, run.path.with_name(f"{HIDDEN}{run.id}")
    with _alone(run, _claim_of(run), elsewhere=elsewhere):
        size = disk.used(run.path)
        try:
            run.path.rename(hidden)
            sync_directory(root)
        except OSError as error:
            raise RunError(run.id, f"cannot be deleted: {plain(error.strerror)}.") from None
        try:
            _remove_tree(hidden)
        except OSError as error:
            reason = f"is deleted, but not all of its files can be removed: {plain(error.strerror)}."
            raise RunError(run.id, reason, f"What is left lies in {plain(hidden, 500)}") from None
    return size


def clean(root: Path) -> None:
    """Remove what deletions that were interrupted have left under `root`."""
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        left = [entry.path for entry in entries if entry.name.startswith(HIDDEN)]
        for path in left:
            with contextlib.suppress(OSError):
                _remove_tree(Path(path))


def weigh(run: Run, *, keep_best: bool = False, with_diagnostics: bool = False) -> Pruning:
    """Return what pruning `run` means: its checkpoints go, and with them all diagnostics but the last if asked for.

    Raises:
        InputError: it is not to be pruned now.
        RunError: it cannot be looked at.
    """
    _check_place(run)
    claim = run.read_claim()
    found = _checked_state(run, claim, elsewhere=False)
    files = [run.checkpoint, run.previous] if keep_best else [run.checkpoint, run.previous, run.best]
    with contextlib.suppress(OSError):
        # What a worker that was killed while writing has left; who would write it now is known not to live.
        files += [path for path in sorted(run.path.iterdir()) if _TEMPORARY.match(path.name)]
    if with_diagnostics:
        files += [diagnostics.file_of(run, position) for position in diagnostics.available(run)[:-1]]
    there = tuple(path for path in files if os.path.lexists(path))
    return Pruning(run, labels.read(run).name or claim.name, found, there, sum(map(_size, there)))


def prune(pruning: Pruning) -> int:
    """Remove the files and return the bytes that were freed.

    Raises:
        InputError: the run has meanwhile gone on.
        RunError: a file cannot be removed.
    """
    run, freed = pruning.run, 0
    with _alone(run, run.read_claim(), elsewhere=False):
        for path in pruning.files:
            size = _size(path)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise RunError(plain(path, 500), f"cannot be removed: {plain(error.strerror)}.") from None
            freed += size
    return freed


def prunable(root: Path) -> list[Run]:
    """Return the runs that are pruned unless others are named: those that are finished.

    Raises:
        InputError: `root` cannot be read.
    """
    found = []
    for run in store.all_runs(root):
        with contextlib.suppress(RunError):
            if not run.path.is_symlink() and state.derive(run) is State.FINISHED:
                found.append(run)
    return found


def describe(pruning: Pruning) -> dict[str, object]:
    """Return a pruning as plain values, for programs."""
    names = [path.relative_to(pruning.run.path).as_posix() for path in pruning.files]
    return {"run": pruning.run.id, "files": names, "bytes": pruning.bytes}


@contextmanager
def _alone(run: Run, claim: Claim | None, *, elsewhere: bool) -> Iterator[None]:
    """Keep workers away from a run that has none; `claim` is how it was found."""
    if claim:
        _checked_state(run, claim, elsewhere=elsewhere)
    try:
        held = lock.acquire(run.lock)
    except OSError as error:
        raise RunError(run.id, f"cannot be locked: {plain(error.strerror)}.") from None
    if held is None:
        raise _lives(run, "running")
    try:
        # Someone may have resumed it between our look and our lock; the worker is then on its way.
        if claim and run.read_claim() != claim:
            raise _lives(run, "going on")
        yield
    finally:
        held.release()


def _check_place(run: Run) -> None:
    """Refuse a directory that lies elsewhere: what a link leads to is not ours."""
    if run.path.is_symlink():
        raise InputError(run.id, "is a link to another place.", "Look at what it leads to, and remove it by hand.")


def _checked_state(run: Run, claim: Claim, *, elsewhere: bool) -> State:
    found = state.derive(run, claim)
    if found.active:
        raise _lives(run, str(found))
    if found is State.ELSEWHERE and not elsewhere:
        raise InputError(run.id, f"belongs to the machine '{claim.host}', where it may be running.", _ELSEWHERE)
    return found


def _lives(run: Run, how: str) -> InputError:
    return InputError(run.id, f"is {how}; stop it first.", f"With: vitdash stop {run.id}")


def _claim_of(run: Run) -> Claim | None:
    with contextlib.suppress(RunError):
        return run.read_claim()
    return None


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.lstat().st_size
    return 0


def _remove_tree(directory: Path) -> None:
    """Remove a directory that another deletion may be removing too."""
    for _ in range(MOST_ATTEMPTS):
        try:
            shutil.rmtree(directory)
        except FileNotFoundError:
            if not os.path.lexists(directory):
                return
        else:
            return
