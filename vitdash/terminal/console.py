"""Where text goes: a terminal, a dumb one, a pipe, nowhere. Must not know what is said."""

from __future__ import annotations

import io
import os
import shutil
import sys

from rich.console import Console

from vitdash.terminal.output import OutputClosedError

PIPE_WIDTH = 100_000
ANY_HEIGHT = 25
NARROWEST_LIVE = 20


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave through the one place that knows what to do then; rich would exit here."""
        raise OutputClosedError


def stdout() -> Console:
    """Return the console for results; into a pipe, no line is wrapped or shortened."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    width, height = _size(is_terminal=is_terminal)
    return _Console(
        file=sys.stdout or io.StringIO(),
        highlight=False,
        emoji=False,
        markup=False,
        # A pipe is no terminal whatever FORCE_COLOR says: what is read there is parsed, or looked at later.
        force_terminal=is_terminal,
        # Whoever sets NO_COLOR wants text alone; rich would still send bold and dim.
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        width=width,
        height=height,
    )


def _size(*, is_terminal: bool) -> tuple[int, int] | tuple[None, None]:
    """Return the size to keep to; None leaves it to rich, which sees it change but takes any dumb one for 80 wide."""
    if not is_terminal:
        return PIPE_WIDTH, ANY_HEIGHT
    if os.environ.get("TERM", "").lower() in ("dumb", "unknown"):
        size = shutil.get_terminal_size()
        return size.columns, size.lines
    return None, None


def is_live(console: Console) -> bool:
    """Return whether lines can be redrawn: on a terminal that understands more than text."""
    return console.is_terminal and not console.is_dumb_terminal and console.width >= NARROWEST_LIVE


def is_unicode(console: Console) -> bool:
    """Return whether more than ASCII arrives as it is meant."""
    return "utf" in console.encoding.lower()
