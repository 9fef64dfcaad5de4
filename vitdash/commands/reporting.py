"""Commands that take results away: export, report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from vitdash.commands.options import Json, Output, References, RunsDir, root
from vitdash.commands.output import write
from vitdash.completion import candidates
from vitdash.errors import InputError
from vitdash.text import one_of, plain

PLOTS = ".svg"


def export(
    references: References,
    runs_dir: RunsDir = None,
    to: Annotated[
        str, typer.Option("--format", metavar="NAME", help="{formats}.", autocompletion=candidates.formats)
    ] = "markdown",
    output: Output = None,
    reported: Annotated[bool, typer.Option("--reported", help="Add reported figures and differences.")] = False,
    groups: Annotated[
        bool, typer.Option("--groups", help="A row for all runs that differ only in seed: means and deviations.")
    ] = False,
    knobs: Annotated[bool, typer.Option("--knobs", help="Add a column for each knob that differs.")] = False,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="FIELDS",
            help="The order of the rows, e.g. -accuracy; - is the largest first.",
            autocompletion=candidates.fields,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write runs as one table, as plots, or for TensorBoard. Formats: docs/exporting.md."""
    from vitdash.export import destination, ordering, rendering
    from vitdash.run import references as typed

    found = typed.find_all(root(runs_dir), references)
    if output and not output.exists():
        destination.check(output, replace=force)  # what is there already is for the format to judge: a file or a folder
    if groups and reported:
        raise InputError("--reported", "are figures of runs, not of groups.", "Leave out --groups or --reported.")
    if sort is not None:
        found = ordering.groups_by(found, sort) if groups else ordering.by(found, sort)
    if groups:
        rendered: rendering.Rendered = rendering.make_groups(found, to)
    else:
        rendered = rendering.make(found, to, reported=reported, knobs=knobs)
    if not output:
        write(rendering.text_of(rendered, to))
    elif isinstance(rendered, str):
        destination.write(output, rendered, replace=force)
    else:
        destination.write_folder(output, rendered, replace=force)


def report(
    references: References,
    runs_dir: RunsDir = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Instead of stdout; the plots go beside it, as FILE.svg."),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="What stands above it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the files.")] = False,
    as_json: Json = False,
) -> None:
    """Write a page about runs or a sweep: recipe, table, plots."""
    from vitdash.export import destination
    from vitdash.export import report as pages
    from vitdash.run import references as typed

    plots = output.with_suffix(PLOTS) if output and not as_json else None
    if output and plots == output:
        raise InputError(
            "--output", "is where the plots go.", f"Give the page another ending than {PLOTS}, such as .md"
        )
    found = typed.find_all(root(runs_dir), references)
    for place in filter(None, (output, plots)):
        destination.check(place, replace=force)
    told = pages.read(found, plain(title) if title else _title(references))
    if as_json:
        content = json.dumps(pages.describe(told), indent=2, allow_nan=False) + "\n"
        destination.write(output, content, replace=force) if output else write(content)
        return
    page = pages.page(told, plots.name if plots else "")
    if output and plots:
        destination.write(plots, pages.plots(told), replace=force)
        destination.write(output, page, replace=force)
    else:
        write(page)


def _title(references: list[str]) -> str:
    return plain(one_of(references).replace(" or ", " and "))
