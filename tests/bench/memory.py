"""The most memory that a worker takes: `python -m tests.bench.memory [PRESET…]`, evaluation and probes included."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests.bench.hardware import describe
from vitdash import presets
from vitdash.run import launch

IMAGES = 5_000


def peak_megabytes(preset: str, root: Path) -> float:
    """Train and evaluate a little and return the peak of resident memory, as Linux counts it."""
    data = os.environ.get("VITDASH_TEST_DATA")
    where = {"data_dir": data} if data else {"dataset": "digits"}
    config = presets.load(preset).replace({"max_inputs": IMAGES, **where})
    worker = launch.start(launch.create(config, root, preset, ()))
    status = Path(f"/proc/{worker.process.pid}/status")
    peak = 0.0
    while worker.process.poll() is None:
        lines = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        peak = float(lines[0].split()[1]) / 1000 if lines else peak
        time.sleep(0.1)
    if worker.pipe is not None:
        os.close(worker.pipe)
    return peak


def main() -> None:
    """Measure the presets that the command line names, once each: a peak hardly varies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", default=["cnn", "vit-l4-h16", "rn18"])
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        for preset in parser.parse_args().presets:
            print(f"{preset:<12} {peak_megabytes(preset, Path(folder)):,.0f} MB resident at the most", flush=True)


if __name__ == "__main__":
    main()
