"""Real commands and workers from their start to their end: parts of `tests.bench.suite`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.dashboard import cpu_seconds, dashboard
from tests.bench.figures import Figure, figure, ratios
from tests.bench.steps import GOALS, PRESETS, configure
from tests.bench.training import paces
from tests.ui.terminal import Terminal
from vitdash import presets
from vitdash.run import launch, machine, request, store
from vitdash.run.control import Word
from vitdash.run.events import RunFinished, TrainProgress
from vitdash.run.log import EventReader


def workers(segments: int, seconds: float) -> Iterator[Figure]:
    """Compare a whole worker, with its events and checkpoints, with the bare step."""
    with tempfile.TemporaryDirectory() as folder:
        for preset in PRESETS:
            config = configure(preset, evaluate_every_images=10**9, threads=machine.cores())
            plain, working = paces(config, segments, seconds, Path(folder))
            yield figure("worker", f"{preset}: worker", working, "images/s")
            yield ratios("worker", f"{preset}: worker ÷ bare", plain, working, GOALS[preset])


def compiled(segments: int, seconds: float) -> Iterator[Figure]:
    """Compare a worker that has compiled its network with the bare step, which is eager."""
    with tempfile.TemporaryDirectory() as folder:
        config = configure("vit-l4-h16", evaluate_every_images=10**9, threads=machine.cores(), execution="compiled")
        plain, working = paces(config, segments, seconds, Path(folder))
    yield ratios("compiled", "vit-l4-h16: compiled worker ÷ bare", plain, working, "at least 1.10")


def start_up(repetitions: int) -> Iterator[Figure]:
    """Time `vitdash train` from the command to its first recorded step, and what torch's import takes of it."""
    first, torchs, launching = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        preset = Path(folder) / "start.toml"
        preset.write_text(presets.dump(configure("cnn", progress_every_images=64, max_inputs=128, threads=0)))
        for number in range(repetitions):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import torch"], check=True)
            torchs.append(time.perf_counter() - begun)
            runs = Path(folder) / str(number)
            wall = time.time()
            command = [sys.executable, "-m", "vitdash", "train", "--preset", str(preset), "--json"]
            subprocess.run([*command, "--runs-dir", str(runs)], stdout=subprocess.DEVNULL, check=True)
            (run,) = store.all_runs(runs)
            events = list(EventReader(run.events).from_file())
            first.append(next(event.time for event in events if isinstance(event, TrainProgress)) - wall)
            launching.append(run.read_claim().created - wall)
    yield figure("start", "vitdash train: to the first step", first, "s", "at most 4")
    yield figure("start", "of it, until the run's directory is there", launching, "s")
    yield figure("start", "python -c 'import torch', by itself", torchs, "s")


def watching(seconds: float) -> Iterator[Figure]:
    """Compare what a dashboard that watches one run computes with what the training computes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "runs"
        config = configure("cnn", threads=machine.cores())
        worker = launch.start(launch.create(config, root, "watched", ()))
        launch.detach(worker)
        with dashboard(root) as terminal:
            terminal.until("watched")
            _read(terminal, 8.0)
            pids = (terminal.process.pid, worker.process.pid)
            before = [cpu_seconds(pid) for pid in pids]
            _read(terminal, seconds)
            screen, training = (cpu_seconds(pid) - start for pid, start in zip(pids, before, strict=True))
        request.ask(worker.run, Word.STOP)
    share = [100 * screen / training]
    yield figure("dashboard", "one run watched: of the training's processor time", share, "%", "at most 2")


def from_start_to_end(images: int) -> Iterator[Figure]:
    """Train the cnn on digits, evaluations, probe and table included."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "vitdash", "train", "--preset", "cnn", "--dataset", "digits"]
        arguments = ["--max-inputs", str(images), "--json", "--runs-dir", folder]
        subprocess.run([*command, *arguments], stdout=subprocess.DEVNULL, check=True)
        passed = time.perf_counter() - begun
        (run,) = store.all_runs(Path(folder))
        (end,) = (event for event in EventReader(run.events).from_file() if isinstance(event, RunFinished))
    yield figure("whole run", f"cnn on digits, {images:,} images: command", [passed], "s")
    yield figure("whole run", "of it, computing", [end.seconds], "s")


def _read(terminal: Terminal, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        terminal.read(left)
