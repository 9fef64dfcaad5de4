"""Which evaluation of a run is looked at, and what of it is shown. Must not know files or widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitdash.run.diagnostics import Diagnostics, Judged
from vitdash.ui.widgets.image_grid import ARROW, Picture


@dataclass(frozen=True, slots=True)
class Evaluations:
    """After how many images there are diagnostics, the fewest first, and which of them is looked at."""

    positions: tuple[int, ...] = ()
    place: int = 0

    @property
    def position(self) -> int | None:
        """The images after which the one that is looked at was made; None where there is none."""
        return self.positions[self.place] if self.positions else None

    def step(self, by: int) -> Evaluations:
        """Return the same with another looked at, as far as there are any."""
        return Evaluations(self.positions, min(max(0, self.place + by), max(0, len(self.positions) - 1)))

    def now(self, positions: Sequence[int]) -> Evaluations:
        """Return what there is now: the same one is looked at, or the newest if that was."""
        last = len(positions) - 1
        if not positions:
            return Evaluations()
        if self.position is None or self.place == len(self.positions) - 1 or self.position not in positions:
            return Evaluations(tuple(positions), last)
        return Evaluations(tuple(positions), list(positions).index(self.position))


def recognised(found: Diagnostics) -> float | None:
    """Return the share of validation images that were recognised, None where there were none."""
    total = sum(map(sum, found.confusion))
    return sum(row[place] for place, row in enumerate(found.confusion)) / total if total else None


def mistakes(found: Diagnostics) -> list[Picture]:
    """Return the images that were most wrong, with what they were taken for and the loss."""
    return [_judged(found, item) for item in found.worst]


def successes(found: Diagnostics) -> list[Picture]:
    """Return the images that were most right."""
    return [_judged(found, item) for item in found.best]


def inputs(found: Diagnostics) -> list[Picture]:
    """Return training images as the network saw them."""
    return [Picture(item.image, found.classes[item.true]) for item in found.augmented]


def _judged(found: Diagnostics, item: Judged) -> Picture:
    true, predicted = found.classes[item.true], found.classes[item.predicted]
    wrong = item.true != item.predicted
    said = f"{true} {ARROW} {predicted}" if wrong else true
    return Picture(item.image, f"{said} {item.loss:.2g}", wrong)
