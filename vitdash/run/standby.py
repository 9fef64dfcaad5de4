"""The process that keeps a queue going when nobody else does: `python -m vitdash.run.standby RUNS_FOLDER`.

It waits while a dashboard holds the queue, takes over when that quits or is killed, and ends when nothing waits. Asked
to end (SIGTERM, SIGINT), it asks the runs that it has started to stop, each with a checkpoint; what waits, waits on.
Must not know torch or screens: it is there for hours, and costs as little as a Python process can.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

from vitdash.errors import EXIT_OK, VitdashError
from vitdash.run import lock, queue, request
from vitdash.run.control import Word
from vitdash.run.launch import Worker

LOOK_SECONDS = 0.25
PREDECESSOR_SECONDS = 1.0


def main() -> int:
    """Stand by until nothing waits in the queue that the command line names."""
    root = Path(sys.argv[1])
    if os.fork():
        return EXIT_OK
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # One is enough. The patience is for one that is about to end and may not have seen what was just enqueued.
    alone = lock.acquire(root / queue.STANDBY_LOCK, PREDECESSOR_SECONDS)
    if alone is None:
        return EXIT_OK
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())
    scheduler = queue.Scheduler(root)
    workers: list[Worker] = []
    while scheduler.waiting() and not asked_to_end.is_set():
        if scheduler.hold():
            workers += scheduler.step(pipes=False)
        # Asked, so that none of those that have ended stays behind as a zombie.
        workers = [worker for worker in workers if worker.process.poll() is None]
        time.sleep(LOOK_SECONDS)
    if asked_to_end.is_set():
        for worker in workers:
            with contextlib.suppress(VitdashError):
                request.give(worker.run, Word.STOP)
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
