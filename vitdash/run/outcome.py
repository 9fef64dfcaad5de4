"""How a run that is over ended, in the words of an error. Must not know who waited for it."""

from __future__ import annotations

from vitdash.errors import RunError
from vitdash.run import pulse, silence, state, summary
from vitdash.run.history import RunHistory
from vitdash.run.state import State
from vitdash.run.store import Run


def check(run: Run, history: RunHistory | None = None) -> State:
    """Return how a run ended that came to its end or was stopped; `history` saves reading it again.

    Raises:
        RunError: it failed, or its worker is gone without a word; says why and what to do.
    """
    match state.derive(run):
        case State.FINISHED | State.STOPPED as ended:
            return ended
        case State.FAILED:
            reason = summary.figures_of(history or summary.read_history(run)).reason or "the worker failed."
            raise RunError(run.id, f"failed: {reason}", f"More: vitdash show {run.id}")
        case State.ELSEWHERE:
            raise RunError(run.id, f"belongs to the machine '{run.read_claim().host}'; how it ends is known there.")
        case _:
            raise RunError(run.id, worker_gone(run), f"Go on with: vitdash resume {run.id}")


def worker_gone(run: Run) -> str:
    """Return what there is to say of a run whose worker ended without an event."""
    last = run.log_tail(2).replace("\n", " / ")
    why = silence.of_lost(run.read_claim(), pulse.read(run.lock))
    return f"is lost: {why}" + (f". It last said: {last}" if last else ".")
