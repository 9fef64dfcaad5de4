"""The scripts that make a shell ask vitdash what may come next, one file a shell."""

from __future__ import annotations

from pathlib import Path

from vitdash.errors import InputError
from vitdash.text import did_you_mean, one_of, plain

SHELLS = ("bash", "zsh", "fish")


def read(shell: str) -> str:
    """Return the script of a shell.

    Raises:
        InputError: there is none for it.
    """
    if shell not in SHELLS:
        hint = did_you_mean(shell, SHELLS) or f"There is: {one_of(SHELLS)}."
        raise InputError("SHELL", f"nothing completes '{plain(shell, 60)}'.", hint)
    return (Path(__file__).parent / f"vitdash.{shell}").read_text()
