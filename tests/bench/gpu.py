"""Whole workers on a GPU: `python -m tests.bench.gpu [PRESET…] [--images N] [--at-once N] [--json FILE]`.

Each row is a real run – worker, pipe, events, evaluations, checkpoints, the probe at its end – timed by its own events.
*images/s* counts from the start of training to the end of the last evaluation; *step* is the time of one captured step
alone, in this process. On the real Fashion-MNIST where VITDASH_TEST_DATA names it. Without a GPU it says so and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

from tests.bench.hardware import describe
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.engine import stepping
from vitdash.engine.batches import TrainingBatches
from vitdash.engine.prepare import prepare
from vitdash.run import launch
from vitdash.run.events import Evaluated, Event, News, Phase, Probed, RunFinished, RunStarted, Warned
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader

STEPS = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One run: paces in images a second, times in seconds."""

    preset: str
    execution: str
    precision: str
    seed: int
    images: int
    at_once: int
    step_ms: float
    images_per_second: float
    start_seconds: float
    probe_seconds: float
    total_seconds: float
    validation_loss: float
    accuracy: float
    svc: float
    svc_held_out: float
    warnings: int


def configure(preset: str, images: int, execution: str, precision: str, seed: int) -> RunConfig:
    """Return the preset at batch 64 with its probe at the end, as the reference has it."""
    data = os.environ.get("VITDASH_TEST_DATA")
    changes: dict[str, str | int] = {"device": "cuda", "probe_every": 0, "precision": precision, "seed": seed}
    changes |= {"data_dir": data} if data else {"dataset": "digits"}
    changes |= {"execution": execution}
    return presets.load(preset).replace(changes | {"max_inputs": images})


class Steps:
    """The steps of one configuration, warm, with nothing around them."""

    def __init__(self, config: RunConfig) -> None:
        prepared = prepare(config.replace({"max_inputs": 2_000_000}), lambda *_: None, lambda: False)
        batches = TrainingBatches(prepared.config, prepared.dataset)
        self._stepper = stepping.choose(prepared.training, prepared.config, batches)
        self._batches = batches.schedule.after(0)
        self.take(20)

    def take(self, steps: int) -> None:
        """Take some, and wait until they are done."""
        for batch in islice(self._batches, steps):
            self._stepper.take(batch)
        torch.cuda.synchronize()

    def milliseconds(self) -> float:
        """Return how long one takes."""
        begun = time.perf_counter()
        self.take(STEPS)
        return (time.perf_counter() - begun) / STEPS * 1000

    def profile(self) -> str:
        """Return how many kernels one has, how long they and the whole take on the device, and which take longest."""
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as found:
            self.take(20)
        kernels = [event for event in found.events() if str(event.device_type).endswith("CUDA")]
        span = max(event.time_range.end for event in kernels) - min(event.time_range.start for event in kernels)
        busy = sum(event.time_range.elapsed_us() for event in kernels)
        head = f"{len(kernels) / 20:.0f} kernels a step, {busy / 20:.0f} µs of them in {span / 20:.0f} µs\n"
        averages = found.key_averages()
        return head + str(averages.table(sort_by="cuda_time_total", row_limit=12, max_name_column_width=60))


async def _finish(workers: list[Worker]) -> None:
    async def follow(worker: Worker) -> list[News]:
        return [item async for item in launch.follow(worker.run, worker)]

    await asyncio.gather(*map(follow, workers))


def measure(configs: list[RunConfig], root: Path, steps: list[float]) -> list[Row]:
    """Train all of them at once and return a row for each; `steps` are the milliseconds that theirs take."""
    workers = [launch.start(launch.create(config, root, "bench", ())) for config in configs]
    asyncio.run(_finish(workers))
    return [_row(*facts, len(configs)) for facts in zip(workers, configs, steps, strict=True)]


