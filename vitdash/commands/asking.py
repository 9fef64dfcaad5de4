"""How commands ask before they do what cannot be undone. Must not know what that is."""

from __future__ import annotations

import sys

import typer

from vitdash.errors import InputError


def agreed(question: str, *, yes: bool) -> bool:
    """Return whether the user wants it: by `--yes`, or by the answer.

    Raises:
        InputError: there is nobody to ask.
    """
    if yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("--yes", "is needed where nobody can be asked.", f"The question is: {question}")
    # On stderr, so that what is printed for a program stays what it is.
    return typer.confirm(question, err=True)
