"""How cost grows with what is asked for: `python -m tests.bench.growth [--quick] [WHAT…]`.

Each line is one kind of growth: the sizes, what each took (median of turns), and the exponent of the power law that
fits best: 1 is in proportion, 2 is quadratic, 0 is for free. `steepest` is the exponent between two neighbouring sizes
where it is largest: what comes after those sizes is dearer than the law says.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch

from tests.bench import kept
from tests.bench.dashboard import record
from tests.bench.figures import in_turn
from tests.bench.hardware import describe
from tests.bench.steps import configure, ready, steps_of
from vitdash.config import RunConfig
from vitdash.engine.batches import TrainingBatches
from vitdash.engine.datasets import Dataset
from vitdash.run.events import Event, TrainProgress
from vitdash.run.fleet import Fleet
from vitdash.run.history import RunHistory, fold
from vitdash.run.log import EventReader, EventWriter

Calls = dict[int, Callable[[], object]]


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of the straight line through the logarithms, by least squares."""
    return statistics.linear_regression([math.log(size) for size in sizes], [math.log(cost) for cost in costs]).slope


def steepest(sizes: Sequence[float], costs: Sequence[float]) -> tuple[float, float]:
    """Return the largest exponent between neighbouring sizes, and the larger one of the two."""
    pairs = itertools.pairwise(zip(sizes, costs, strict=True))
    return max((exponent((a, b), (before, after)), b) for (a, before), (b, after) in pairs)


def batch_size(_: Path) -> Calls:
    """Take steps of the cnn at larger batches."""
    return {size: _step("cnn", batch_size=size) for size in (16, 32, 64, 128, 256)}


def layers(_: Path) -> Calls:
    """Take steps of a vision transformer with more layers."""
    return {count: _step("vit-l4-h8", layers=count) for count in (1, 2, 4, 8)}


def hidden(_: Path) -> Calls:
    """Take steps of a vision transformer with larger tokens, its MLP twice as large."""
    return {size: _step("vit-l4-h8", hidden=size, mlp=2 * size) for size in (64, 128, 256, 512)}


def images(_: Path) -> Calls:
    """Read one augmented batch, in the order of an epoch, from data sets of more images."""
    config = configure("cnn")
    return {count: _reading(config, count) for count in (1_000, 10_000, 100_000, 1_000_000)}


def events(folder: Path) -> Calls:
    """Read a log of more events, and fold it: what opening a run takes."""
    calls: Calls = {}
    for count in (1_000, 10_000, 100_000):
        path = folder / f"{count}.jsonl"
        log = EventWriter(path)
        for number in range(1, count + 1):
            log.append(
                TrainProgress(
                    images_seen=640 * number, loss=0.1, accuracy=0.5, learning_rate=1e-4, images_per_second=900.0
                )
            )
        log.close()
        calls[count] = partial(_opened, path)
    return calls


def runs(folder: Path) -> Calls:
    """Look once at folders of more finished runs, as the dashboard does several times a second."""
    calls: Calls = {}
    for count in (10, 100, 1_000):
        root = folder / f"{count}" / "runs"
        for seed in range(count):
            record(root, f"run{seed}", seed, until=64_000, planned=64_000)
        fleet = Fleet(root, read_only=True)
        calls[count] = fleet.look
    return calls


KINDS: dict[str, tuple[Callable[[Path], Calls], int]] = {
    "batch_size": (batch_size, 15),
    "layers": (layers, 10),
    "hidden": (hidden, 8),
    "images": (images, 100),
    "events": (events, 5),
    "runs": (runs, 30),
}
"""What grows, and how many turns are enough."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=", ".join(KINDS))
    parser.add_argument("--quick", action="store_true", help="two turns of each")
    given = parser.parse_args()
    if unknown := set(given.what) - KINDS.keys():
        parser.error(f"nothing called {', '.join(sorted(unknown))} is measured; there are {', '.join(KINDS)}")
    kept.begin_again("tests.bench.growth")
    torch.set_num_threads(torch.get_num_threads())
    print(describe())
    for name in given.what or KINDS:
        make, turns = KINDS[name]
        turns = 2 if given.quick else turns
        with tempfile.TemporaryDirectory() as folder:
            calls = {str(size): call for size, call in make(Path(folder)).items()}
            found = in_turn(calls, turns, time.perf_counter)
        sizes = [float(size) for size in found]
        costs = [statistics.median(seconds) for seconds in found.values()]
        told = ", ".join(f"{size}: {1000 * cost:,.2f} ms" for size, cost in zip(found, costs, strict=True))
        most, at = steepest(sizes, costs)
        law = f"exponent {exponent(sizes, costs):5.2f}   steepest {most:5.2f} up to {at:,.0f}"
        print(f"{name:<11} {law}   n={turns}   {told}", flush=True)


def _step(preset: str, **changes: int) -> Callable[[], object]:
    return steps_of(ready(configure(preset, **changes)))


def _opened(path: Path) -> RunHistory:
    return fold([item for item in EventReader(path).from_file() if isinstance(item, Event)])


def _reading(config: RunConfig, count: int) -> Callable[[], object]:
    side = config.dataset.image_size
    # Ones, for they are written: memory that never was is made when a batch is first read from it.
    images = torch.ones(count, 1, side, side, dtype=torch.uint8)
    labels = torch.zeros(count, dtype=torch.int64)
    batches = TrainingBatches(config, Dataset(images, labels, images[:1], labels[:1], ("",) * 10))
    following = batches.schedule.after(0)
    return lambda: batches.read(next(following))


if __name__ == "__main__":
    main()
