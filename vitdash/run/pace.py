"""How long a run still takes. Must not know how that is shown."""

from __future__ import annotations

from vitdash.run.history import RunHistory


def seconds_left(history: RunHistory, images_seen: int, planned: int) -> float | None:
    """Return how long the rest takes at the pace since the run last began or went on, evaluations included."""
    if not history.progress or not history.started:
        return None
    since = [event for event in history.progress if event.seq > history.going_since]
    if len(since) < 2:
        speed = history.progress[-1].images_per_second
        return (planned - images_seen) / speed if speed > 0 else None
    elapsed = since[-1].time - since[0].time
    trained = since[-1].images_seen - since[0].images_seen
    return (planned - images_seen) * elapsed / trained if trained else None
