"""A worker without mathematics: takes a run's lock and does with its files what the command line says, step by step.

Run as a script: fake_worker.py RUN_DIRECTORY PIPE STEP... It imports nothing but what a worker has, to start fast.
"""

from __future__ import annotations

import dataclasses
import select
import subprocess
import sys
from pathlib import Path

from vitdash.run import lock
from vitdash.run.events import Event, Phase, RunFailed, RunFinished, Stopped, Tick, TrainProgress
from vitdash.run.log import EventWriter
from vitdash.run.store import Run

ENDINGS: dict[str, Event] = {
    "finished": RunFinished(images_seen=1, seconds=1.0, results={}),
    "stopped": Stopped(images_seen=1),
    "failed": RunFailed(title="what", message="why", traceback=""),
}


def live(run: Run, pipe: int | None, steps: list[str]) -> None:  # noqa: C901 - one case a step
    """Do one step after the other, each a word or `word:value`."""
    assert lock.acquire(run.lock)
    writer = EventWriter(run.events, pipe)
    for step in steps:
        word, _, value = step.partition(":")
        match word:
            case "claim":
                run.write_claim(dataclasses.replace(run.read_claim(), claim=value))
            case "events":
                for number in range(int(value)):
                    writer.append(progress(number))
            case "oversize":
                writer.append(Phase(name="x" * 5000, done=0, total=0))
            case "ticks":
                for number in range(int(value)):
                    writer.tick(Tick(images_seen=number, loss=1.0, accuracy=0.5, images_per_second=1.0))
            case "tick-until-told":
                while not select.select([sys.stdin], [], [], 0.02)[0]:
                    writer.tick(Tick(images_seen=1, loss=1.0, accuracy=0.5, images_per_second=1.0))
                sys.stdin.readline()
            case "say":
                print(value, flush=True)  # noqa: T201 - what the test waits for
            case "hear":
                sys.stdin.readline()
            case "child":
                # It has the pipe, and outlives us.
                subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], close_fds=False)
            case "end":
                writer.append(ENDINGS[value])
                run.write_claim(dataclasses.replace(run.read_claim(), claim=value))
            case _:
                raise ValueError(step)


def progress(number: int) -> TrainProgress:
    """Return a small event."""
    return TrainProgress(images_seen=number, loss=1.0, accuracy=0.5, learning_rate=0.1, images_per_second=1.0)


if __name__ == "__main__":
    live(Run(Path(sys.argv[1])), int(sys.argv[2]) if sys.argv[2] != "-" else None, sys.argv[3:])
