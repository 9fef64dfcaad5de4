"""Asking something of a run and waiting for what comes of it. Must not know who asks."""

from __future__ import annotations

import time

from vitdash.errors import InputError
from vitdash.run import control, state
from vitdash.run.control import Word
from vitdash.run.state import State
from vitdash.run.store import Run

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
    """
    current = state.derive(run)
    if current in _REACHED[word]:
        return f"{current} already"
    if not current.active:
        hint = f"Go on with: vitdash resume {run.id}" if current.resumable else f"See: vitdash show {run.id}"
        raise InputError(run.id, f"is {current}: there is nothing to {'resume' if word is Word.RUN else word}.", hint)
    control.give(run.control, word)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        current = state.derive(run)
        if current in _REACHED[word] or not current.active:
            return str(current)
        time.sleep(LOOK_SECONDS)
    return f"asked to {word}, and it will; now it is {current}"
