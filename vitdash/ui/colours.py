"""Colours for terminals with sixteen of them: what differs must differ there too, and all must be read.

Must not know what is coloured. Source: the contrast of two colours is that of WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

READABLE = 3.0
"""The least contrast of text and its background."""
SEEN = 1.5
"""The least contrast of what is seen but not read."""
PALETTE = (
    *((0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)),
    *((85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85)),
    *((85, 85, 255), (255, 85, 255), (85, 255, 255), (255, 255, 255)),
)
"""The sixteen colours as most terminals show them; the second eight are the bright ones."""
BLACK, WHITE, GREY, BRIGHT_WHITE = 0, 7, 8, 15
FAINT = "faint"
"""What a style bears in its `meta` if it is for what lies behind curves: it is not read, and must stay back."""
LEAST_CHROMA = 40
"""What differs less between its red, green and blue is a grey."""
DARKEST_TINT = 72
"""Below this brightness a hue is only the tint of a dark theme."""
_GREYS = ((44, BLACK), (128, GREY), (208, WHITE), (256, BRIGHT_WHITE))


class Sixteen(LineFilter):
    """Draws every line in the sixteen colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual calls it
        """Return the segments in other colours."""
        return [
            segment if segment.style is None else Segment(segment.text, in_sixteen(segment.style), segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def in_sixteen(style: Style) -> Style:
    """Return a style with colours of the sixteen, its text readable on its background."""
    if style.bgcolor is None or style.color is None or style.bgcolor.is_default or style.color.is_default:
        return style
    background = _number(style.bgcolor) if style.bgcolor.triplet is None else behind(*style.bgcolor.triplet)
    if style.meta.get(FAINT):
        return style + Style.from_color(_colour(faint(background)), _colour(background))
    text = _number(style.color) if style.color.triplet is None else _nearest(style.color.triplet)
    return style + Style.from_color(_colour(readable(text, background)), _colour(background))


def behind(red: int, green: int, blue: int) -> int:
    """Return the number of the colour for a background: surfaces are black, selections keep their hue."""
    brightest = max(red, green, blue)
    if brightest < DARKEST_TINT and brightest - min(red, green, blue) >= LEAST_CHROMA:
        return BLACK
    if brightest - min(red, green, blue) < LEAST_CHROMA:
        return next(number for below, number in _GREYS if brightest < below)
    hue = sum(bit for bit, channel in ((1, red), (2, green), (4, blue)) if 2 * channel > brightest)
    return hue if hue != WHITE else BRIGHT_WHITE


def readable(text: int, background: int) -> int:
    """Return the number of the colour that text gets: its own, its bright sister, or what differs most."""
    candidates = [text, *([text + 8] if text < 8 else [])]
    for number in candidates:
        if contrast(number, background) >= READABLE:
            return number
    return max((BRIGHT_WHITE, WHITE, BLACK), key=lambda number: contrast(number, background))


def faint(background: int) -> int:
    """Return the number of the colour that is seen on a background and no more than that."""
    return min(
        (GREY, WHITE, BLACK), key=lambda number: (contrast(number, background) < SEEN, contrast(number, background))
    )


def contrast(first: int, second: int) -> float:
    """Return the contrast of two of the sixteen, from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(number: int) -> float:
    return sum(
        weight * float(((value / 255 + 0.055) / 1.055) ** 2.4)
        for weight, value in zip((0.2126, 0.7152, 0.0722), PALETTE[number], strict=True)
    )


def _nearest(colour: ColorTriplet) -> int:
    return RichColor.from_triplet(colour).downgrade(ColorSystem.STANDARD).number or BLACK


def _number(colour: RichColor) -> int:
    return colour.downgrade(ColorSystem.STANDARD).number or BLACK


def _colour(number: int) -> RichColor:
    return RichColor.from_ansi(number)
