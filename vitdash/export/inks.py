"""Which colour and mark each curve of a plot has, on light and on dark pages. Must not know what is drawn with them.

The colours are those that presets name, each in two shades: every one is seen on a light card and on a dark one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHADES = {
    "blue": ("#0969da", "#58a6ff"),
    "orange": ("#cf5a00", "#ff9a45"),
    "green": ("#1a7f37", "#2ea64a"),
    "magenta": ("#c2259d", "#ff6ad5"),
    "purple": ("#7a43c9", "#b48cf5"),
    "red": ("#cf222e", "#ff5c55"),
    "yellow": ("#a68300", "#ecd34a"),
    "light green": ("#5f9e12", "#a8e65c"),
    "dark blue": ("#173f8f", "#5d7cf0"),
    "teal": ("#0b7f86", "#3fc9cf"),
    "brown": ("#8a5a2b", "#c99a6b"),
    "grey": ("#6e7781", "#98a1ac"),
    "white": ("#ffffff", "#f4f7fa"),
}
"""Shades by a colour's name: on a light card, on a dark one. White is drawn on a light card with a dark edge."""
WHITE = "white"
MARKS = ("disc", "triangle", "square", "diamond", "wedge")


@dataclass(frozen=True, slots=True)
class Ink:
    """How one curve is drawn: `name` is a key of `SHADES`, `mark` one of `MARKS`, filled or `hollow`."""

    name: str
    mark: str
    hollow: bool = False


def hand_out(wanted: Sequence[str]) -> list[Ink]:
    """Return an ink for each of the colours that are wanted: that very one to the first who wants it.

    Who wants none that there is, or comes too late, is given one that nobody wants, as long as there are any.
    """
    owners = {name: wanted.index(name) for name in SHADES if name in wanted}
    spare = [name for name in SHADES if name not in owners and name != WHITE]
    again = [name for name in SHADES if name != WHITE]
    inks = []
    for place, name in enumerate(wanted):
        if owners.get(name) != place:
            name = spare.pop(0) if spare else again[place % len(again)]
        inks.append(Ink(name, MARKS[place % len(MARKS)], place // len(MARKS) % 2 == 1))
    return inks
