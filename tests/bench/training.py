"""The whole worker against the bare model step: `python -m tests.bench.training [PRESET…] [--segments N]`.

The bare loop is torchvision's model, loss, gradients and fused AdamW on one batch that is a tensor already, in a
process that keeps freed memory as a worker does. The worker is a real one, with its pipe, events, augmentation and
checkpoints, timed by its own progress records. The two take turns: while one is timed the other one is paused, so that
a machine that changes its pace changes it for both.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from tests.bench import bare, kept
from tests.bench.hardware import describe, spread
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run import control, launch, request
from vitdash.run.control import Word
from vitdash.run.events import TrainProgress
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader


def configure(preset: str) -> RunConfig:
    """Return the preset at batch 64, on real data if VITDASH_TEST_DATA names them, without evaluations between."""
    config = presets.load(preset)
    changes: dict[str, str | int] = {"evaluate_every_images": 10**9, "threads": torch.get_num_threads()}
    data = os.environ.get("VITDASH_TEST_DATA")
    changes |= {"data_dir": data} if data else {"dataset": "digits"}
    return config.replace(changes)


def bare_images_per_second(step: Callable[[], None], batch_size: int, seconds: float) -> float:
    """Train for some seconds and return the pace."""
    steps, begun = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begun) < seconds or steps < 3:
        step()
        steps += 1
    return steps * batch_size / elapsed


def worker_images_per_second(worker: Worker, seconds: float) -> float:
    """Let a paused worker go on for some seconds and return its pace, by the times at which progress was recorded."""
    control.give(worker.run.control, Word.RUN)
    since = len(progress(worker))
    begun = time.monotonic()
    while time.monotonic() - begun < seconds or len(progress(worker)) < since + 3:
        time.sleep(0.2)
    request.ask(worker.run, Word.PAUSE)
    recorded = progress(worker)[since:]
    # The first record's window began before the pause: only whole windows between two records count.
    return (recorded[-1].images_seen - recorded[0].images_seen) / (recorded[-1].time - recorded[0].time)


def progress(worker: Worker) -> list[TrainProgress]:
    """Return the worker's progress records."""
    return [event for event in EventReader(worker.run.events).from_file() if isinstance(event, TrainProgress)]


def paces(config: RunConfig, segments: int, seconds: float, root: Path) -> tuple[list[float], list[float]]:
    """Return images per second, bare and of the worker, of segments that took turns."""
    # Said aloud, as the worker does: otherwise MKL may choose fewer for small work, and the two would differ by that.
    torch.set_num_threads(config.compute.threads)
    step, batch = bare.step(config), config.train.batch_size
    worker = launch.start(launch.create(config, root, "bench", ()))
    # Not before: where the network is compiled, nobody hears a pause meanwhile.
    while not progress(worker) and worker.process.poll() is None:
        time.sleep(0.1)
    request.ask(worker.run, Word.PAUSE)
    bare_images_per_second(step, batch, seconds / 4)
    worker_images_per_second(worker, seconds / 4)
    found = [
        (bare_images_per_second(step, batch, seconds), worker_images_per_second(worker, seconds))
        for _ in range(segments)
    ]
    request.ask(worker.run, Word.STOP)
    worker.process.wait()
    return [pace for pace, _ in found], [pace for _, pace in found]


def measure(preset: str, segments: int, seconds: float, root: Path) -> None:
    """Print one preset's paces and their ratio."""
    plain, working = paces(configure(preset), segments, seconds, root)
    quotients = [theirs / ours for ours, theirs in zip(plain, working, strict=True)]
    print(
        f"{preset:<12} bare {spread(plain, 0):<30} worker {spread(working, 0):<30} ratio {spread(quotients)}",
        flush=True,
    )


def main() -> None:
    """Measure the presets that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", default=["cnn", "vit-l4-h16", "rn18"])
    parser.add_argument("--segments", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    kept.begin_again("tests.bench.training")
    print(describe())
    print("images per second at batch 64; median (range, n)")
    with tempfile.TemporaryDirectory() as folder:
        for preset in arguments.presets:
            measure(preset, arguments.segments, arguments.seconds, Path(folder))


if __name__ == "__main__":
    main()
