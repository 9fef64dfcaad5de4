"""Back-to-back runs with a dashboard open: does anything grow? `python -m tests.faults.soak --minutes 30`.

Measured are the dashboard and the standby, which live all the time; a worker lives for one run. What a dashboard shows
grows with the number of runs in its folder, so that a little more memory is no leak: judged is the slope against what
one run may cost.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.hardware import describe
from tests.faults import case as cases
from tests.faults.world import Window, surroundings, wait_for
from vitdash.run import queue
from vitdash.run.state import State
from vitdash.run.states import States

SAMPLE_SECONDS = 2.0
SETTLING_SHARE = 0.2
"""So much of the time at the beginning is not judged: imports, caches and fonts come once."""
MOST_MB_A_RUN, MOST_FDS_A_RUN = 0.35, 0.01
"""What one more run in the folder may cost a dashboard: its folded events and curves; no file stays open."""
WAITING = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the dashboard: hours since the beginning, memory in MB, open files, runs finished."""

    hours: float
    megabytes: float
    files: int
    finished: int


def main() -> int:
    """Let runs go one after the other while a dashboard is open, and print the slopes; 1 where they are not flat."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        folder = Path(place).resolve()
        (folder / "runs").mkdir()
        with surroundings(folder, ""):
            samples = measure(folder, minutes * 60)
    return judge(samples)


def measure(folder: Path, seconds: float) -> list[Sample]:
    """Keep the queue filled for so long and look at the dashboard again and again."""
    window = Window(folder)
    samples: list[Sample] = []
    try:
        wait_for(lambda: "runs" in window.terminal.text, "a dashboard opens")
        process, states, begun = psutil.Process(window.process), States(folder / "runs"), time.monotonic()
        config, told = cases.config("per batch"), -1
        while (passed := time.monotonic() - begun) < seconds:
            found = list(states.look().values())
            for _ in range(WAITING - found.count(State.QUEUED)):
                queue.enqueue(config, folder / "runs", "soak", ("soak",))
            finished = found.count(State.FINISHED)
            samples.append(Sample(passed / 3600, process.memory_info().rss / 1e6, process.num_fds(), finished))
            if finished != told:
                told = finished
                last = samples[-1]
                print(
                    f"{passed / 60:5.1f} min  {finished:3} runs  {last.megabytes:6.1f} MB  {last.files} files",
                    flush=True,
                )
            time.sleep(SAMPLE_SECONDS)
        for run in queue.waiting(folder / "runs", states.look()):
            queue.leave(run)
        wait_for(lambda: not any(item.active for item in states.look().values()), "the last run ends")
    finally:
        window.close()
    return samples


def judge(samples: Sequence[Sample]) -> int:
    """Print the slopes and whether they are flat; return the exit code that says so."""
    judged = [sample for sample in samples if sample.hours >= samples[-1].hours * SETTLING_SHARE]
    hours = [sample.hours for sample in judged]
    runs = judged[-1].finished - judged[0].finished
    memory = slope(hours, [sample.megabytes for sample in judged])
    files = slope(hours, [float(sample.files) for sample in judged])
    passed = hours[-1] - hours[0]
    a_run = (memory * passed / max(1, runs), files * passed / max(1, runs))
    flat = a_run[0] <= MOST_MB_A_RUN and a_run[1] <= MOST_FDS_A_RUN
    print(f"\n{samples[-1].finished} runs in {samples[-1].hours * 60:.0f} min, {len(judged)} samples judged")
    ends = f"{judged[0].megabytes:.1f} to {judged[-1].megabytes:.1f} MB"
    print(f"memory      {memory:+.2f} MB/h, {a_run[0]:+.3f} MB a run; {ends}")
    print(f"open files  {files:+.2f} /h, {a_run[1]:+.4f} a run; {judged[0].files} to {judged[-1].files}")
    print(f"{'flat' if flat else 'NOT FLAT'}: at most {MOST_MB_A_RUN} MB and {MOST_FDS_A_RUN} open files a run are")
    print(describe())
    return 0 if flat else 1


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the slope of the line that fits best by least squares."""
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - mean_x) ** 2 for a in x)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread if spread else 0.0


if __name__ == "__main__":
    sys.exit(main())
