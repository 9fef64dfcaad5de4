"""How long a configuration would take, judged by runs that were measured here. Must not know files or screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from vitdash import text
from vitdash.config import RunConfig
from vitdash.knob_tables import EPOCH
from vitdash.knobs import Knob, Value
from vitdash.run import machine

WEIGHTLESS = ("seed", "max_inputs", "data_dir", "svc_c", "device")
"""Knobs outside the optimiser's table that change a result or a length, not the time that an image takes."""
ANY_DEVICE, THREADS = "auto", "threads"
MOST_COMPARED = 50
"""Runs of the same network that are looked at, the last ones: a key has to be answered at once."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A run that was timed on this machine: its pace while training, and how long all of it took, or 0."""

    config: RunConfig
    images_per_second: float
    seconds: float
    images: int
    name: str = ""

    @property
    def called(self) -> str:
        """What the run is called."""
        return text.plain(self.name or self.config.description.preset, 60)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What can honestly be said about the time; without `seconds`, `source` says why."""

    seconds: float | None
    source: str


class Estimator:
    """Judges configurations by the same runs, again with every key that is pressed in the form."""

    def __init__(self, measured: Sequence[Measured]) -> None:
        self._usable = [run for run in measured if run.images_per_second > 0]
        self._weights: dict[int, dict[str, tuple[Knob, Value]]] = {}
        self._cores = machine.cores()

    def of(self, config: RunConfig) -> Estimate:
        """Return how long `config` would take. Only the same network on the same device is a measure of it."""
        ours = self._weight(config)
        places = (place for place in reversed(range(len(self._usable))) if self._comparable(config, place))
        alike = [(self._usable[place], self._differences(ours, place)) for place in islice(places, MOST_COMPARED)]
        if not alike:
            return Estimate(None, _nearest(config, self._usable))
        # Of runs that are equally alike, the last is the one most like today's machine.
        run, different = min(alike, key=lambda pair: len(pair[1]))
        seconds = config.train.max_inputs / run.images_per_second
        if run.seconds > 0 and run.images > 0 and not different:
            beside = max(0.0, run.seconds - run.images / run.images_per_second)
            seconds += beside * _evaluations(config, config.train.max_inputs) / _evaluations(run.config, run.images)
        source = f"as in {run.called}: {text.rate(run.images_per_second)}"
        if config.compute.device == ANY_DEVICE != run.config.compute.device:
            source += f" on {run.config.compute.device}"
        if different:
            source += f" with {', '.join(f'{item.label} {text.setting(value)}' for item, value in different)}"
        return Estimate(seconds, source)

    def _comparable(self, config: RunConfig, place: int) -> bool:
        other = self._usable[place].config
        devices = {config.compute.device, other.compute.device} - {ANY_DEVICE}
        same = config.model == other.model and config.dataset.image_size == other.dataset.image_size
        return same and len(devices) < 2

    def _differences(self, ours: dict[str, tuple[Knob, Value]], place: int) -> list[tuple[Knob, Value]]:
        """Return how another run was different in what takes time."""
        if place not in self._weights:
            self._weights[place] = self._weight(self._usable[place].config)
        theirs = self._weights[place]
        return [item for name, item in theirs.items() if name in ours and ours[name][1] != item[1]]

    def _weight(self, config: RunConfig) -> dict[str, tuple[Knob, Value]]:
        """Return the knobs besides the model's that decide how long an image takes."""
        found = {
            knob.name: (knob, value)
            for table, knob, value in config.knobs()
            if table not in ("model", "optim") and knob.name not in WEIGHTLESS
        }
        # What was left open is decided at launch: a thread for each core.
        knob, threads = found[THREADS]
        return found | {THREADS: (knob, threads or self._cores)}


def estimate(config: RunConfig, measured: Sequence[Measured]) -> Estimate:
    """Return how long one configuration would take."""
    return Estimator(measured).of(config)


def _nearest(config: RunConfig, measured: Sequence[Measured]) -> str:
    same = [run for run in measured if run.config.model.name == config.model.name]
    if not same:
        return "no run like this was measured yet"
    run = min(reversed(same), key=lambda run: abs(run.config.parameters - config.parameters))
    size = text.count(run.config.parameters)
    return f"none like it measured yet; {run.called} ({size} parameters): {text.rate(run.images_per_second)}"


def _evaluations(config: RunConfig, images: int) -> int:
    every = config.record.evaluate_every_images
    every = config.dataset.train_images if every == EPOCH else every
    return max(1, -(-images // every))
