"""How long a fit of the SVC probe keeps training waiting: `python -m tests.bench.probes [--images N] [--fits N]`.

It is fitted in a thread, as beside training; meanwhile this one asks for the interpreter every millisecond. The longest
that it had to wait is what a step would have waited. scikit-learn's classifier, and Intel's where it is installed.
"""

from __future__ import annotations

import argparse
import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bench.figures import figure
from tests.bench.hardware import describe
from vitdash.engine.moments import Background

CLASSIFIERS = {"scikit-learn": "sklearn.svm", "scikit-learn-intelex": "sklearnex.svm"}
ASK_SECONDS = 0.001


def measure(kind: Any, images: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Return the seconds that a fit and its score took, and the longest of them for which this thread had to wait."""
    begun = asked = time.perf_counter()
    longest = 0.0
    work = Background(lambda: kind().fit(images, labels).score(images, labels))
    while not work.done:
        time.sleep(ASK_SECONDS)
        now = time.perf_counter()
        longest, asked = max(longest, now - asked), now
    return asked - begun, longest


def main() -> None:
    """Fit to classes that overlap, in 128 dimensions, and print both figures of each classifier."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=4_000)
    parser.add_argument("--fits", type=int, default=5)
    given = parser.parse_args()
    draws = np.random.default_rng(0)
    labels = draws.integers(0, 10, given.images)
    centres = draws.normal(size=(10, 128))
    images = (centres[labels] * 0.5 + draws.normal(size=(given.images, 128))).astype(np.float32)
    print(describe())
    for name, module in CLASSIFIERS.items():
        if find_spec(module.partition(".")[0]) is None:
            print(f"NOT MEASURED: {name} is not installed.")
            continue
        kind = import_module(module).SVC
        measure(kind, images[:200], labels[:200])
        found = [measure(kind, images, labels) for _ in range(given.fits)]
        print(figure("probe", f"{name}: fit and score of {given.images:,}", [item[0] for item in found], "s").line)
        waits = [1000 * item[1] for item in found]
        print(figure("probe", f"{name}: longest wait of another thread", waits, "ms").line, flush=True)


if __name__ == "__main__":
    main()
