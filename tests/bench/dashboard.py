"""What the dashboard costs, in a pseudo-terminal of 120 × 40: `python -m tests.bench.dashboard`.

Runs are written by the real store and log; of those that run, this process holds the locks and appends the events.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.hardware import describe, spread
from tests.bench.installed import compile_bytecode
from tests.recorded import started
from tests.ui.terminal import COMMAND, Terminal
from vitdash import presets
from vitdash.run import lock, store
from vitdash.run.events import CheckpointSaved, Evaluated, Event, Probed, RunFinished, TrainProgress
from vitdash.run.log import EventWriter
from vitdash.run.store import Run

COLUMNS, ROWS = 120, 40
RECORD_IMAGES = 640
EPOCH_IMAGES = 60_000
PLANNED_IMAGES = 2_000_000
QUIET_SECONDS = 0.6
CHECKOUT = Path(__file__).parents[2]
PRESETS = ("cnn", "rn18", "vit-l4-h4", "vit-l4-h8")
SSH = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}


def curve(seed: int, until: int) -> Iterator[Event]:
    """Yield what a run of 2,000,000 images records, up to a position: noisy progress, evaluations, probes."""
    noise = random.Random(seed)
    for seen in range(RECORD_IMAGES, until + 1, RECORD_IMAGES):
        loss = 0.02 + 0.07 * math.exp(-seen / 200_000) * (1 + 0.2 * noise.random())
        accuracy = 0.9 - 0.6 * math.exp(-seen / 150_000) + 0.02 * noise.random()
        rate = 800 + 50 * noise.random()
        yield TrainProgress(
            images_seen=seen,
            loss=loss,
            accuracy=accuracy,
            learning_rate=1e-3 * (1 - seen / 3e6),
            images_per_second=rate,
        )
        if seen % EPOCH_IMAGES < RECORD_IMAGES:
            yield Evaluated(images_seen=seen, epoch=seen / EPOCH_IMAGES, loss=loss * 0.9, accuracy=accuracy)
            values = {"svc": accuracy + 0.01, "svc_held_out": accuracy}
            yield Probed(images_seen=seen, probe="svc", values=values, seconds=3.0)


def record(root: Path, name: str, seed: int, until: int = PLANNED_IMAGES, planned: int = PLANNED_IMAGES) -> Run:
    """Create a run that was trained up to a position; at its end it is finished."""
    preset = presets.load(PRESETS[seed % len(PRESETS)])
    config = preset.replace({"max_inputs": planned})
    run = store.create(root, name, presets.dump(config), ("train",))
    log = EventWriter(run.events)
    log.append(started(config, run.id))
    for event in curve(seed, until):
        log.append(event)
    if until == planned:
        log.append(CheckpointSaved(images_seen=until, file="checkpoint.pt"))
        results = {"validation_loss": 0.02, "accuracy": 0.9}
        log.append(RunFinished(images_seen=until, seconds=2500.0, results=results))
    log.close()
    run.write_claim(dataclasses.replace(run.read_claim(), claim="finished" if until == planned else "running"))
    return run


class Running:
    """A run whose worker lives here: events are appended as the real one does, 1.25 a second."""

    def __init__(self, run: Run, seed: int, seen: int) -> None:
        self.run = run
        self._lock = lock.acquire(run.lock)
        self._log = EventWriter(run.events)
        self._noise = random.Random(seed)
        self._seen = seen

    def go_on(self, loss: float | None = None) -> None:
        """Record the next 640 images."""
        self._seen += RECORD_IMAGES
        self._log.append(
            TrainProgress(
                images_seen=self._seen,
                loss=0.03 + 0.01 * self._noise.random() if loss is None else loss,
                accuracy=0.85 + 0.02 * self._noise.random(),
                learning_rate=5e-4,
                images_per_second=800 + 50 * self._noise.random(),
            )
        )


@contextmanager
def dashboard(root: Path, environment: dict[str, str] | None = None) -> Iterator[Terminal]:
    """Open the installed command on the runs of a folder."""
    terminal = Terminal(
        COMMAND,
        cwd=root.parent,
        columns=COLUMNS,
        rows=ROWS,
        environment={"PYTHONPATH": str(CHECKOUT), "VITDASH_RUNS": str(root)} | (environment or {}),
    )
    try:
        yield terminal
    finally:
        terminal.close()


def until_quiet(terminal: Terminal) -> float:
    """Return when the last byte came before it was quiet for a while; `time.perf_counter` clock."""
    last = time.perf_counter()
    while time.perf_counter() - last < QUIET_SECONDS:
        if terminal.read(0.05):
            last = time.perf_counter()
    return last


def cpu_seconds(pid: int) -> float:
    """Return what a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float:
    """Return the most memory that a process has had."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def opening(root: Path, repetitions: int) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return milliseconds until something is on the screen, computed until then, and until all is there; megabytes."""
    first, computed, settled, memory = [], [], [], []
    for _ in range(repetitions):
        begun = time.perf_counter()
        with dashboard(root) as terminal:
            terminal.until("runs")
            first.append((time.perf_counter() - begun) * 1000)
            computed.append(cpu_seconds(terminal.process.pid) * 1000)
            settled.append((until_quiet(terminal) - begun) * 1000)
            memory.append(peak_megabytes(terminal.process.pid))
            maps = Path(f"/proc/{terminal.process.pid}/maps").read_text()
            assert "libtorch" not in maps
            assert "numpy" not in maps
    return first, computed, settled, memory


