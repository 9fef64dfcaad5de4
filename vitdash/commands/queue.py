"""The command `queue`: what waits, in which order, and how many train at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from vitdash.commands.options import Json, RunsDir, root, whole_number
from vitdash.commands.output import out, print_json
from vitdash.completion import candidates
from vitdash.errors import InputError
from vitdash.text import plain

_STEPS = re.compile(r"[+-]?[0-9]{1,6}\Z")


def show_queue(
    context: typer.Context,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", parser=whole_number, help="Let so many runs train at once from now on."),
    ] = None,
    start: Annotated[
        bool, typer.Option("--start", help="Give what waits its turn again, as after the machine was started anew.")
    ] = False,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """List the runs that wait, the next first, and how many train at once."""
    if context.invoked_subcommand:
        return
    from vitdash.run import queue

    folder = root(runs_dir)
    if jobs is not None:
        queue.set_jobs(folder, jobs)
    if start:
        queue.ensure_standby(folder)
    _tell(folder, as_json=as_json)


def move(
    reference: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="A run's name, or the beginning of its id.", autocompletion=candidates.waiting_runs
        ),
    ],
    place: Annotated[
        str,
        typer.Argument(
            metavar="PLACE", help="first, last, or so many places: -1 is one earlier.", autocompletion=candidates.places
        ),
    ],
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Let a waiting run start earlier or later."""
    from vitdash.run import queue, store

    folder = root(runs_dir)
    if place not in ("first", "last") and not _STEPS.match(place):
        reason = f"'{plain(place, 60)}' is none. Allowed: first, last, or a number such as -1 or +2."
        raise InputError("PLACE", reason)
    run = store.find(folder, reference)
    steps = {"first": -queue.MOST_STEPS, "last": queue.MOST_STEPS}.get(place)
    queue.move(run, int(place) if steps is None else steps)
    _tell(folder, as_json=as_json)


def _tell(folder: Path, *, as_json: bool) -> None:
    """Print how many train at once and what waits."""
    from vitdash.run import queue, summary
    from vitdash.run.fields import Facts
    from vitdash.run.states import States
    from vitdash.terminal import listing

    states = States(folder).look()
    waiting = [summary.summarise(run) for run in queue.waiting(folder, states)]
    jobs = queue.read(folder).jobs
    unattended = bool(waiting) and not queue.attended(folder)
    if as_json:
        told = [summary.describe(item) for item in waiting]
        print_json({"jobs": jobs, "waiting": told, "attended": not unattended})
    else:
        busy = sum(found in queue.BUSY for found in states.values())
        listing.queue(out(), [Facts(item) for item in waiting], jobs, busy)
        if unattended:
            out().print("Nobody gives them their turn. Let them go on: vitdash queue --start", soft_wrap=True)
