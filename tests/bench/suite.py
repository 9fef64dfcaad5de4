"""Every benchmark in one table: `python -m tests.bench.suite [--quick] [--json FILE] [PART…]`.

Ratios are of measurements that took turns, so that a machine that changes its pace changes it for both; each line is
the median, the quartiles and the number of measurements. Set VITDASH_TEST_DATA to measure on the real Fashion-MNIST.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from tests.bench import kept, steps, whole
from tests.bench.figures import Figure, write
from tests.bench.hardware import describe
from tests.bench.installed import compile_bytecode

Part = Callable[[bool], Iterator[Figure]]

PARTS: dict[str, Part] = {
    "augment": lambda quick: steps.augmentation(3 if quick else 30),
    "stage": lambda quick: steps.stages(3 if quick else 40),
    "checkpoint": lambda quick: steps.saving(2 if quick else 40),
    "step": lambda quick: steps.whole_steps(2 if quick else 40),
    "evaluation": lambda quick: steps.judging(1 if quick else 30),
    "start": lambda quick: whole.start_up(1 if quick else 7),
    "worker": lambda quick: whole.workers(*((1, 1.0) if quick else (7, 5.0))),
    "compiled": lambda quick: whole.compiled(*((1, 1.0) if quick else (7, 5.0))),
    "dashboard": lambda quick: whole.watching(5.0 if quick else 30.0),
    "whole": lambda quick: whole.from_start_to_end(2_000 if quick else 20_000),
}


def main() -> None:
    """Measure the parts that are asked for, all without."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a few measurements of each: does it run, and about where")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    kept.begin_again("tests.bench.suite")
    compile_bytecode()
    # Said aloud, as a worker does: otherwise libraries may choose fewer for small work.
    torch.set_num_threads(torch.get_num_threads())
    print(describe())
    print("median (quartiles) and number of measurements\n", flush=True)
    begun, figures = time.monotonic(), list[Figure]()
    for part in given.parts or PARTS:
        for figure in PARTS[part](given.quick):
            figures.append(figure)
            print(figure.line, flush=True)
    print(f"\n{time.monotonic() - begun:.0f} s")
    if given.json:
        write(given.json, figures)


if __name__ == "__main__":
    main()
