"""What is drawn, in the characters that every terminal has. Must not know what is drawn."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from vitdash.ui.signs import ASCII_MARKERS, MARKERS

LAST = 126
"""The last character that is one in every character set, and no control character."""
UNKNOWN = "?"
_BOXES, _BLOCKS, _BRAILLE = range(0x2500, 0x2580), range(0x2580, 0x25A0), range(0x2800, 0x2900)
_ALIKE = dict(zip(MARKERS, ASCII_MARKERS, strict=True)) | {
    **dict.fromkeys("▸▶►❯›»→⮕", ">"),
    **dict.fromkeys("◂◀◄❮‹«←", "<"),
    **dict.fromkeys("▾▼↓⬇", "v"),
    **dict.fromkeys("▴▲↑⬆", "^"),
    **dict.fromkeys("·•∙", "."),
    **dict.fromkeys("–—−‐‑⎯", "-"),
    **dict.fromkeys("‘’‚′", "'"),
    **dict.fromkeys("“”„″", '"'),
    **dict.fromkeys("×✕✖✗✘╳", "x"),
    **dict.fromkeys("✓✔☑", "+"),
    **dict.fromkeys("⏎↵", "<"),
    **dict.fromkeys("∞≈±", "~"),
    **dict(zip("▁▂▃▄▅▆▇█", "_.,-=+*#", strict=True)),
    **dict(zip("░▒▓", ".=#", strict=True)),
    **dict.fromkeys("▀▔", '"'),
    **dict.fromkeys("▌▐▏▎▍▋▊▉▕", "|"),
    "…": "~",
    "≤": "<",
    "≥": ">",
    "µ": "u",
    "⏸": "=",
    "⏹": "#",
    "◌": ".",
}


class _Table(dict[int, str]):
    """Finds out what stands for a character when it first comes."""

    def __missing__(self, code: int) -> str:
        self[code] = found = alike(chr(code))
        return found


def alike(character: str) -> str:
    """Return ASCII of the same width that looks or reads like one character, or question marks."""
    code = ord(character)
    if code <= LAST:
        return character
    if character in _ALIKE:
        return _ALIKE[character]
    if code in _BOXES:
        return _box(unicodedata.name(character))
    if code in _BLOCKS:
        return "#"
    if code in _BRAILLE:
        return " .::####"[(code - _BRAILLE.start).bit_count() // 2 + (code != _BRAILLE.start)]
    width = cell_len(character)
    plain = unicodedata.normalize("NFKD", character)[:1]
    return plain.ljust(width) if width and " " <= plain <= chr(LAST) else UNKNOWN * width


TABLE = _Table()
"""For `str.translate`."""


class AsciiOnly(LineFilter):
    """Draws every line in ASCII; nothing moves, for each character keeps its width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual calls it
        """Return the segments with other characters."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(TABLE), segment.style, segment.control)
            for segment in segments
        ]


def _box(name: str) -> str:
    """Return what stands for a line of boxes, by its name in Unicode."""
    lies = any(word in name for word in ("HORIZONTAL", "LEFT", "RIGHT"))
    stands = any(word in name for word in ("VERTICAL", "UP", "DOWN"))
    if lies and stands:
        return "+"
    if stands:
        return "|"
    return "=" if "HEAVY" in name or "DOUBLE" in name else "-"
