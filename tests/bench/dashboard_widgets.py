"""How long the dashboard's widgets take to draw: `python -m tests.bench.dashboard_widgets`. CPU time, no terminal."""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Callable

from tests.bench.hardware import describe, spread
from vitdash.text import figure
from vitdash.ui.plot.paper import Scene
from vitdash.ui.plot.series import Series
from vitdash.ui.plot.sheet import Sheet
from vitdash.ui.signs import Signs

RUNS = 12
PLANNED = 2_000_000
RECORDS = 3_125
CHARTS = ((76, 13), (60, 20), (110, 40))


def curves(runs: int) -> list[Series]:
    """Return as many noisy losses of full runs, with spikes."""
    signs = Signs()
    chance = random.Random(0)
    positions = [PLANNED * (index + 1) / RECORDS for index in range(RECORDS)]
    found = []
    for number in range(runs):
        values = [
            0.02 + 0.002 * number + 0.1 * math.exp(-12 * x / PLANNED) + abs(chance.gauss(0, 0.004)) for x in positions
        ]
        for _ in range(5):
            values[chance.randrange(RECORDS)] *= 5
        run = f"run-{number}"
        found.append(Series(run, run, signs.of(run), positions, values, ended=True))
    return found


def milliseconds(act: Callable[[], object]) -> float:
    """Return the CPU time of an action."""
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000


def scene(series: list[Series], size: tuple[int, int], smoothing: int = 2) -> Scene:
    """Return a chart of some series."""
    return Scene(tuple(series), PLANNED, *size, title="train loss", smoothing=smoothing)


def lines(sheet: Sheet, scene: Scene) -> None:
    """Draw a scene, and read the lines that changed as a widget does."""
    for line in sheet.draw(scene):
        sheet.line(line)


def first_drawing(series: list[Series], size: tuple[int, int], smoothing: int) -> float:
    """Measure a chart that has drawn nothing yet."""
    sheet = Sheet(figure, unicode=True)
    return milliseconds(lambda: lines(sheet, scene(series, size, smoothing)))


def one_record_more(series: list[Series], size: tuple[int, int], repetitions: int) -> list[float]:
    """Measure what one record more of one of the runs costs."""
    sheet = Sheet(figure, unicode=True)
    others, running = series[:-1], series[-1]
    times = []
    for count in range(RECORDS // 2, RECORDS // 2 + repetitions + 1):
        grown = Series(running.key, running.label, running.sign, running.x[:count], running.y[:count])
        scenery = scene([*others, grown], size)
        times.append(milliseconds(lambda scenery=scenery: lines(sheet, scenery)))  # type: ignore[misc]
    return times[1:]


def charts(repetitions: int) -> None:
    """Print what charts cost."""
    series = curves(RUNS)
    print(f"chart, {RUNS} runs of {RECORDS:,} records")
    for size in CHARTS:
        name = f"{size[0]}×{size[1]}"
        for smoothing, word in ((2, "smoothed, with bands"), (0, "not smoothed")):
            times = [first_drawing(series, size, smoothing) for _ in range(repetitions)]
            print(f"  {name:7} first drawing, {word:21} {spread(times, 1)}")
        times = one_record_more(series, size, repetitions)
        print(f"  {name:7} {'one record more':36} {spread(times, 2)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=20)
    repetitions = parser.parse_args().repetitions
    print(describe())
    print("CPU milliseconds; median (range, n)")
    charts(repetitions)


if __name__ == "__main__":
    main()
