"""How long commands take: `python -m tests.bench.commands`. Start-up, and a list of a thousand runs."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.hardware import describe, spread
from tests.bench.installed import compile_bytecode
from vitdash import presets
from vitdash.run import store
from vitdash.run.events import Evaluated, RunFinished, RunStarted, TrainProgress
from vitdash.run.log import EventWriter

RUNS = 1000
PROGRESS_RECORDS = 100


def thousand_runs(root: Path) -> None:
    """Create finished runs with a hundred progress records each."""
    config = presets.load("cnn")
    text = presets.dump(config)
    for index in range(RUNS):
        run = store.create(root, f"run{index}", text, ())
        log = EventWriter(run.events)
        log.append(
            RunStarted(
                protocol=1,
                run_id=run.id,
                config=presets.tables(config),
                classes=tuple("0123456789"),
                parameters=config.parameters,
                device="cpu",
                threads=2,
                compiled=False,
                planned_images=64_000,
            )
        )
        for step in range(1, PROGRESS_RECORDS + 1):
            log.append(
                TrainProgress(
                    images_seen=640 * step, loss=0.1 / step, accuracy=0.5, learning_rate=1e-4, images_per_second=900.0
                )
            )
        log.append(Evaluated(images_seen=64_000, epoch=1.0, loss=0.02, accuracy=0.9))
        log.append(RunFinished(images_seen=64_000, seconds=70.0, results={}))
        log.close()
        claim = run.read_claim()
        run.write_claim(store.Claim(claim.id, claim.name, "finished", "", "", 0.0, claim.created))


def milliseconds(command: list[str], repetitions: int) -> list[float]:
    """Return the wall time of each of several starts of a command."""
    times = []
    for _ in range(repetitions):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=15)
    repetitions = parser.parse_args().repetitions
    compile_bytecode()
    print(describe())
    print("wall milliseconds; median (range, n)")
    python = [sys.executable, "-m", "vitdash"]
    interpreter = milliseconds([sys.executable, "-c", "pass"], repetitions)
    print(f"python -c pass                  {spread(interpreter, 0)}")
    print(f"vitdash --help                  {spread(milliseconds([*python, '--help'], repetitions), 0)}")
    print(f"vitdash presets                 {spread(milliseconds([*python, 'presets'], repetitions), 0)}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "runs"
        thousand_runs(root)
        listing = [*python, "runs", "--runs-dir", str(root)]
        print(f"vitdash runs, 1,000, first time {spread(milliseconds(listing, 1), 0)}")
        print(f"vitdash runs, 1,000             {spread(milliseconds(listing, repetitions), 0)}")


if __name__ == "__main__":
    main()
