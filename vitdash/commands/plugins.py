"""The option `--plugin`, which every command has, and help that names what plug-ins add. Decides nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

FORMATS = "{formats}"
"""Stands in an option's help for the names of all exporters, which are looked for only where that help is read."""


class Group(TyperGroup):
    """A group of commands that all take `--plugin FILE`, itself and those below it included."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - what typer makes of a group
        super().__init__(**attributes)
        _offer(self)


class NamingFormats(TyperCommand):
    """A command whose help names the exporters, plug-ins' among them."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's own class has two homes
        """Write the help with the names filled in."""
        from vitdash import catalog
        from vitdash.text import one_of

        for parameter in self.params:
            if FORMATS in (told := getattr(parameter, "help", None) or ""):
                parameter.help = told.replace(FORMATS, one_of(catalog.EXPORTERS))  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


def _offer(command: Any) -> None:  # noqa: ANN401 - typer's own class has two homes
    """Give a command the option, and so all below it."""
    command.params.append(
        TyperOption(
            param_decls=["--plugin"],
            type=str,
            multiple=True,
            metavar="FILE",
            callback=_take,
            expose_value=False,
            # Before the others: a knob's choices, a format, a preset may be the plug-in's.
            is_eager=True,
            help="Use what a Python file adds; may be repeated. Also: VITDASH_PLUGINS.",
        )
    )
    for below in getattr(command, "commands", {}).values():
        _offer(below)


def _take(context: Any, parameter: Any, values: tuple[str, ...] | None) -> None:  # noqa: ANN401, ARG001 - typer calls it
    if not values:
        return
    from vitdash import catalog
    from vitdash.plugins import offers

    files = [Path(value) for value in values]
    for file in files:
        offers.check_file(file)
    catalog.add_files(files)
    # What was typed is heard of at once, not when a name of it is first needed.
    catalog.problems()
