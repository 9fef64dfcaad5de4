"""How long a run still takes. Must not know how that is shown."""

from __future__ import annotations

from vitdash.run.history import RunHistory

LONGEST_SECONDS = 100 * 365 * 86_400.0
"""What would take a century, is not said to: the pace that it comes of is none."""


def seconds_left(history: RunHistory, images_seen: int, planned: int) -> float | None:
    """Return how long the rest takes at the pace since the run last began or went on, evaluations included."""
    if not history.progress or not history.started:
        return None
    since = [event for event in history.progress if event.seq > history.going_since]
    if len(since) < 2:
        speed = history.progress[-1].images_per_second
        return _plausible((planned - images_seen) / speed) if speed > 0 else None
    # Set back meanwhile, the clock says less than the batches alone took: then those are what is known.
    computing = sum(
        (event.images_seen - before.images_seen) / event.images_per_second
        for before, event in zip(since, since[1:], strict=False)
        if event.images_per_second > 0
    )
    elapsed = max(since[-1].time - since[0].time, computing)
    trained = since[-1].images_seen - since[0].images_seen
    return _plausible((planned - images_seen) * elapsed / trained) if trained else None


def _plausible(seconds: float) -> float | None:
    return seconds if seconds < LONGEST_SECONDS else None
