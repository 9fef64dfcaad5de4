"""What a run is doing: derived from its last claim, its lock, host and boot each time, never remembered."""

from __future__ import annotations

from enum import StrEnum

from vitdash.run import lock, machine
from vitdash.run.store import Claim, Run

STARTING_GRACE_SECONDS = 5.0
"""A worker that has not taken its lock after this long is not coming (it takes it before it imports torch)."""


class State(StrEnum):
    """What a run is doing."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"
    ELSEWHERE = "elsewhere"

    @property
    def active(self) -> bool:
        """Whether a worker is there, or about to be."""
        return self in (State.STARTING, State.RUNNING, State.PAUSED)

    @property
    def resumable(self) -> bool:
        """Whether training could go on from the last checkpoint."""
        return self in (State.STOPPED, State.FAILED, State.LOST)


_LASTING = (State.QUEUED, State.FINISHED, State.STOPPED, State.FAILED)


def derive(run: Run, claim: Claim | None = None) -> State:
    """Return what `run` is doing; `claim` saves reading it again.

    Raises:
        RunError: the run's claim cannot be read.
    """
    claim = claim or run.read_claim()
    state = without_worker(claim)
    if state is State.LOST and claim.boot_id == machine.boot_id():
        claimed = _claimed(claim)
        if lock.is_held(run.lock):
            return claimed
        if claimed is State.STARTING and machine.uptime() - claim.claimed_uptime < STARTING_GRACE_SECONDS:
            return claimed
        # The worker may have made its last claim and gone between our two looks: the claim of a dead one is final.
        return without_worker(run.read_claim())
    return state


def without_worker(claim: Claim) -> State:
    """Return what a run with this claim is doing if no worker holds its lock."""
    state = _claimed(claim)
    if state in _LASTING:
        return state
    return State.ELSEWHERE if claim.host != machine.host() else State.LOST


def _claimed(claim: Claim) -> State:
    try:
        return State(claim.claim)
    except ValueError:
        return State.LOST