def watching(root: Path, running: list[Running], seconds: float, environment: dict[str, str]) -> tuple[float, float]:
    """Return percent of a core and kilobytes a second while the runs go on."""
    with dashboard(root, environment) as terminal:
        terminal.until("runs")
        pump(terminal, running, 6.0)
        computed, received, begun = cpu_seconds(terminal.process.pid), len(terminal.received), time.perf_counter()
        pump(terminal, running, seconds)
        passed = time.perf_counter() - begun
        share = 100 * (cpu_seconds(terminal.process.pid) - computed) / passed
        return share, (len(terminal.received) - received) / passed / 1000


def pump(terminal: Terminal, running: list[Running], seconds: float) -> None:
    """Let time pass: runs record, the screen is read."""
    end = time.perf_counter() + seconds
    turn = 0
    while time.perf_counter() < end:
        next_one = time.perf_counter() + 0.8 / max(1, len(running))
        if running:
            running[turn % len(running)].go_on()
            turn += 1
        while (left := next_one - time.perf_counter()) > 0:
            terminal.read(left)


def arriving(root: Path, one: Running, others: list[Running], repetitions: int) -> list[float]:
    """Return milliseconds from an event's being recorded to its figure's being on the screen."""
    times = []
    with dashboard(root) as terminal:
        terminal.until("runs")
        pump(terminal, others, 4.0)
        for number in range(repetitions):
            # Not in step with the dashboard's clock.
            pump(terminal, others, 0.5 + random.random() / 4)
            loss = 0.01001 + number * 0.0001
            begun = time.perf_counter()
            one.go_on(loss)
            terminal.until(f"{loss:.5f}"[:7])
            times.append((time.perf_counter() - begun) * 1000)
    return times


def answering(root: Path, running: list[Running], repetitions: int) -> list[float]:
    """Return milliseconds from a key to the first byte of what it changes, while two trainings load the machine."""
    times = []
    with dashboard(root) as terminal, two_trainings(root.parent / "others"):
        terminal.until("runs")
        pump(terminal, running, 15.0)
        for number in range(repetitions):
            pump(terminal, [], 0.2)
            begun = time.perf_counter()
            terminal.press("j" if number % 8 < 4 else "k")
            while not terminal.read(5.0):
                pass
            times.append((time.perf_counter() - begun) * 1000)
    return times


