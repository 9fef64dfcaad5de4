"""The command `show`: one run, for people and for programs."""

from __future__ import annotations

from typing import Annotated

import typer

from vitdash.commands.options import Json, RunName, RunsDir, root, whole_number
from vitdash.commands.output import out, print_json


def show(
    reference: RunName,
    knobs: Annotated[bool, typer.Option("--knobs", help="All knobs, not only those that differ.")] = False,
    confusion: Annotated[bool, typer.Option("--confusion", help="The whole confusion matrix.")] = False,
    at: Annotated[
        int | None,
        typer.Option(metavar="IMAGES", parser=whole_number, help="Diagnostics of the evaluation after so many images."),
    ] = None,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Show one run: state, results, changed knobs, mistakes. Results stand beside the reported ones."""
    from vitdash.export import sheet
    from vitdash.run import store
    from vitdash.terminal import pages

    found = sheet.read(store.find(root(runs_dir), reference), at)
    if as_json:
        print_json([sheet.describe(found)])
    else:
        pages.run(out(), found, all_knobs=knobs, matrix=confusion)
