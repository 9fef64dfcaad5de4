"""How long a configuration would take, judged by runs that were measured here. Must not know files or screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitdash import text
from vitdash.config import EPOCH, RunConfig
from vitdash.knobs import Knob, Value

WEIGHTLESS = ("seed", "max_inputs", "data_dir", "warmup_images", "svc_c")
"""Knobs outside the optimiser's table that change a result or a length, not the time that an image takes."""
LEFT_OPEN: dict[str, Value] = {"device": "auto", "threads": 0}
"""Knobs that are decided at launch, and the value that leaves them open: what was measured here, was decided here."""


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


def estimate(config: RunConfig, measured: Sequence[Measured]) -> Estimate:
    """Return how long `config` would take. Only the same network on the same device is a measure of it."""
    usable = [run for run in measured if run.images_per_second > 0]
    alike = [(run, found) for run in usable if (found := _differences(config, run.config)) is not None]
    if not alike:
        return Estimate(None, _nearest(config, usable))
    # Of runs that are equally alike, the last is the one most like today's machine.
    run, different = min(reversed(alike), key=lambda pair: len(pair[1]))
    seconds = config.train.max_inputs / run.images_per_second
    if run.seconds > 0 and run.images > 0 and not different:
        beside = max(0.0, run.seconds - run.images / run.images_per_second)
        seconds += beside * _evaluations(config, config.train.max_inputs) / _evaluations(run.config, run.images)
    source = f"as in {run.called}: {text.rate(run.images_per_second)}"
    if different:
        source += f" with {', '.join(f'{item.label} {text.setting(value)}' for item, value in different)}"
    return Estimate(seconds, source)


def _differences(config: RunConfig, other: RunConfig) -> list[tuple[Knob, Value]] | None:
    """Return how the other run was different in what takes time; None where it is no measure at all."""
    if config.model != other.model or config.dataset.image_size != other.dataset.image_size:
        return None
    ours = {knob.name: value for _, knob, value in config.knobs()}
    found = []
    for table, knob, theirs in other.knobs():
        if table in ("model", "optim") or knob.name in WEIGHTLESS:
            continue
        mine = ours.get(knob.name)
        if knob.name in LEFT_OPEN:
            if LEFT_OPEN[knob.name] not in (mine, theirs) and mine != theirs:
                return None
        elif mine is not None and mine != theirs:
            found.append((knob, theirs))
    return found


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