@contextmanager
def two_trainings(root: Path) -> Iterator[None]:
    """Train two networks for as long as this lasts."""
    train = [*COMMAND, "train", "--preset", "cnn", "--dataset", "digits", "--max-inputs", "100000000", "--json"]
    environment = os.environ | {"VITDASH_RUNS": str(root), "PYTHONPATH": str(CHECKOUT)}
    processes = [subprocess.Popen(train, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    try:
        yield
    finally:
        for run in store.all_runs(root):
            subprocess.run([*COMMAND, "stop", run.id], env=environment, stdout=subprocess.DEVNULL, check=False)
        for process in processes:
            process.wait()


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of them lies."""
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("only", nargs="*", help="open, thousand, watch, idle, event, key; all of them without")
    given = parser.parse_args()
    wanted = set(given.only) or {"open", "thousand", "watch", "idle", "event", "key"}
    compile_bytecode()
    print(describe())
    print(f"a terminal of {COLUMNS}x{ROWS}; median (range, n)")
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), wanted, given.repetitions, given.seconds)


def measure(folder: Path, wanted: set[str], repetitions: int, seconds: float) -> None:
    """Print the figures that are wanted."""
    finished = folder / "finished" / "runs"
    for seed in range(12):
        record(finished, f"run{seed}", seed)
    if "open" in wanted:
        empty = folder / "empty" / "runs"
        empty.mkdir(parents=True)
        first, computed, _, memory = opening(empty, repetitions)
        print(f"no runs: first content, ms                 {spread(first, 0)}   at most 500")
        print(f"no runs: computed until then, ms           {spread(computed, 0)}")
        print(f"no runs: memory, MB                        {spread(memory, 0)}   at most 90")
        opening(finished, 1)
        first, computed, settled, memory = opening(finished, repetitions)
        print(f"12 finished runs: first content, ms        {spread(first, 0)}   at most 500")
        print(f"12 finished runs: computed until then, ms  {spread(computed, 0)}")
        print(f"12 finished runs: all of it, ms            {spread(settled, 0)}   at most 1000")
        print(f"12 finished runs: memory, MB               {spread(memory, 0)}")
    if "thousand" in wanted:
        many = folder / "many" / "runs"
        for seed in range(1000):
            record(many, f"run{seed}", seed, until=64_000, planned=64_000)
        opening(many, 1)
        first, computed, settled, _ = opening(many, repetitions)
        print(f"1,000 runs: first content, ms              {spread(first, 0)}   at most 1000")
        print(f"1,000 runs: computed until then, ms        {spread(computed, 0)}")
        print(f"1,000 runs: all of it, ms                  {spread(settled, 0)}")
    if "idle" in wanted:
        share, rate = watching(finished, [], seconds, {})
        print(f"nothing running: percent of a core, kB/s   {share:.2f}, {rate:.2f}   at most 0.5")
    mixed = folder / "mixed" / "runs"
    for seed in range(8):
        record(mixed, f"run{seed}", seed)
    reached = 1_000_000 - 1_000_000 % RECORD_IMAGES
    running = [Running(record(mixed, f"live{seed}", seed, until=reached), seed, reached) for seed in range(4)]
    if "watch" in wanted:
        share, rate = watching(mixed, running, seconds, SSH)
        print(f"4 running, 8 finished, 2 Hz: percent, kB/s {share:.2f}, {rate:.2f}   at most 5, 10")
    if "event" in wanted:
        times = arriving(mixed, running[0], running[1:], 4 * repetitions)
        slowest = percentile(times, 0.95)
        print(f"event on screen at 4 Hz, ms: 95 of 100     {slowest:.0f} of {spread(times, 0)}   at most 300")
    if "key" in wanted:
        times = answering(mixed, running, 10 * repetitions)
        slowest = percentile(times, 0.95)
        print(f"key to paint, loaded, ms: 95 of 100        {slowest:.0f} of {spread(times, 0)}   at most 50")


if __name__ == "__main__":
    main()
