"""A finished run made longer: what changes, and what it takes. Must not know who asks, nor how it goes on."""

from __future__ import annotations

import dataclasses

from vitdash import presets
from vitdash.errors import InputError, RunError
from vitdash.run import lock, state, store, summary
from vitdash.run.files import write_atomically
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.text import images, plain


def extend(run: Run, max_inputs: int) -> str:
    """Let a finished run be one that was stopped on its way to `max_inputs` images; return what changes, in a sentence.

    Whoever resumes it then goes on from its last weights.

    Raises:
        InputError: the run is not finished, that is no extension of it, or its checkpoint was pruned.
        RunError: its directory cannot be read or written.
    """
    try:
        held = lock.acquire(run.lock)
        if held is None:
            raise _unfinished(run, state.derive(run))
        try:
            claim = run.read_claim()
            if (current := state.without_worker(claim)) is not State.FINISHED:
                raise _unfinished(run, current)
            seen = summary.read_history(run).images_seen
            extended = store.read_config(run).extended(seen, max_inputs)
            if not run.checkpoint.exists():
                raise InputError(run.id, "has no checkpoint any more, so it cannot be extended.")
            write_atomically(run.config, presets.dump(extended).encode())
            run.write_claim(dataclasses.replace(claim, claim="stopped", ended=0.0))
        finally:
            held.release()
    except OSError as error:
        raise RunError(plain(run.path), f"cannot be written: {plain(error.strerror)}.") from None
    return describe(seen, max_inputs, schedule=extended.optim.schedule)


def describe(seen: int, max_inputs: int, *, schedule: str) -> str:
    """Return what an extension changes."""
    rate = "" if schedule == "constant" else f"the learning rate goes on as on the way to {images(max_inputs)}, and "
    changed = f"from there {rate}the optimiser begins anew"
    return f"Extended at {images(seen)}: {changed}. A run of that length from the start is another."


def _unfinished(run: Run, current: State) -> InputError:
    hint = f"Go on with: vitdash resume {run.id}" if current.resumable else ""
    return InputError(run.id, f"is {current}: only a finished run can be extended.", hint)
