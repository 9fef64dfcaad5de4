"""What may reach a terminal: text that only shows itself."""

from __future__ import annotations

import unicodedata

DRIVING = {"Cc", "Zl", "Zp", "Cs"}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_harmless(text: str) -> bool:
    """Return whether `text` is one line that neither drives a terminal nor turns what is read."""
    return not any(
        unicodedata.category(character) in DRIVING or unicodedata.bidirectional(character) in TURNING
        for character in text
    )
