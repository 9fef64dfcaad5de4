"""The command `compare`: runs beside each other, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vitdash.commands.options import Json, RunsDir, root
from vitdash.commands.output import out, print_json
from vitdash.completion import candidates
from vitdash.errors import InputError
from vitdash.text import did_you_mean, plain

if TYPE_CHECKING:
    from pathlib import Path

    from vitdash.run.store import Run


def compare(
    references: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN|TAG]…",
            help="Names of runs, beginnings of their ids, or tags: all runs that have one, such as a sweep's.",
            autocompletion=candidates.runs_and_tags,
        ),
    ] = None,
    tag: Annotated[
        str | None,
        typer.Option(metavar="TAG", help="All runs with this tag, as a sweep's have.", autocompletion=candidates.tags),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(metavar="CONDITION", help="All that fulfil it, e.g. 'preset ~ \"vit\" and max_inputs == 20000'."),
    ] = None,
    metric: Annotated[
        str,
        typer.Option(
            metavar="FIGURE",
            help="What to order and judge by: validation_loss, accuracy, svc, svc_held_out.",
            autocompletion=candidates.metrics,
        ),
    ] = "accuracy",
    extremes: Annotated[bool, typer.Option("--range", help="Also the least and the most of each figure.")] = False,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Compare runs and seeds: what is noise, which knob matters. See docs/comparing.md."""
    from vitdash.export import comparison
    from vitdash.terminal import comparing

    found = comparison.read(_found(root(runs_dir), references or [], tag, where), metric)
    if as_json:
        print_json(comparison.describe(found))
    else:
        comparing.show(out(), found, extremes=extremes)


def _found(folder: Path, references: list[str], tag: str | None, where: str | None) -> list[Run]:
    """Return the runs that are named, and those that a tag and a condition choose.

    Raises:
        InputError: there are none.
    """
    from vitdash.run import labels, selection, store, summary
    from vitdash.run import references as typed
    from vitdash.run.fields import Facts, Fields

    if not references and tag is None and where is None:
        raise InputError("RUN", "is missing.", "Name runs or a tag, or choose them with --tag and --where.")
    named = typed.find_all(folder, references)
    if tag is None and where is None:
        return named
    chosen = store.all_runs(folder)
    if tag is not None:
        tags = {run: labels.read(run).tags for run in chosen}
        chosen = [run for run in chosen if tag in tags[run]]
        if not chosen:
            hint = did_you_mean(tag, {word for words in tags.values() for word in words})
            hint = hint or "See: vitdash runs --columns run,tags"
            raise InputError("--tag", f"no run has the tag '{plain(tag, 60)}'.", hint)
    if where is not None:
        summaries = [summary.summarise(run) for run in chosen]
        fitting = selection.select(map(Facts, summaries), Fields(summaries), where=where)
        chosen = [facts.summary.run for facts in fitting]
        if not chosen:
            raise InputError("--where", f"no run fits: {plain(where, 200)}")
    return list(dict.fromkeys([*named, *chosen]))
