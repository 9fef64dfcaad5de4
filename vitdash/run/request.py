"""Asking something of a run and waiting for what comes of it. Must not know who asks."""

from __future__ import annotations

import os
import signal
import time

from vitdash.errors import InputError, RunError
from vitdash.run import control, lock, state
from vitdash.run.control import Word
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.text import plain

PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.05

_REACHED = {
    Word.PAUSE: (State.PAUSED,),
    Word.RUN: (State.RUNNING,),
    Word.STOP: (State.STOPPED,),
}


def ask(run: Run, word: Word) -> str:
    """Ask `word` of `run` and return, in a word or a sentence, what came of it.

    Raises:
        InputError: the run has no worker that could obey.
        RunError: the run cannot be read, or nothing be asked of it.
    """
    current = state.derive(run)
    # An order to the contrary that is not obeyed yet has to be taken back.
    if current in _REACHED[word] and (not current.active or control.read(run.control).word is word):
        return f"{current} already"
    if not current.active:
        hint = f"Go on with: vitdash resume {run.id}" if current.resumable else f"See: vitdash show {run.id}"
        raise InputError(run.id, f"is {current}: there is nothing to {'resume' if word is Word.RUN else word}.", hint)
    give(run, word)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        current = state.derive(run)
        if current in _REACHED[word] or not current.active:
            return str(current)
        time.sleep(LOOK_SECONDS)
    return f"asked to {word}, and it will; now it is {current}"


def give(run: Run, word: Word) -> None:
    """Ask `word` of a run, and wait for nothing. On a disk where nothing can be written, a stop goes by signal.

    Raises:
        RunError: nothing can be asked of it.
    """
    try:
        control.give(run.control, word)
    except OSError as error:
        if word is not Word.STOP or not _signalled(run):
            raise RunError(plain(run.control), f"cannot be written: {plain(error.strerror)}.") from None


def _signalled(run: Run) -> bool:
    """Tell a run's worker to stop; while the lock is held, the number in the claim is nobody else's."""
    claim = run.read_claim()
    if not claim.pid or not state.derive(run, claim).active or not lock.is_held(run.lock):
        return False
    try:
        os.kill(claim.pid, signal.SIGTERM)
    except OSError:
        return False
    return True
