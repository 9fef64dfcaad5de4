"""Commands about the set-up: config, doctor."""

from __future__ import annotations

import typer

from vitdash.commands.options import Json
from vitdash.commands.output import out, print_json, write
from vitdash.errors import EXIT_RUN_FAILED
from vitdash.text import plain


def list_settings(context: typer.Context, as_json: Json = False) -> None:
    """List every setting, its value, and where that comes from: default, config file or environment."""
    if context.invoked_subcommand:
        return
    from vitdash import settings
    from vitdash.doctor import in_force
    from vitdash.errors import InputError
    from vitdash.terminal import setup

    path, problem, found = settings.path(), "", []
    try:
        found = in_force.read()
    except InputError as error:
        problem = str(error)
    if as_json:
        values = [{"table": item.table, "name": item.name, "value": item.value, "from": item.source} for item in found]
        print_json({"path": str(path), "exists": path.exists(), "problem": problem or None, "settings": values})
    else:
        setup.settings(out(), path, found, problem)


def print_path() -> None:
    """Print where the config file lies, whether it is there or not."""
    from vitdash import settings

    write(f"{settings.path()}\n")


def write_template() -> None:
    """Write a config file to start from.

    Every setting is explained in it and at its default, as a comment. A file that is there is never replaced.
    """
    from vitdash import settings, template

    path = settings.path()
    template.write(path)
    out().print(f"Wrote {plain(path, 500)}.", soft_wrap=True)


def doctor(as_json: Json = False) -> None:
    """Look for what is wrong with the set-up.

    Installation, terminal, config file, presets, folders, runs, data sets, torch: each is ok, a note, or trouble. Exits
    with 0 if there is no trouble, with 1 otherwise. Takes a few seconds, for torch is imported.
    """
    import dataclasses

    from vitdash import plugins
    from vitdash.doctor import examination
    from vitdash.doctor.finding import Verdict
    from vitdash.terminal import setup

    # What is skipped is among the findings.
    plugins.on_problem(lambda _: None)
    if as_json:
        found = [*examination.look(), examination.try_torch()]
        print_json([dataclasses.asdict(item) for item in found])
    else:
        found = setup.findings(out(), examination.look(), examination.try_torch)
    if any(item.verdict is Verdict.TROUBLE for item in found):
        raise typer.Exit(EXIT_RUN_FAILED)
