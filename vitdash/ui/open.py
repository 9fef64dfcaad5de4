"""Opens the dashboard where there is a terminal for it, and says what to do where there is none.

Must not know what it shows, and imports nothing of that before it is sure to open.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vitdash import settings
from vitdash.errors import InputError

if TYPE_CHECKING:
    from vitdash.ui.feed import Feed

WITHOUT = "Without it: vitdash train --preset cnn trains, vitdash runs lists, vitdash --help names the rest."


def open_dashboard(root: Path | None = None, *, only: frozenset[str] | None = None, read_only: bool = False) -> int:
    """Show the runs in a folder, or only those with the given ids, until the user leaves; return the exit code.

    Raises:
        InputError: there is no terminal for it, or the config file is no valid one.
    """

    def fleet() -> Feed:
        from vitdash.run import store
        from vitdash.run.fleet import Fleet

        return Fleet(root or store.default_root(), only=only, read_only=read_only)

    return show(fleet, read_only=read_only)


def show(feed: Callable[[], Feed], *, read_only: bool) -> int:
    """Show what a feed brings until the user leaves, and return the exit code.

    Raises:
        InputError: there is no terminal for it, or the config file is no valid one.
    """
    require_terminal()
    chosen = settings.load()
    # What is imported stays: searching it for garbage is a twentieth of opening, and each later search a hiccup.
    gc.disable()
    from vitdash.ui import appearance
    from vitdash.ui.app import Dashboard

    gc.freeze()
    gc.enable()
    # Textual goes by whether it is there; by the convention it says nothing while it is empty.
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)
    opened = feed()
    try:
        dashboard = Dashboard(opened, appearance.choose(chosen, os.environ), chosen, read_only=read_only)
        dashboard.run()
    finally:
        opened.close()
    return dashboard.return_code or 0


def require_terminal() -> None:
    """Make sure that there is a terminal which can be drawn on.

    Raises:
        InputError: there is none.
    """
    # Textual draws on stderr.
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    elsewhere = [name for name, stream in streams.items() if not _is_terminal(stream)]
    if elsewhere:
        are = "is no terminal" if len(elsewhere) == 1 else "are no terminals"
        named = " and ".join(filter(None, [", ".join(elsewhere[:-1]), elsewhere[-1]]))
        raise InputError("dashboard", f"needs a terminal, and {named} {are}.", WITHOUT)
    term = os.environ.get("TERM", "")
    if term.lower() in ("", "dumb", "unknown"):
        told = f"TERM is {term}" if term else "TERM is not set"
        raise InputError("dashboard", f"needs a terminal that can be redrawn, and {told}.", WITHOUT)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()
