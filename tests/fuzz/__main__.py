"""Fuzz what vitdash reads: `python -m tests.fuzz [READER…] --minutes 10 --seed 1 --jobs 2`.

Each reader gets so many minutes of processor time, in processes of its own whose memory is limited. Printed is a line a
reader, and for each failure its smallest input with the command that runs it again. Exits with 1 if there was one.
`pip install coverage` adds the share of the parser's branches that was taken.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz import again
from tests.fuzz.readers import BY_NAME, READERS
from tests.fuzz.report import HEADING, row, told
from tests.fuzz.supervisor import Results, fuzz


def main() -> int:
    """Fuzz the readers that are named, all without a name, and return the exit code."""
    parser = argparse.ArgumentParser(description="Fuzz what vitdash reads.")
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"one of: {', '.join(BY_NAME)}")
    parser.add_argument("--minutes", type=float, default=1.0, help="of processor time for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="so many readers at once")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what was found for the next time")
    parser.add_argument("--again", metavar="BASE64", help="run one input of the one reader that is named")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.readers if name not in BY_NAME]:
        parser.error(f"there is no reader {unknown[0]!r}; there are: {', '.join(BY_NAME)}")
    chosen = [BY_NAME[name] for name in arguments.readers] or list(READERS)
    if arguments.again is not None:
        return again.run(chosen[0], arguments.again)
    print(HEADING, flush=True)
    failed = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:

        def one(name: str) -> Results:
            return fuzz(name, 60 * arguments.minutes, arguments.seed, arguments.corpus)

        for results in pool.map(one, [reader.name for reader in chosen]):
            print(row(results), flush=True)
            for failure in results.failures:
                failed += 1
                print(told(results.name, failure), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
