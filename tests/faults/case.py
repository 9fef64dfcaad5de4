"""A case of the harness, as its seed has drawn it. Must not know processes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from vitdash import presets
from vitdash.config import RunConfig

IMAGES = 2_400
CONFIGURATIONS: dict[str, dict[str, str]] = {
    "per batch": {"augment_per": "batch"},
    "per image": {"augment_per": "image"},
}
RECORDS = 12
"""TrainProgress events of an undisturbed run, at least: a moment is counted in them."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what `kind` of fault befalls a run of which configuration; everything else follows from the seed."""

    index: int
    seed: int
    kind: str
    configuration: str

    def draws(self) -> Random:
        """Return the source of all that is random in this case, from its beginning."""
        return Random(f"{self.seed} {self.index}")


def plan(count: int, seed: int, kinds: list[str]) -> list[Case]:
    """Return the cases of a seed: the kinds in turn, so that each is tried equally often."""
    names = list(CONFIGURATIONS)
    return [Case(i, seed, kinds[i % len(kinds)], names[(i // len(kinds)) % len(names)]) for i in range(count)]


def config(name: str) -> RunConfig:
    """Return the configuration of this name: the smallest that still has epochs, evaluations, probes, checkpoints."""
    small = presets.load("cnn")
    settings = {
        "dataset": "digits",
        "convolutions": "1",
        "width": "4",
        "code_size": "16",
        "max_inputs": str(IMAGES),
        "progress_every_images": "192",
        "evaluate_every_images": "700",
        "checkpoint_every_images": "400",
        "probe_every": "0",
        "threads": "1",
    }
    return small.replace(small.parse(settings | CONFIGURATIONS[name]))
