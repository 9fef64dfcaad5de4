"""How many at once: `VITDASH_DATA=… python -m tests.bench.sweeps`. Two runs one after the other, or side by side.

Each turn is a whole sweep by the command, from lining up to the last run's end: start-up, evaluation and probes
included. Before that: how long it takes to plan a thousand runs and to preview them by the command, and what the queue
adds to each run, from the end of one to the start of the next one's process. `--turns 0` measures only these.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from tests.bench.hardware import describe, spread
from vitdash.run import machine, summary
from vitdash.run.combinations import Wanted
from vitdash.run.known import Known
from vitdash.run.state import State
from vitdash.run.sweep import plan

LOOK_SECONDS = 0.1
PLANNED = 1000
QUEUED = 6


def seconds(root: Path, options: list[str], images: int, jobs: int, members: int) -> tuple[float, list[object]]:
    """Return how long a sweep of `cnn` takes from lining up to its end, and what came of it."""
    sweep = [sys.executable, "-m", "vitdash", "sweep", "cnn", "--max-inputs", str(images), "--seeds", str(members)]
    begun = time.perf_counter()
    more = ["--jobs", str(jobs), "--yes", "--runs-dir", str(root), *options]
    subprocess.run([*sweep, *more], stdout=subprocess.DEVNULL, check=True)
    while True:
        found = summary.summarise_all(root)
        if len(found) == members and all(item.state is State.FINISHED for item in found):
            figures = sorted((item.name, item.figures.loss, *item.figures.results.values()) for item in found)
            return time.perf_counter() - begun, list(figures)
        if any(item.state in (State.FAILED, State.LOST, State.STOPPED) for item in found):
            raise RuntimeError("a run did not finish")
        time.sleep(LOOK_SECONDS)


def planning() -> float:
    """Return the processor seconds that planning a thousand runs takes, as the preview does with each change."""
    rates = tuple(f"{rate}e-5" for rate in range(1, PLANNED // 5 + 1))
    wanted = Wanted(("vit-l4-h16",), matrix={"learning_rate": rates}, seeds=tuple(range(5)))
    begun = time.process_time()
    found = plan(wanted, Known())
    assert len(found.members) == PLANNED
    return time.process_time() - begun


def previewing() -> tuple[float, float]:
    """Return the seconds, and those of the processor, in which the command shows a thousand runs, start-up included."""
    rates = ",".join(f"{rate}e-5" for rate in range(1, PLANNED // 5 + 1))
    with tempfile.TemporaryDirectory() as root:
        varied = ["--matrix", f"learning_rate={rates}", "--seeds", "5", "--dry-run", "--runs-dir", root]
        begun, spent = time.perf_counter(), _spent_by_children()
        command = [sys.executable, "-m", "vitdash", "sweep", "vit-l4-h16", *varied]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begun, _spent_by_children() - spent


def _spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def between() -> list[float]:
    """Return how long after the end of each run the next one's process began, with nothing but the queue between."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        seconds(root, ["--dataset", "digits", "--set", "width=4"], images=640, jobs=1, members=QUEUED)
        claims = sorted((item.run.read_claim() for item in summary.summarise_all(root)), key=lambda claim: claim.ended)
        return [later.process_started - earlier.ended for earlier, later in pairwise(claims)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--images", type=int, default=6000)
    parser.add_argument("--dataset", default="fashion-mnist")
    asked = parser.parse_args()
    cores = machine.cores()
    print(describe())
    print(f"planning {PLANNED} runs, processor seconds: {spread([planning() for _ in range(5)])}")
    walls, spent = zip(*(previewing() for _ in range(5)), strict=True)
    print(f"previewing {PLANNED} runs by the command, seconds: {spread(list(walls))}, load {os.getloadavg()[0]:.1f}")
    print(f"  of these, of the processor: {spread(list(spent))}")
    gaps = spread(between())
    print(
        f"from the end of a run to the start of the next one's process, seconds: {gaps}, load {os.getloadavg()[0]:.1f}"
    )
    options = ["--dataset", asked.dataset]
    ways = {f"one after the other, {cores} threads": (1, cores), f"{cores} side by side, 1 thread": (cores, 1)}
    ways["one after the other, 1 thread"] = (1, 1)
    times: dict[str, list[float]] = {name: [] for name in ways}
    results: dict[str, list[object]] = {}
    for turn in range(asked.turns):
        # Each begins as often as the other: a machine warms up, and others come and go.
        for name, (jobs, threads) in list(ways.items())[:: 1 if turn % 2 == 0 else -1]:
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                told = [*options, "--set", f"threads={threads}"]
                took, results[name] = seconds(root, told, asked.images, jobs, cores)
                times[name].append(took)
            print(f"  {name}: {took:.1f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    for name, measured in times.items() if asked.turns else ():
        print(f"{name}: {spread(measured, 1)} s")
    for name, result in results.items():
        print(f"{name}: {result}")


if __name__ == "__main__":
    main()
