"""What is to be said of a run whose worker gives no sign of life, or is gone without a word. Must not know screens."""

from __future__ import annotations

from vitdash.run import machine
from vitdash.run.pulse import Pulse
from vitdash.run.store import Claim
from vitdash.text import duration


def of_living(claim: Claim, pulse: Pulse | None) -> str:
    """Return what keeps a worker that is there from computing, "" where nothing is known to."""
    silent = stalled(claim, pulse)
    if silent is not None:
        return f"stalled: no sign of life for {duration(silent)}"
    waits = pulse.waits if pulse is not None and pulse.uptime >= claim.claimed_uptime else ""
    return f"waits for {waits}" if waits else ""


def stalled(claim: Claim, pulse: Pulse | None) -> float | None:
    """Return for how many seconds a worker that is there has given no sign of life, None while that is not too long."""
    if pulse is None:
        return None
    if pulse.uptime < claim.claimed_uptime:
        # That sign is an earlier life's, or the claim came just after it: a claim is a sign of life, too.
        pulse = Pulse(claim.claimed_uptime)
    return pulse.stalled(machine.uptime())


def of_lost(claim: Claim, pulse: Pulse | None) -> str:
    """Return why a worker may be gone, as far as the machine knows: "its worker was killed, or …"."""
    if claim.boot_id != machine.boot_id():
        return "the machine was started anew while it ran"
    killed = machine.oom_kills() - claim.oom_kills if claim.oom_kills >= 0 else 0
    if killed > 0:
        return "its worker is gone, and the system ran out of memory meanwhile: it may have killed it for that"
    if pulse is not None and pulse.waits:
        return f"its worker is gone; it waited for {pulse.waits}"
    return "its worker was killed, or ended without a word"
