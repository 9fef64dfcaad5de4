"""What becomes of every line before it reaches the terminal. Must not know what the lines say."""

from __future__ import annotations

from textual.filter import LineFilter

from vitdash.ui.appearance import Appearance, Colours
from vitdash.ui.ascii import AsciiOnly
from vitdash.ui.colours import Sixteen


def of(appearance: Appearance) -> tuple[LineFilter, ...]:
    """Return the filters that a terminal needs beside Textual's own."""
    filters: list[LineFilter] = []
    # Without colours there are greys, and a terminal of sixteen colours has four of those.
    if appearance.colours <= Colours.STANDARD:
        filters.append(Sixteen())
    if not appearance.unicode:
        filters.append(AsciiOnly())
    return tuple(filters)
