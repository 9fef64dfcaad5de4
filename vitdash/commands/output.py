"""How commands print: text for people, JSON for programs. Must not know what is printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def out() -> Console:
    """Return the console for what people read."""
    from vitdash.terminal import console

    return console.stdout()


def write(text: str) -> None:
    """Write text as it is."""
    if sys.stdout is not None:
        sys.stdout.write(text)


def print_json(content: object) -> None:
    """Write `content` as JSON."""
    import json

    write(json.dumps(content, indent=2, allow_nan=False) + "\n")
