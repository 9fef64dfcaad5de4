"""From runs' events to the curves of the charts. Must not know how they are drawn.

A run's numbers are kept in lists that grow with its history, so that a running one costs only what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from vitdash.run.events import Evaluated, Probed, TrainProgress
from vitdash.run.fleet import Standing
from vitdash.ui.plot.series import Series
from vitdash.ui.signs import Sign

ACCURACIES = ("argmax", "svc", "svc held-out", "training")
"""What the accuracy chart shows, one at a time: four kinds of points for each run nobody tells apart."""


@dataclass(slots=True)
class _Progress:
    x: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    pace: list[float] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)

    def take(self, events: Sequence[TrainProgress]) -> None:
        kept = _agreeing(self.seqs, events)
        for series in (self.x, self.loss, self.accuracy, self.learning_rate, self.pace, self.seqs):
            del series[kept:]
        for event in events[kept:]:
            self.x.append(event.images_seen)
            self.loss.append(event.loss)
            self.accuracy.append(event.accuracy)
            self.learning_rate.append(event.learning_rate)
            self.pace.append(event.images_per_second)
            self.seqs.append(event.seq)


@dataclass(slots=True)
class _Points:
    """What evaluations and probes found: few, so they are read anew."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)

    def take(self, points: Iterable[tuple[int, float]]) -> None:
        found = list(points)
        self.x[:] = [x for x, _ in found]
        self.y[:] = [y for _, y in found]


@dataclass(slots=True)
class _Curves:
    progress: _Progress = field(default_factory=_Progress)
    validation_loss: _Points = field(default_factory=_Points)
    points: dict[str, _Points] = field(default_factory=lambda: {name: _Points() for name in ACCURACIES[:3]})
    version: int = -1


@dataclass(frozen=True, slots=True)
class Charted:
    """A run whose curves are drawn, with its sign and what it is called beside the others."""

    known: Standing
    sign: Sign
    name: str


class Curves:
    """The series of every chart, for the runs that are asked for."""

    def __init__(self) -> None:
        self._known: dict[str, _Curves] = {}

    def loss(self, runs: Sequence[Charted]) -> list[Series]:
        """Return each run's training loss, and its validation loss as points over it."""
        found = []
        for run, curves in self._read(runs):
            found.append(_series(run, "loss", curves.progress.x, curves.progress.loss))
            points = curves.validation_loss
            found.append(_series(run, "validation_loss", points.x, points.y, dots=True, overlay=True))
        return found

    def accuracy(self, runs: Sequence[Charted], kind: str) -> list[Series]:
        """Return one kind of each run's accuracies."""
        found = []
        for run, curves in self._read(runs):
            if kind == "training":
                found.append(_series(run, kind, curves.progress.x, curves.progress.accuracy))
            else:
                points = curves.points[kind]
                found.append(_series(run, kind, points.x, points.y, dots=True))
        return found

    def learning_rate(self, runs: Sequence[Charted]) -> list[Series]:
        """Return each run's learning rate."""
        return self._of_progress(runs, "learning_rate", lambda progress: progress.learning_rate)

    def pace(self, runs: Sequence[Charted]) -> list[Series]:
        """Return each run's images per second."""
        return self._of_progress(runs, "pace", lambda progress: progress.pace)

    def forget_others(self, ids: set[str]) -> None:
        """Drop the numbers of all runs but these."""
        self._known = {run_id: curves for run_id, curves in self._known.items() if run_id in ids}

    def _of_progress(
        self, runs: Sequence[Charted], what: str, read: Callable[[_Progress], list[float]]
    ) -> list[Series]:
        found = self._read(runs)
        return [_series(run, what, curves.progress.x, read(curves.progress)) for run, curves in found]

    def _read(self, runs: Sequence[Charted]) -> list[tuple[Charted, _Curves]]:
        return [(run, self._curves(run.known)) for run in runs]

    def _curves(self, known: Standing) -> _Curves:
        curves = self._known.setdefault(known.run.id, _Curves())
        if curves.version != known.version:
            curves.version = known.version
            history = known.history
            curves.progress.take(history.progress)
            curves.validation_loss.take((event.images_seen, event.loss) for event in history.evaluations)
            curves.points["argmax"].take(_argmax(history.evaluations))
            curves.points["svc"].take(_probed(history.probes, "svc"))
            curves.points["svc held-out"].take(_probed(history.probes, "svc_held_out"))
        return curves


def _series(
    run: Charted, what: str, x: list[float], y: list[float], *, dots: bool = False, overlay: bool = False
) -> Series:
    return Series(
        key=f"{run.known.run.id} {what}",
        label=run.name,
        sign=run.sign,
        x=x,
        y=y,
        dots=dots,
        ended=not run.known.state.active,
        overlay=overlay,
    )


def _agreeing(seqs: list[int], events: Sequence[TrainProgress]) -> int:
    """Return how many of what is kept is still so: a resume drops the end of a series."""
    kept = min(len(seqs), len(events))
    while kept and seqs[kept - 1] != events[kept - 1].seq:
        kept -= 1
    return kept


def _argmax(evaluations: Iterable[Evaluated]) -> Iterable[tuple[int, float]]:
    return ((event.images_seen, event.accuracy) for event in evaluations)


def _probed(probes: Iterable[Probed], value: str) -> Iterable[tuple[int, float]]:
    return ((event.images_seen, event.values[value]) for event in probes if value in event.values)
