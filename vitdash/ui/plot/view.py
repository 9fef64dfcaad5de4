"""Which part of an axis from 0 to its end is seen. Must not know who zooms."""

from __future__ import annotations

from dataclasses import dataclass

DEEPEST = 200.0
"""How many times the axis may be longer than what is seen of it."""


@dataclass(frozen=True, slots=True)
class View:
    """What is seen: from `start` to `end` of an axis that goes from 0 to `whole`."""

    start: float
    end: float
    whole: float

    @property
    def part(self) -> tuple[float, float] | None:
        """The ends of what is seen, None where that is everything."""
        return None if (self.start, self.end) == (0.0, self.whole) else (self.start, self.end)

    def zoomed(self, factor: float, around: float | None) -> View:
        """Return a view of `factor` times less, with a position, or the middle, where it was."""
        length = self.end - self.start
        around = (self.start + self.end) / 2 if around is None else around
        share = (around - self.start) / length
        length = min(self.whole, max(length / factor, self.whole / DEEPEST))
        return self._at(around - share * length, length)

    def moved(self, share: float) -> View:
        """Return a view of as much, further to the right by a share of it."""
        length = self.end - self.start
        return self._at(self.start + share * length, length)

    def _at(self, start: float, length: float) -> View:
        start = min(max(0.0, start), self.whole - length)
        return View(start, min(start + length, self.whole), self.whole)
