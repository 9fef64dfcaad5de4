"""From runs to the curves of the reference's four plots. Must not know how they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vitdash.drawing.smoothing import LARGEST, Smoother
from vitdash.export import inks
from vitdash.export.inks import Ink
from vitdash.export.rows import Row
from vitdash.run import groups
from vitdash.run.history import RunHistory
from vitdash.statistics import spread

SMOOTHED_OVER = 0.02
"""How far back a smoothed training loss looks, as a share of the longest run."""
WINDOWS = 48
FEWEST_A_WINDOW = 6
"""The noise of a training loss is told by windows of so many values at the least, or not at all."""

Points = tuple[list[float], list[float]]


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over images seen; `points` are evaluations, which are few. A `second` is told apart from a run's first.

    A `band` is what lies around the values: positions, lower and upper ends.
    """

    ink: Ink
    x: list[float]
    y: list[float]
    points: bool = True
    second: bool = False
    band: tuple[list[float], list[float], list[float]] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: what stands above it, and its curves."""

    title: str
    curves: list[Curve]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plots:
    """The four of them, the names of what is drawn with the ink of each, and how far images seen go."""

    panels: list[Panel]
    names: list[tuple[Ink, str]]
    end: float


def of_rows(rows: Sequence[Row]) -> Plots:
    """Return the plots of `rows`: runs that differ only in seed are one curve, their mean.

    A run without an event has no curve, and a name all the same.

    Raises:
        RunError: what a run recorded cannot be read.
    """
    histories = {row.id: row.read_history() for row in rows}
    gathered = groups.gather(rows)
    drawn = inks.hand_out([group.config.description.colour for group in gathered])
    end = float(max((history.images_seen for history in histories.values()), default=0)) or 1.0
    sources = [
        _Source(ink, [histories[member.id] for member in group.counted or group.members], end)
        for ink, group in zip(drawn, gathered, strict=True)
    ]
    held_out = [source.probed("svc_held_out", second=True) for source in sources]
    panels = [
        Panel("train loss", [source.training() for source in sources], _about_bands(sources)),
        Panel("validation loss", [source.evaluated("loss") for source in sources]),
        Panel("accuracy (argmax)", [source.evaluated("accuracy") for source in sources]),
        Panel(
            "accuracy (svc)",
            [*held_out, *(source.probed("svc") for source in sources)],
            "dashed: held-out" if any(curve.x for curve in held_out) else "",
        ),
    ]
    names = [source.called(group.name) for source, group in zip(sources, gathered, strict=True)]
    return Plots(panels, list(zip(drawn, names, strict=True)), end)


@dataclass(frozen=True, slots=True)
class _Source:
    """The recorded runs of one group, and the ink that they are drawn in."""

    ink: Ink
    histories: list[RunHistory]
    end: float

    def called(self, name: str) -> str:
        if not any(history.progress or history.evaluations for history in self.histories):
            return f"{name} (nothing recorded)"
        return name if len(self.histories) == 1 else f"{name} ({len(self.histories)} seeds)"

    def training(self) -> Curve:
        recorded = [_sound((event.images_seen, event.loss) for event in item.progress) for item in self.histories]
        smoothed = []
        for x, y in recorded:
            smoother = Smoother(SMOOTHED_OVER * self.end)
            smoother.extend(x, y)
            smoothed.append((x, smoother.values))
        if len(recorded) > 1:
            return self._mean(smoothed, points=False)
        return Curve(self.ink, *smoothed[0], points=False, band=_noise(*recorded[0], self.end))

    def evaluated(self, what: str) -> Curve:
        return self._mean(
            [_sound((event.images_seen, getattr(event, what)) for event in item.evaluations) for item in self.histories]
        )

    def probed(self, what: str, *, second: bool = False) -> Curve:
        found = [
            _sound((event.images_seen, event.values[what]) for event in item.probes if what in event.values)
            for item in self.histories
        ]
        return self._mean(found, second=second)

    def _mean(self, series: Sequence[Points], *, points: bool = True, second: bool = False) -> Curve:
        """Return the mean of several series where all of them have a value, with their standard deviation around it."""
        if len(series) == 1:
            return Curve(self.ink, *series[0], points=points, second=second)
        tables = [dict(zip(*one, strict=True)) for one in series]
        places = [place for place in tables[0] if all(place in table for table in tables)]
        told = [spread([table[place] for table in tables]) for place in places]
        means = [item.mean for item in told if item]
        around = [item.deviation or 0.0 for item in told if item]
        lows = [mean - deviation for mean, deviation in zip(means, around, strict=True)]
        highs = [mean + deviation for mean, deviation in zip(means, around, strict=True)]
        return Curve(self.ink, places, means, points=points, second=second, band=(places, lows, highs))


def _about_bands(sources: Sequence[_Source]) -> str:
    several = {len(source.histories) > 1 for source in sources if any(item.progress for item in source.histories)}
    if several == {True}:
        return "bands: ± standard deviation over seeds"
    return "bands: eight of ten records" if several == {False} else ""


def _sound(values: Iterable[tuple[int, float]]) -> Points:
    """Return positions and values that can be drawn; a position that stands twice is that of its last value."""
    known = {float(place): value for place, value in values if abs(value) < LARGEST}
    return list(known), list(known.values())


def _noise(x: list[float], y: list[float], end: float) -> tuple[list[float], list[float], list[float]] | None:
    """Return between which values eight of ten lie, window by window."""
    windows = min(WINDOWS, int(len(x) / FEWEST_A_WINDOW * end / (x[-1] if x else 1)))
    gathered: dict[int, list[int]] = {}
    for index, place in enumerate(x):
        gathered.setdefault(min(windows - 1, int(place / end * windows)), []).append(index)
    full = [found for found in gathered.values() if len(found) >= FEWEST_A_WINDOW - 1]
    if windows < 1 or len(full) < 2:
        return None
    middles, lows, highs = [], [], []
    for found in full:
        values = sorted(y[index] for index in found)
        middles.append(sum(x[index] for index in found) / len(found))
        lows.append(values[len(values) // 10])
        highs.append(values[-1 - len(values) // 10])
    return middles, lows, highs
