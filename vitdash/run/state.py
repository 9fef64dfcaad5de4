"""What a run is doing: derived from its last claim, its lock, host and boot each time, never remembered."""

from __future__ import annotations

from enum import StrEnum

from vitdash.errors import RunError
from vitdash.run import lock, machine, pulse
from vitdash.run.store import Claim, Run
from vitdash.text import plain

STARTING_GRACE_SECONDS = 5.0
"""A worker of which not even a process is known after this long is not coming."""


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
        RunError: the run's claim or lock cannot be read.
    """
    claim = claim or run.read_claim()
    state = without_worker(claim)
    if state is State.LOST and claim.boot_id == machine.boot_id():
        claimed = _claimed(claim)
        if _has_worker(run):
            return claimed
        if claimed is State.STARTING and _is_coming(run, claim):
            return claimed
        # Between our two looks the worker may have made its last claim and gone, or another one been launched.
        latest = run.read_claim()
        return state if latest == claim else derive(run, latest)
    return state


def without_worker(claim: Claim) -> State:
    """Return what a run with this claim is doing if no worker holds its lock."""
    state = _claimed(claim)
    if state in _LASTING:
        return state
    # Of this boot it is this machine, whatever it is called now: a container gets another name each time.
    here = claim.host == machine.host() or claim.boot_id == machine.boot_id() != ""
    return State.LOST if here else State.ELSEWHERE


def _has_worker(run: Run) -> bool:
    try:
        return lock.is_held(run.lock)
    except OSError as error:
        raise RunError(plain(run.lock), f"cannot be read: {plain(error.strerror)}.") from None


def _is_coming(run: Run, claim: Claim) -> bool:
    """Return whether a worker that has no lock may still take it: its process is there, or was claimed just now."""
    sign = pulse.read(run.lock)
    if sign is not None and sign.launched and sign.uptime >= claim.claimed_uptime:
        return machine.has_process(sign.launched)
    return 0 <= machine.uptime() - claim.claimed_uptime < STARTING_GRACE_SECONDS


def _claimed(claim: Claim) -> State:
    try:
        return State(claim.claim)
    except ValueError:
        return State.LOST
