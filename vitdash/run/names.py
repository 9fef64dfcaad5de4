"""What a run may be called. Must not know where names are kept."""

from __future__ import annotations

import re

from vitdash.errors import InputError
from vitdash.text import plain

LONGEST_NAME = 60
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*\Z")


def is_name(name: str) -> bool:
    """Return whether a run may be called so."""
    return len(name) <= LONGEST_NAME and _NAME.match(name) is not None


def check_name(name: str, place: str = "--name") -> str:
    """Return `name` if a run may be called so; `place` is where it was given.

    Raises:
        InputError: it may not.
    """
    if not is_name(name):
        allowed = (
            f"Use letters, digits, '.', '_', '+' and '-', at most {LONGEST_NAME} of them, first a letter or digit."
        )
        raise InputError(place, f"a run cannot be called '{plain(name, 80)}'.", allowed)
    return name
