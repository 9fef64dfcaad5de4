"""The inks of a chart as styles on a background. Must not know what is drawn in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.style import Style
from textual.color import Color
from textual.style import Style as VisualStyle

from vitdash.ui.colours import FAINT
from vitdash.ui.plot import ink
from vitdash.ui.signs import Sign

NAMED = {
    ink.TITLE: "title",
    ink.TEXT: "text",
    ink.NOTE: "note",
    ink.AXIS: "axis",
    ink.GRID: "grid",
    ink.CURSOR: "cursor",
}

_BEHIND = {FAINT: True}

_BAND = 0.36
"""How much of a series' colour its band has; the rest is background."""

_POINT = 0.35
"""How far a point's colour goes from its series' towards the text's, so that it stands out from the line."""


def mixed(background: Color, named: Mapping[int, VisualStyle], signs: Iterable[Sign]) -> dict[int, Style]:
    """Return the style of every ink, mixed with the background by hand: terminals know no transparency."""
    styles = {ink.BLANK: Style(bgcolor=background.rich_color)}
    for place, style in named.items():
        colour = background + (style.foreground or background)
        styles[place] = Style(
            color=colour.rich_color,
            bgcolor=background.rich_color,
            bold=bool(style.bold),
            meta=_BEHIND if place == ink.GRID else None,
        )
    text = background.get_contrast_text(1.0)
    for number, sign in enumerate(signs):
        colour = Color.parse(sign.colour)
        parts = {
            ink.LINE: colour,
            ink.BAND: background.blend(colour, _BAND),
            ink.POINT: colour.blend(text, _POINT),
        }
        for part, mix in parts.items():
            meta = _BEHIND if part == ink.BAND else None
            styles[ink.of(number, part)] = Style(color=mix.rich_color, bgcolor=background.rich_color, meta=meta)
    return styles
