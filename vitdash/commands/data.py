"""Commands about data sets: list them, fetch them."""

from __future__ import annotations

from typing import Annotated

import typer

from vitdash.commands.options import DataDir, Json, Quiet
from vitdash.commands.output import out, print_json
from vitdash.completion import candidates
from vitdash.errors import InputError


def list_data(context: typer.Context, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the data sets and what there is of each, every checksum verified."""
    if context.invoked_subcommand:
        if data_dir is not None or as_json:
            raise InputError("data", f"options for {context.invoked_subcommand} stand behind it, not before it.")
        return
    from vitdash import data
    from vitdash.data import inventory
    from vitdash.terminal import datasets

    directory = data.directory(data_dir or "")
    entries = inventory.take(directory)
    if as_json:
        print_json([inventory.describe(entry) for entry in entries])
    else:
        datasets.show(out(), entries, directory)


def fetch(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME…", help="Data sets, as `vitdash data` lists them.", autocompletion=candidates.datasets
        ),
    ],
    mirrors: Annotated[
        list[str] | None,
        typer.Option(
            "--mirror", metavar="URL", help="Ask this http or https folder before the published ones; may be repeated."
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch what is missing or damaged. Ctrl-C keeps what has arrived; fetching again goes on from there."""
    from vitdash import data
    from vitdash.data import addresses, inventory
    from vitdash.terminal import fetching

    asked_first = tuple(addresses.checked(mirror) for mirror in mirrors or [])
    if asked_first and len(set(names)) > 1:
        raise InputError("--mirror", "goes with one NAME: the files of several are called the same.")
    directory = data.directory(data_dir or "")
    entries = [inventory.entry(name, directory) for name in dict.fromkeys(names)]
    done = [fetching.fetch(out(), entry, directory, asked_first, quiet=quiet, as_json=as_json) for entry in entries]
    if as_json:
        print_json([inventory.describe(entry) for entry in done])
