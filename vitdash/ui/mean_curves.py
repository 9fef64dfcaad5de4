"""The curves of runs that differ only in seed as one: their mean, between its standard deviations. Must not know runs.

A position has the mean of the runs that have come so far; the band is one standard deviation to either side of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan, sqrt

from vitdash.ui.plot.series import Series
from vitdash.ui.signs import Sign


@dataclass(frozen=True, slots=True)
class Shared:
    """What the runs of a group have in common on a chart; `key` names the group over refreshes."""

    key: str
    label: str
    sign: Sign


Version = tuple[tuple[str, int, float, float], ...]


class MeanCurves:
    """Keeps what was computed, so that only groups of which a run goes on cost anything."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Version, Series]] = {}
        self._revision = 0

    def of(self, series: Sequence[Series], groups: Mapping[str, Shared]) -> list[Series]:
        """Return one series for each group and kind; `groups` says by a run's id which it belongs to."""
        gathered: dict[str, tuple[Shared, list[Series]]] = {}
        for item in series:
            run_id, _, what = item.key.partition(" ")
            shared = groups[run_id]
            gathered.setdefault(f"{shared.key} {what}", (shared, []))[1].append(item)
        return [self._mean(key, shared, members) for key, (shared, members) in gathered.items()]

    def _mean(self, key: str, shared: Shared, members: Sequence[Series]) -> Series:
        there = [item for item in members if len(item.x)] or list(members[:1])
        if len(there) == 1:
            # It grows at its end, like any run's.
            return replace(there[0], key=key, label=shared.label, sign=shared.sign)
        version = tuple((item.key, len(item.x), item.x[-1], item.y[-1]) for item in there)
        known = self._known.get(key)
        if known is None or known[0] != version or known[1].ended != _ended(members):
            self._revision += 1
            known = version, replace(_together(there), key=key, revision=self._revision, ended=_ended(members))
            self._known[key] = known
        return replace(known[1], label=shared.label, sign=shared.sign)

    def forget(self) -> None:
        """Keep nothing of what was computed."""
        self._known.clear()


def _ended(members: Sequence[Series]) -> bool:
    return all(item.ended for item in members)


def _together(members: Sequence[Series]) -> Series:
    """Return the mean of series, at the positions of the one that reaches furthest."""
    longest = max(members, key=lambda item: item.x[-1])
    columns = [_at(item, longest) for item in members]
    mean, lower, upper = [], [], []
    for values in zip(*columns, strict=True):
        middle, deviation = _around([value for value in values if isfinite(value)])
        mean.append(middle)
        lower.append(middle - deviation)
        upper.append(middle + deviation)
    # Over another curve of the same group there is no room for two bands.
    return replace(longest, x=list(longest.x), y=mean, band=None if longest.overlay else (lower, upper))


def _around(values: Sequence[float]) -> tuple[float, float]:
    """Return mean and standard deviation as exactly as a dot is drawn: thousands of them with each record of a run."""
    count = len(values)
    if count < 2:
        return (values[0] if values else nan), 0.0
    mean = sum(values) / count
    return mean, sqrt(sum([(value - mean) ** 2 for value in values]) / (count - 1))


def _at(item: Series, longest: Series) -> list[float]:
    """Return a series' values at the positions of another; no number where it has none."""
    x, y = item.x, item.y
    if x[: len(longest.x)] == longest.x[: len(x)]:
        return [*y, *(nan for _ in range(len(longest.x) - len(x)))]
    known = dict(zip(x, y, strict=True))
    return [known.get(place, nan) for place in longest.x]
