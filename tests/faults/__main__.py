"""Faults at random moments, and what must hold afterwards: `python -m tests.faults --cases 200 --seed 1`."""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

from tests.bench.hardware import describe
from tests.faults import case as cases
from tests.faults import plants
from tests.faults.kinds import KINDS
from tests.faults.trial import Report, attempt, undisturbed
from vitdash.run import machine


def main() -> int:
    """Try the cases that the command line asks for, print a line for each and a table; 1 where something broke."""
    arguments = _parse()
    kinds = [kind for kind in KINDS if not arguments.kinds or kind in arguments.kinds]
    chosen = cases.plan(arguments.cases, arguments.seed, kinds)
    if arguments.only is not None:
        chosen = [case for case in chosen if case.index == arguments.only]
    folder = Path(tempfile.mkdtemp(prefix="faults-")).resolve()
    begun = time.monotonic()
    try:
        expected = {name: undisturbed(name, folder) for name in sorted({case.configuration for case in chosen})}
        tried = partial(attempt, folder=folder, expected=expected, plant=arguments.plant, keep=arguments.keep)
        reports = []
        # Each job is a process of its own, for a case sets the environment of all that it starts.
        with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
            for report in pool.imap_unordered(tried, chosen):
                reports.append(report)
                verdict = f"BROKEN: {report.broken}" if report.broken else "ok"
                heading = f"case {report.case.index:3} seed {report.case.seed}: {report.case.kind}:"
                print(f"{heading} {report.told} … {verdict} ({report.seconds:.1f} s)", flush=True)
    finally:
        if arguments.keep:
            print(f"kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    _print_table(reports, time.monotonic() - begun)
    return 1 if any(report.broken for report in reports) else 0


def _print_table(reports: list[Report], seconds: float) -> None:
    tried = Counter(report.case.kind for report in reports)
    broken = Counter(report.case.kind for report in reports if report.broken)
    print(f"\n| {'fault':<27} | cases | broken |\n| {'-' * 27} | ----: | -----: |")
    for kind in tried:
        print(f"| {kind:<27} | {tried[kind]:>5} | {broken[kind]:>6} |")
    print(f"| {'all':<27} | {tried.total():>5} | {broken.total():>6} |\n")
    print(f"{tried.total()} cases in {seconds / 60:.1f} min. {describe()}")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--cases", type=int, default=20, metavar="N", help="how many (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="what the cases are drawn from (default 1)")
    parser.add_argument("--only", type=int, metavar="CASE", help="only the case of this number")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), metavar="KIND", help=f"only these: {list(KINDS)}")
    parser.add_argument("--jobs", type=int, default=machine.cores() + 1, help="cases at once (default: cores + 1)")
    parser.add_argument("--plant", choices=list(plants.PLANTS), default="", help="plant a bug, to see it found")
    parser.add_argument("--keep", action="store_true", help="keep the folders of cases that broke")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
