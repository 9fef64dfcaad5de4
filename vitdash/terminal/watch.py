"""Watches a run from the terminal until it ends, and passes on the user's Ctrl-C. Must not know how a run is made."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing

from rich.console import Console

from vitdash.errors import InterruptedByUser, RunError
from vitdash.export import markdown, rows
from vitdash.run import launch, outcome, pulse, request, silence, state
from vitdash.run.control import Word
from vitdash.run.events import Event, RunFinished
from vitdash.run.history import RunHistory
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.terminal import interruptions, results, views
from vitdash.terminal.output import OutputClosedError
from vitdash.terminal.views import View
from vitdash.text import count, duration, images

STANDSTILL_SECONDS = 1.0


def to_the_end(run: Run, worker: Worker | None, view: View) -> RunHistory:
    """Show a run until it is finished and return its history; Ctrl-C once asks it to stop, twice leaves it to that.

    Raises:
        InterruptedByUser: it was stopped before its end; says how to go on.
        RunError: it failed, or its worker is gone without a word.
    """
    try:
        history = asyncio.run(_watch(run, worker, view))
    except asyncio.CancelledError:
        raise InterruptedByUser(run.id, "is stopping by itself.", f"Look: vitdash show {run.id}") from None
    finally:
        view.close()
    if outcome.check(run, history) is State.STOPPED:
        planned = images(history.started.planned_images) if history.started else "its end"
        message = f"stopped at {count(history.saved_at)} of {planned}; everything up to there is kept."
        raise InterruptedByUser(run.id, message, f"Go on with: vitdash resume {run.id}")
    return history


def attend(worker: Worker, console: Console, *, quiet: bool, as_json: bool) -> None:
    """Watch a run that was launched here and print its results.

    Raises:
        InterruptedByUser, RunError: as `to_the_end` does.
        OutputClosedError: nobody reads our output any more; the run goes on.
    """
    run = worker.run
    view = views.choose(console, quiet=quiet, as_json=as_json)
    try:
        history = to_the_end(run, worker, view)
    except (BrokenPipeError, OutputClosedError):
        notice = f"vitdash: {run.id} goes on in the background. Watch it: vitdash tail -f {run.id}"
        print(notice, file=sys.stderr)  # noqa: T201 - stdout is gone
        raise
    if as_json:
        return
    if not quiet:
        seconds = history.ending.seconds if isinstance(history.ending, RunFinished) else 0.0
        console.print(f"{run.id} finished in {duration(seconds)}.\n", soft_wrap=True)
    show_results(console, run)


def show_results(console: Console, run: Run) -> None:
    """Print the results table of one run: drawn on a terminal, as markdown into a pipe."""
    found = rows.read_rows([run])
    if console.is_terminal:
        results.show(console, found)
    else:
        console.file.write(markdown.render(found))


def tail(run: Run, view: View, *, last: int | None, follow: bool) -> None:
    """Show what a run has recorded, all or the last events of it, and go on until it ends if asked to."""
    recorded = [item for item in EventReader(run.events).from_file() if isinstance(item, Event)]
    history = RunHistory()
    for item in recorded[max(0, len(recorded) - last) if last is not None else 0 :]:
        view.show(item, history)
    if follow:
        asyncio.run(_show_all(run, None, view, after=recorded[-1].seq if recorded else 0))
        if state.derive(run) is State.LOST:
            raise RunError(run.id, outcome.worker_gone(run), f"Go on with: vitdash resume {run.id}")


async def _watch(run: Run, worker: Worker | None, view: View) -> RunHistory:
    showing = asyncio.ensure_future(_show_all(run, worker, view))
    asked = False

    def interrupted() -> None:
        nonlocal asked
        if asked:
            showing.cancel()
            return
        asked = True
        try:
            request.give(run, Word.STOP)
        except RunError as error:
            view.notice(str(error))
            return
        view.notice("stopping: saving a checkpoint… (Ctrl-C again leaves it to do that alone)")

    interruptions.listen(interrupted)
    standing_still = asyncio.ensure_future(_tell_of_standstill(run, view))
    try:
        return await showing
    finally:
        standing_still.cancel()


async def _tell_of_standstill(run: Run, view: View) -> None:
    """Say what keeps the worker from computing, whenever that begins or ends."""
    told = ""
    while True:
        await asyncio.sleep(STANDSTILL_SECONDS)
        try:
            why = silence.of_living(run.read_claim(), pulse.read(run.lock))
        except RunError:
            continue
        kind = why.partition(":")[0]
        if kind != told:
            told = kind
            view.notice(f"{why}…" if why else "")


async def _show_all(run: Run, worker: Worker | None, view: View, after: int = 0) -> RunHistory:
    history = RunHistory()
    async with aclosing(launch.follow(run, worker)) as events:
        async for item in events:
            if isinstance(item, Event):
                history.apply(item)
            if not isinstance(item, Event) or item.seq > after:
                view.show(item, history)
    return history
