"""The runs that there are already, found by what they compute. Must not know who asks, nor why."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vitdash.config import RunConfig
from vitdash.errors import VitdashError
from vitdash.run import store, summary
from vitdash.run.estimate import Estimate, Estimator, Measured
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import Figures


@dataclass(frozen=True, slots=True)
class Seen:
    """A run that there is already."""

    run: Run
    state: State
    config: RunConfig
    figures: Figures
    name: str = ""
    tags: tuple[str, ...] = ()


class Known:
    """The runs that there are already, by what they compute, and how fast they were."""

    def __init__(self, seen: Iterable[Seen] = ()) -> None:
        self._by_fingerprint: dict[str, Seen] = {}
        self._states: Counter[State] = Counter()
        measured: list[tuple[float, Measured]] = []
        for item in seen:
            self._states[item.state] += 1
            figures, fingerprint = item.figures, item.config.fingerprint()
            other = self._by_fingerprint.get(fingerprint)
            if other is None or _progress(item.state) >= _progress(other.state):
                self._by_fingerprint[fingerprint] = item
            if figures.images_per_second is not None:
                pace, seconds = figures.images_per_second, figures.seconds or 0.0
                run = Measured(item.config, pace, seconds, figures.images_seen, item.name)
                measured.append((figures.last_time, run))
        # The last one tells most of how fast the machine is today: runs of a sweep were all created in one moment.
        measured.sort(key=lambda pair: pair[0])
        self._estimator = Estimator([run for _, run in measured])
        self._estimates: dict[object, Estimate] = {}

    def like(self, fingerprint: str) -> Seen | None:
        """Return the run that computes the same: of several the one that has come furthest."""
        return self._by_fingerprint.get(fingerprint)

    def count(self, states: Iterable[State]) -> int:
        """Return how many runs do one of these."""
        return sum(self._states[state] for state in states)

    def estimate(self, config: RunConfig) -> Estimate:
        """Return how long `config` would take."""
        # Neither the seed nor the optimiser's knobs change that, and most of a sweep differs in nothing else.
        train = dataclasses.replace(config.train, seed=0)
        key = (config.model, config.data, train, config.probe, config.record, config.compute)
        if key not in self._estimates:
            self._estimates[key] = self._estimator.of(config)
        return self._estimates[key]


def survey(root: Path) -> Known:
    """Return what there is under `root`.

    Raises:
        InputError: `root` cannot be read.
    """
    seen = []
    for item in summary.summarise_all(root):
        # A run that cannot be read is none that could be skipped or gone on with.
        try:
            config = store.read_config(item.run)
        except VitdashError:
            continue
        seen.append(Seen(item.run, item.state, config, item.figures, item.name, item.labels.tags))
    return Known(seen)


def _progress(state: State) -> int:
    """Return how far a run has come that computes what is wanted: one that can go on is better than nothing."""
    if state is State.FINISHED:
        return 3
    return 2 if state.active or state is State.QUEUED else 1
