"""Commands about presets: list them, show one."""

from __future__ import annotations

from typing import Annotated

import typer

from vitdash.commands.options import Json
from vitdash.commands.output import out, print_json, write
from vitdash.completion import candidates


def list_presets(context: typer.Context, as_json: Json = False) -> None:
    """List the presets, the user's own among them."""
    if context.invoked_subcommand:
        return
    from vitdash import catalog, presets
    from vitdash.terminal import listing

    catalog.problems()
    configs, problems = presets.load_all()
    if as_json:
        content = {name: presets.tables(config) for name, config in configs.items()}
        print_json(content | {name: {"problem": problem} for name, problem in problems.items()})
    else:
        listing.presets(out(), configs, problems)


def show_preset(
    name: Annotated[
        str, typer.Argument(metavar="PRESET", help="A preset's name, or a path.", autocompletion=candidates.presets)
    ],
) -> None:
    """Print a preset with every knob stated. The output is itself a valid preset."""
    from vitdash import presets

    write(presets.dump(presets.load(name)))
