"""What a benchmark finds: figures with their spread, as a table and as JSON. Must not know how they are measured."""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.hardware import describe


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """A median of n measurements and the quartiles around it; `goal` is what it should be, in words."""

    part: str
    name: str
    unit: str
    median: float
    quartiles: tuple[float, float]
    n: int
    goal: str = ""

    @property
    def line(self) -> str:
        """The figure in one line of the table."""
        low, high = self.quartiles
        digits = 0 if abs(self.median) >= 100 else 2
        spread = f"({low:,.{digits}f} to {high:,.{digits}f})" if self.n > 1 else ""
        told = f"{self.median:>9,.{digits}f} {self.unit:<8} {spread:<22} n={self.n:<4}"
        return f"{self.part:<11} {self.name:<56} {told} {self.goal}".rstrip()


def figure(part: str, name: str, values: Sequence[float], unit: str = "×", goal: str = "") -> Figure:
    """Summarise measurements."""
    low, _, high = statistics.quantiles(values, n=4) if len(values) > 1 else (values[0],) * 3
    return Figure(part, name, unit, statistics.median(values), (low, high), len(values), goal)


def ratios(part: str, name: str, ours: Sequence[float], theirs: Sequence[float], goal: str = "") -> Figure:
    """Summarise how many times as fast ours was: pairs were measured one right after the other."""
    return figure(part, name, [slow / fast for fast, slow in zip(ours, theirs, strict=True)], goal=goal)


def in_turn(
    candidates: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Return the seconds of each call; candidates take turns, so that a busy machine slows all of them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(-2, rounds):
        for name, call in candidates.items():
            begun = clock()
            call()
            if number >= 0:
                seconds[name].append(clock() - begun)
    return seconds


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Write figures as JSON, with the machine and the versions that they are from."""
    content = {"measured_on": describe(), "figures": [dataclasses.asdict(item) for item in figures]}
    path.write_text(json.dumps(content, indent=1) + "\n")
