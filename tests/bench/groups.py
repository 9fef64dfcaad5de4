"""What it costs to take seeds together: a thousand runs compared, and the mean of five long curves.

Run with `python -m tests.bench.groups`.
"""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Callable

from vitdash import presets
from vitdash.export import comparison
from vitdash.export.rows import Row
from vitdash.run import groups
from vitdash.run.state import State
from vitdash.run.summary import Figures
from vitdash.ui.mean_curves import MeanCurves, Shared
from vitdash.ui.plot.series import Series
from vitdash.ui.signs import Sign

TIMES = 9
SEEDS = 5
RECORDS = 2_000_000 // 640
KNOBS = {
    "learning_rate": (1e-4, 2e-4, 3e-4, 5e-4, 1e-3),
    "heads": (4, 8, 16, 32),
    "layers": (2, 4, 6, 8, 10),
    "weight_decay": (0.0, 0.1),
}


def thousand() -> list[Row]:
    """Return a run for each combination and seed."""
    chance, base = random.Random(0), presets.load("vit-l4-h16")
    rows: list[Row] = []
    for values in itertools.product(*KNOBS.values()):
        for seed in range(SEEDS):
            config = base.replace({**dict(zip(KNOBS, values, strict=True)), "seed": seed, "max_inputs": 20_000})
            results = dict.fromkeys(("validation_loss", "accuracy", "svc", "svc_held_out"), chance.random())
            figures = Figures(images_seen=20_000, evaluated_at=20_000, seconds=60.0, results=results)
            rows.append(Row(f"run-{len(rows)}", "vit", State.FINISHED, config, figures))
    return rows


def measure(what: str, do: Callable[[], object]) -> None:
    """Print how long something takes."""
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        do()
        taken.append((time.perf_counter() - begun) * 1000)
    print(f"{what}: {statistics.median(taken):.1f} ms ({min(taken):.1f} to {max(taken):.1f}, n = {TIMES})")


def main() -> None:
    """Measure all of it."""
    rows, keys = thousand(), dict[str, str]()
    measure(f"{len(rows):,} runs gathered the first time", lambda: groups.gather(rows))
    groups.gather(rows, keys)
    measure(f"{len(rows):,} runs gathered again", lambda: groups.gather(rows, keys))
    measure(f"{len(rows):,} runs compared", lambda: comparison.compare(rows))
    chance, sign = random.Random(1), Sign("●", "#56b4e9")
    x = [640.0 * number for number in range(1, RECORDS + 1)]
    series = [
        Series(f"{seed} loss", str(seed), sign, x, [chance.random() for _ in x], ended=True) for seed in range(SEEDS)
    ]
    shared = dict.fromkeys(map(str, range(SEEDS)), Shared("group", "group", sign))
    measure(f"mean of {SEEDS} curves of {RECORDS:,} records", lambda: MeanCurves().of(series, shared))
    known = MeanCurves()
    known.of(series, shared)
    measure("the same, nothing new", lambda: known.of(series, shared))


if __name__ == "__main__":
    main()
