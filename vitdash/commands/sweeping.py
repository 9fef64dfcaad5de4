"""The command `sweep`: a matrix of runs, looked at first, then lined up."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitdash.commands.asking import agreed
from vitdash.commands.options import Assignments, Json, RunsDir, assigned, root, whole_number
from vitdash.commands.output import out, print_json
from vitdash.completion import candidates
from vitdash.errors import EXIT_RUN_FAILED

if TYPE_CHECKING:
    from vitdash.run.sweep import Launched, Plan


def sweep(
    presets: Annotated[
        list[str],
        typer.Argument(
            metavar="PRESET…", help="Names of presets, or paths of TOML files.", autocompletion=candidates.presets
        ),
    ],
    varied: Annotated[
        list[str] | None,
        typer.Option(
            "--matrix",
            metavar="KNOB=VALUE,VALUE",
            help="Try these values of a knob; may be repeated. Comes before the preset's own [matrix].",
            autocompletion=candidates.varied,
        ),
    ] = None,
    condition: Annotated[
        str | None,
        typer.Option("--filter", metavar="CONDITION", help="Only these combinations, e.g. 'hidden % heads == 0'."),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(metavar="NUMBER|LIST", help="So many seeds from 0 on, or these: 5, or 0,3,7."),
    ] = None,
    assignments: Assignments = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Short for --set dataset=…", autocompletion=candidates.datasets)
    ] = None,
    max_inputs: Annotated[str | None, typer.Option(metavar="IMAGES", help="Short for --set max_inputs=…")] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The tag of its runs; else after presets and knobs.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Train anew what there is already, too.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", parser=whole_number, help="Let so many runs train at once from now on; else one a core."
        ),
    ] = None,
    runs_dir: RunsDir = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be trained.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Line up a run for each combination of knobs and seeds. The same command again goes on where it was."""
    from vitdash import matrix
    from vitdash.run import known, queue
    from vitdash.run import sweep as sweeps
    from vitdash.terminal import sweeping

    short = {"dataset": dataset, "max_inputs": max_inputs}
    folder = root(runs_dir)
    wanted = sweeps.Wanted(
        presets=tuple(presets),
        settings=assigned(assignments or []) | {knob: text for knob, text in short.items() if text is not None},
        matrix=matrix.typed(varied or []),
        filter=condition or "",
        seeds=matrix.seeds(seeds) if seeds is not None else (),
        again=again,
        name=name or "",
    )
    queue.check_jobs(jobs if jobs is not None else 1)
    plan = sweeps.plan(wanted, known.survey(folder), jobs or sweeps.usual_jobs(folder))
    if not plan.to_do and jobs is None:
        plan = dataclasses.replace(plan, jobs=queue.read(folder).jobs)
    if not as_json:
        sweeping.preview(out(), plan)
    launched = None if dry_run else _line_up(plan, folder, yes=yes, sets_jobs=jobs is not None)
    if as_json:
        print_json(sweeps.describe(plan, launched))
    elif launched is not None:
        sweeping.launched(out(), plan, launched, ("--runs-dir", str(runs_dir)) if runs_dir else ())
    if launched is not None and launched.problems:
        raise typer.Exit(EXIT_RUN_FAILED)


def _line_up(plan: Plan, folder: Path, *, yes: bool, sets_jobs: bool) -> Launched | None:
    """Create the runs that a plan lacks, or return None where the user does not agree.

    Where nothing is to be lined up, nothing is asked: tags are given, and what waits already has its turn.
    """
    from vitdash.run import queue, sweep
    from vitdash.text import runs

    if plan.to_do and not agreed(f"Line up {runs(len(plan.to_do))}?", yes=yes):
        return None
    if plan.to_do or sets_jobs:
        queue.set_jobs(folder, plan.jobs)
    return sweep.launch_all(plan.members, plan.name, folder, tuple(sys.argv[1:]))