def _row(worker: Worker, config: RunConfig, step_ms: float, at_once: int) -> Row:
    worker.process.wait()
    events = [item for item in EventReader(worker.run.events).from_file() if isinstance(item, Event)]
    if not isinstance(events[-1], RunFinished):
        raise SystemExit(f"{config.description.preset}: {events[-1]}")
    began = next(item.time for item in events if isinstance(item, Phase))
    started = next(item.time for item in events if isinstance(item, RunStarted))
    last = [item for item in events if isinstance(item, Evaluated)][-1]
    values = next((item.values for item in events if isinstance(item, Probed)), {})
    return Row(
        preset=config.description.preset,
        execution=config.compute.execution,
        precision=config.compute.precision,
        seed=config.train.seed,
        images=last.images_seen,
        at_once=at_once,
        step_ms=round(step_ms, 3),
        images_per_second=round(last.images_seen / (last.time - started), 1),
        start_seconds=round(started - began, 2),
        probe_seconds=round(events[-1].time - last.time, 2),
        total_seconds=round(events[-1].time - began, 2),
        validation_loss=last.loss,
        accuracy=last.accuracy,
        svc=values.get("svc", 0.0),
        svc_held_out=values.get("svc_held_out", 0.0),
        warnings=sum(isinstance(item, Warned) for item in events),
    )


def show(row: Row) -> None:
    """Print one row."""
    print(
        f"{row.preset:<18} {row.execution:<8} {row.precision:<9} seed {row.seed} "
        f"{row.images:>9,} images, {row.at_once} at once: "
        f"{row.images_per_second:>8,.0f} images/s (step {row.step_ms:.3f} ms)  start {row.start_seconds:.1f}s  "
        f"probe {row.probe_seconds:.1f}s  in all {row.total_seconds:.1f}s  loss {row.validation_loss:.5f}  "
        f"argmax {row.accuracy:.4f}  svc {row.svc:.4f}  held-out {row.svc_held_out:.4f}"
        + (f"  {row.warnings} warnings" if row.warnings else ""),
        flush=True,
    )


def main() -> None:
    """Measure the presets that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", default=["vit-l4-h16", "rn18", "cnn"])
    parser.add_argument("--images", type=int, default=2_000_000)
    parser.add_argument("--execution", nargs="+", default=["auto"], help="auto, captured or eager")
    parser.add_argument("--precision", nargs="+", default=["tf32"])
    parser.add_argument("--seeds", type=int, default=1, help="runs of each, with seeds 0, 1, …")
    parser.add_argument("--at-once", type=int, default=1, help="workers that train at the same time")
    parser.add_argument("--profile", action="store_true", help="print which kernels a step consists of")
    parser.add_argument("--steps-only", action="store_true", help="train no runs")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("NOT MEASURED: torch finds no cuda here, so there is no row about a GPU.", file=sys.stderr)
        return
    hardware = f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}; {describe()}"
    print(hardware)
    rows: list[Row] = []
    configs = [
        configure(preset, arguments.images, execution, precision, seed)
        for preset in arguments.presets
        for execution in arguments.execution
        for precision in arguments.precision
        for seed in range(arguments.seeds)
    ]
    alone = {_kind(config): config for config in configs}
    steps: dict[tuple[str, ...], float] = {}
    for kind, config in alone.items():
        taken = Steps(config)
        steps[kind] = taken.milliseconds()
        print(f"{' '.join(kind)}: a step takes {steps[kind]:.3f} ms, {64_000 / steps[kind]:,.0f} images/s", flush=True)
        if arguments.profile:
            print(taken.profile(), flush=True)
    if arguments.steps_only:
        return
    with tempfile.TemporaryDirectory() as folder:
        for begin in range(0, len(configs), arguments.at_once):
            together = configs[begin : begin + arguments.at_once]
            for row in measure(together, Path(folder), [steps[_kind(config)] for config in together]):
                rows.append(row)
                show(row)
    if arguments.json:
        content = {"hardware": hardware, "rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(content, indent=1) + "\n")


def _kind(config: RunConfig) -> tuple[str, ...]:
    return config.description.preset, config.compute.execution, config.compute.precision


if __name__ == "__main__":
    main()
