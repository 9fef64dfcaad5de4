"""Three presets on Fashion-MNIST, each killed three times at random, against a twin that nobody disturbed.

`python -m tests.faults.twins --data-dir DATA`; each needs two trainings of 30,000 images.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from tests.bench.hardware import describe
from tests.faults import evidence
from tests.faults.evidence import Outcome
from vitdash import presets
from vitdash.export import markdown, rows
from vitdash.run import launch, state
from vitdash.run.events import CheckpointSaved, TrainProgress
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run

PRESETS = ("cnn", "vit-l4-h16", "rn18")
IMAGES, KILLS = 30_000, 3
OF_THE_CLOCK = ("images/s", "training time")
"""Columns of the table that two equal runs need not share."""


@dataclass(frozen=True, slots=True)
class Twins:
    """What came of a preset's two runs; `kills` are the images seen when the one was killed."""

    preset: str
    kills: tuple[int, ...]
    disturbed: Outcome
    undisturbed: Outcome
    tables: tuple[str, str]


def main() -> int:
    """Train the twins, print their weights' sums and whether their tables are equal; 1 where anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.twins", description=__doc__)
    parser.add_argument("presets", nargs="*", default=list(PRESETS))
    parser.add_argument("--data-dir", default=os.environ.get("VITDASH_TEST_DATA", ""), help="where Fashion-MNIST lies")
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--seed", type=int, default=1, help="what the moments are drawn from")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at once, each on one thread (default 2)")
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="twins-") as folder:
        train = partial(_train, root=Path(folder), data_dir=given.data_dir, images=given.images, seed=given.seed)
        work = [(preset, disturbed) for preset in given.presets for disturbed in (True, False)]
        with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
            trained = dict(zip(work, pool.starmap(train, work, chunksize=1), strict=True))
        found = [_compare(preset, trained) for preset in given.presets]
    for twins in found:
        _print(twins)
    print(f"\n{given.images:,} images each, {(time.monotonic() - begun) / 60:.0f} min. {describe()}")
    return 1 if any(_differences(twins) for twins in found) else 0


def _train(preset: str, disturbed: bool, *, root: Path, data_dir: str, images: int, seed: int) -> tuple[Run, list[int]]:
    """Train one of a preset's twins to its end, killing the worker where it is the disturbed one."""
    config = presets.load(preset)
    changes = {"max_inputs": images, "checkpoint_every_images": max(1, images // 10), "threads": 1}
    config = config.replace(changes | ({"data_dir": data_dir} if data_dir else {"dataset": "digits"}))
    worker = launch.start(launch.create(config, root, preset, ("twins",)))
    draws, kills = Random(f"{seed} {preset}"), []
    for moment in sorted(draws.randrange(images // 10, images) for _ in range(KILLS if disturbed else 0)):
        if not _reached(worker, moment):
            break
        time.sleep(draws.uniform(0, 0.5))
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait()
        if state.derive(worker.run) is State.FINISHED:
            break
        kills.append(_images_seen(worker.run))
        worker = launch.resume(worker.run)
    worker.process.wait()
    return worker.run, kills


def _reached(worker: Worker, images: int) -> bool:
    """Wait until a worker has recorded so many images, and return whether it still runs."""
    while _images_seen(worker.run) < images:
        if worker.process.poll() is not None:
            return False
        time.sleep(0.05)
    return True


def _images_seen(run: Run) -> int:
    """Return the images seen by the last record, however the run got there."""
    recorded = EventReader(run.events).from_file()
    seen = [item.images_seen for item in recorded if isinstance(item, (TrainProgress, CheckpointSaved))]
    return seen[-1] if seen else 0


def _compare(preset: str, trained: dict[tuple[str, bool], tuple[Run, list[int]]]) -> Twins:
    (disturbed, kills), (undisturbed, _) = trained[preset, True], trained[preset, False]
    outcomes: Callable[[Run], Outcome] = evidence.outcome
    tables = (_table(disturbed), _table(undisturbed))
    return Twins(preset, tuple(kills), outcomes(disturbed), outcomes(undisturbed), tables)


def _table(run: Run) -> str:
    """Return the results table of a run without the columns that tell how long it took."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in markdown.render(rows.read_rows([run])).splitlines()
    ]
    kept = [place for place, title in enumerate(lines[0]) if title not in OF_THE_CLOCK]
    return "\n".join(" | ".join(line[place] for place in kept) for line in lines if len(line) == len(lines[0]))


def _differences(twins: Twins) -> list[str]:
    different = evidence.differences(twins.disturbed, twins.undisturbed)
    return different + (["tables differ"] if twins.tables[0] != twins.tables[1] else [])


def _print(twins: Twins) -> None:
    kills = ", ".join(f"{images:,}" for images in twins.kills)
    print(f"\n{twins.preset}: killed -9 {len(twins.kills)} times, at {kills} images")
    print(f"  disturbed    {twins.disturbed.weights}")
    print(f"  undisturbed  {twins.undisturbed.weights}")
    print(f"  {'; '.join(_differences(twins)) or 'equal: weights, best weights, events, diagnostics, table'}")
    print(twins.tables[0])


if __name__ == "__main__":
    sys.exit(main())
