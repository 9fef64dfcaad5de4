"""Which ranges of values one axis shows together. Must not know what is drawn on it."""

from __future__ import annotations

from collections.abc import Sequence


def agreed(
    ranges: Sequence[tuple[float, float]], gains: Sequence[tuple[int, float]] = ((3, 4.0), (2, 50.0))
) -> list[tuple[float, float]]:
    """Return the ranges without those few that would flatten all others, such as the loss of a run that diverged.

    By `gains` a third may be left out for an axis a quarter as long, half of them for one of a fiftieth.
    """
    best = list(ranges)
    for part, gain in gains:
        for end, sign in ((1, 1), (0, -1)):
            kept = sorted(best, key=lambda item: sign * item[end])
            for count in range(1, len(ranges) // part - (len(ranges) - len(best)) + 1):
                if 0 < gain * _length(kept[:-count]) < _length(best):
                    best = kept[:-count]
                    break
    return best


def _length(ranges: Sequence[tuple[float, float]]) -> float:
    return max(item[1] for item in ranges) - min(item[0] for item in ranges)
