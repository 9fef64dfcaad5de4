"""The background process of one run: `python -m vitdash.engine.worker RUN_DIRECTORY`.

Takes the run's lock before anything slow is imported, and ends with an event and a claim, whatever happens between.
Must not know what is computed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from vitdash import catalog, plugins
from vitdash.engine.moments import Moment, in_background
from vitdash.engine.orders import Orders, StopRequested
from vitdash.engine.room import Room, say
from vitdash.engine.standing import Standing
from vitdash.errors import EXIT_OK, EXIT_RUN_FAILED, RunError, VitdashError
from vitdash.run import files, lock
from vitdash.run.control import Word
from vitdash.run.events import Phase, RunFailed, RunFinished, Stopped
from vitdash.run.log import EventWriter
from vitdash.run.pulse import Heart
from vitdash.run.store import Run, read_config
from vitdash.run.summary import read_history

EXIT_RUNNING_ALREADY = 3
LONGEST_TRACE = 100_000
"""What goes on from it into the log: an error may quote anything."""


def main() -> int:
    """Live one life of the run that the command line names, and return the exit code."""
    arguments = _parse()
    run = Run(arguments.run)
    plugins.on_problem(say)
    orders = Orders(run.control, arguments.after)
    orders.listen()
    held = lock.acquire(run.lock)
    if held is None:
        say(f"{run.id}: another worker has this run")
        return EXIT_RUNNING_ALREADY
    orders.heart = Heart(run.lock)
    orders.heart.beat("")
    _tidy(run)
    room = Room(run.path, orders, orders.heart)
    standing = Standing(run, room)
    try:
        log = EventWriter(run.events, arguments.pipe, room)
    except RunError as error:
        # There is nowhere else to say it.
        say(str(error))
        standing.claim("failed")
        return EXIT_RUN_FAILED
    try:
        standing.claim("starting")
        ending = compute(run, log, orders, standing, room, resuming=arguments.resume, files=arguments.plugin)
    except StopRequested as stop:
        # Stopped before there was a position: the last life's still stands.
        ending = Stopped(images_seen=stop.images_seen or read_history(run).saved_at)
    except VitdashError as error:
        ending = RunFailed(title=error.title, message=f"{error.message} {error.hint}".rstrip(), traceback="")
    except Exception as error:  # whatever it was, it belongs in the log: this process is ending
        say(traceback.format_exc())
        ending = _failure(error)
    _conclude(run, log, standing, ending)
    return EXIT_RUN_FAILED if isinstance(ending, RunFailed) else EXIT_OK


def compute(
    run: Run, log: EventWriter, orders: Orders, standing: Standing, room: Room, *, resuming: bool, files: list[Path]
) -> RunFinished | RunFailed | Stopped:
    """Import what computes, prepare, and train to the end.

    Raises:
        StopRequested: a stop was asked for; the position is saved.
        VitdashError: the run cannot go on.
    """
    log.append(Phase(name="load", done=0, total=0))
    catalog.use_only_files(files)
    config = read_config(run)
    _wait_unless_stopped(in_background(_import_computation), orders)
    from vitdash.data.download import DownloadCancelled
    from vitdash.engine.prepare import prepare
    from vitdash.engine.session import Session

    try:
        prepared = prepare(config, _download_report(log), lambda: orders.wanted() is Word.STOP)
    except DownloadCancelled:
        raise StopRequested(0) from None
    if orders.wanted() is Word.STOP:
        raise StopRequested(0)
    return Session(run, prepared, log, orders, standing, room).run_to_end(resuming=resuming)


def _tidy(run: Run) -> None:
    """Remove what those who were killed have left half written; nobody else writes here, but for what anyone may."""
    files.remove_leftovers(run.path, shared=(run.control.name, run.labels.name, run.summary.name))
    files.remove_leftovers(run.diagnostics)


def _conclude(run: Run, log: EventWriter, standing: Standing, ending: RunFinished | RunFailed | Stopped) -> None:
    """Say how it ended: as an event, then as a claim. Where neither can be written any more, the run is lost."""
    words = {RunFinished: "finished", Stopped: "stopped", RunFailed: "failed"}
    try:
        log.append(ending)
        log.sync()
    except (VitdashError, OSError) as error:
        say(f"the end could not be recorded: {error}")
    try:
        standing.claim(words[type(ending)])
        if isinstance(ending, RunFinished):
            run.previous.unlink(missing_ok=True)
    except (VitdashError, OSError) as error:
        say(f"the end could not be claimed: {error}")
    _tidy(run)


def _download_report(log: EventWriter) -> Callable[[int, int], None]:
    """Return what records a download in twentieths: records are stored, and a slow line must not fill the log."""
    recorded = (-1, -1)

    def report(done: int, total: int) -> None:
        nonlocal recorded
        if recorded != (current := (done * 20 // total if total else 0, total)):
            recorded = current
            log.append(Phase(name="download", done=done, total=total))

    return report


def _import_computation() -> None:
    import vitdash.engine.prepare
    import vitdash.engine.session  # noqa: F401 - imported for the seconds that torch takes, off the main thread


def _wait_unless_stopped(moments: Iterator[Moment], orders: Orders) -> None:
    for _ in moments:
        if orders.wanted() is Word.STOP:
            raise StopRequested(0)


def _failure(error: Exception) -> RunFailed:
    """Say what an unexpected error is; running out of memory has a name of its own, whichever library met it."""
    trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
    text = str(error)
    if isinstance(error, MemoryError) or any(words in text for words in _OUT_OF_MEMORY):
        message = "a smaller batch_size or network needs less."
        return RunFailed(title="out of memory", message=message, traceback=trace)
    return RunFailed(title=type(error).__name__, message=text[:500] or "no message", traceback=trace)


_OUT_OF_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "Cannot allocate memory")
"""In the words of CUDA, of torch on the CPU, and of the system."""


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Started by vitdash; not meant to be run by hand.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--pipe", type=int)
    parser.add_argument("--after", type=int, default=0, help="orders up to this number are not for this worker")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--plugin", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    if arguments.pipe is not None:
        os.set_inheritable(arguments.pipe, False)
    return arguments


if __name__ == "__main__":
    code = main()
    # The disk that log.txt lies on may be full.
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # At once: an abandoned library call in a thread must not keep a stopped worker alive.
    os._exit(code)
