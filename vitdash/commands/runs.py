"""Commands that read runs: runs, tail."""

from __future__ import annotations

from typing import Annotated

import typer

from vitdash.commands.options import Json, RunName, RunsDir, root, whole_number
from vitdash.commands.output import out, print_json
from vitdash.completion import candidates
from vitdash.text import plain
from vitdash.text import runs as number_of_runs


def runs(
    runs_dir: RunsDir = None,
    where: Annotated[
        str | None,
        typer.Option(
            "--where", metavar="CONDITION", help="Only these, e.g. 'accuracy > 0.9 and heads == 8', 'vit l4'."
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="FIELDS",
            help="The order, e.g. -accuracy,age; - is the largest first.",
            autocompletion=candidates.fields,
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="FIELDS",
            help="What to show instead, e.g. run,heads,accuracy.",
            autocompletion=candidates.fields,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", parser=whole_number, help="At most so many: the first of --sort, or the newest."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List runs, the newest last. Conditions and fields: docs/expressions.md."""
    from vitdash.run import selection, summary
    from vitdash.run.fields import Facts, Fields
    from vitdash.terminal import listing

    folder = root(runs_dir)
    summaries = summary.summarise_all(folder)
    fields = Fields(summaries)
    chosen = selection.columns(columns, fields) if columns is not None else []
    found = selection.select(map(Facts, summaries), fields, where=where, sort=sort, limit=limit)
    if as_json:
        print_json([selection.describe(facts, chosen) for facts in found])
    elif found and chosen:
        listing.chosen(out(), found, chosen, of=len(summaries))
    elif found:
        listing.runs(out(), found, of=len(summaries))
    elif summaries:
        shown = plain(where if where is not None else f"--limit {limit}", 500)
        out().print(f"None of {number_of_runs(len(summaries))} fits: {shown}", soft_wrap=True)
    else:
        start = "vitdash train --preset cnn --dataset digits --max-inputs 20000"
        out().print(f"There are no runs in {plain(folder.absolute(), 500)} yet. Start one: {start}", soft_wrap=True)


def tail(
    reference: RunName,
    runs_dir: RunsDir = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends.")] = False,
    last: Annotated[
        int | None,
        typer.Option("--lines", "-n", metavar="NUMBER", parser=whole_number, help="Only the last so many events."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a run's events, every one once. Ctrl-C leaves the run alone."""
    from vitdash.run import store
    from vitdash.terminal import views, watch

    run = store.find(root(runs_dir), reference)
    console = out()
    view = views.JsonView(console) if as_json else views.LineView(console, everything=True)
    watch.tail(run, view, last=last, follow=follow)
