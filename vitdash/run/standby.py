"""The process that keeps a queue going when nobody else does: `python -m vitdash.run.standby RUNS_FOLDER`.

It waits while a dashboard holds the queue, takes over when that quits or is killed, and ends when nothing waits.
Must not know torch or screens: it is there for hours, and costs as little as a Python process can.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from vitdash.errors import EXIT_OK
from vitdash.run import lock, queue

LOOK_SECONDS = 0.25
PREDECESSOR_SECONDS = 1.0


def main() -> int:
    """Stand by until nothing waits in the queue that the command line names."""
    root = Path(sys.argv[1])
    if os.fork():
        return EXIT_OK
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # One is enough. The patience is for one that is about to end and may not have seen what was just enqueued.
    alone = lock.acquire(root / "queue.standby.lock", PREDECESSOR_SECONDS)
    if alone is None:
        return EXIT_OK
    scheduler = queue.Scheduler(root)
    while scheduler.waiting():
        if scheduler.hold():
            scheduler.step(pipes=False)
        time.sleep(LOOK_SECONDS)
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
