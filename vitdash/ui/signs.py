"""What tells runs apart on every panel: a marker's shape and a colour, never the colour alone. Must not know widgets.

Source: the colours are Okabe and Ito's, which people with any colour vision tell apart (jfly.uni-koeln.de/color),
lightened for a dark background and darkened for a light one until each has a contrast of 3 : 1 to it.
"""

from __future__ import annotations

from dataclasses import dataclass

MARKERS = ("●", "▲", "■", "◆", "▼", "★", "○", "△", "□", "◇", "▽", "☆")
ASCII_MARKERS = ("o", "^", "#", "%", "v", "*", "c", "A", "H", "x", "y", "+")
DARK = ("#56b4e9", "#f0b030", "#5fcf9a", "#ee8866", "#d892c8", "#e6dc55", "#8fa8ff")
LIGHT = ("#0072b2", "#a86a00", "#007a58", "#c04a00", "#a8508c", "#7a7000", "#4455cc")


@dataclass(frozen=True, slots=True)
class Sign:
    """How one run is marked wherever it appears: `marker` is one cell, `colour` is #rrggbb."""

    marker: str
    colour: str


class Signs:
    """Hands out signs: a run keeps its own as long as the dashboard is open, whoever comes and goes beside it."""

    def __init__(self, *, dark: bool = True, unicode: bool = True) -> None:
        self._markers = MARKERS if unicode else ASCII_MARKERS
        self._colours = DARK if dark else LIGHT
        self._places: dict[str, int] = {}

    def of(self, run_id: str) -> Sign:
        """Return the sign of a run."""
        place = self._places.setdefault(run_id, len(self._places))
        return Sign(self._markers[place % len(self._markers)], self._colours[place % len(self._colours)])

    def anew(self) -> Signs:
        """Return the same signs for others than runs, from the first on."""
        other = Signs()
        other._markers, other._colours = self._markers, self._colours
        return other

    def repaint(self, *, dark: bool) -> None:
        """Use the colours for another background; the markers stay."""
        self._colours = DARK if dark else LIGHT
