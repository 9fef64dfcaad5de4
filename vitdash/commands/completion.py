"""The command that prints what a shell needs to complete vitdash."""

from __future__ import annotations

from typing import Annotated

import typer

from vitdash.commands.output import write
from vitdash.completion import candidates


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", autocompletion=candidates.shells)],
) -> None:
    """Print the completion script of a shell. Its first lines say where it belongs."""
    from vitdash.completion import scripts

    write(scripts.read(shell))
