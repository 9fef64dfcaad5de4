"""Names of classes where there is little room: every short form stands for one class only. Must not know widgets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vitdash.text import plain

_NUMBER_AT_END = re.compile(r"[0-9]+$")
# Told apart as well as so many colours can be, on a dark background and on a light one.
_DARK = (
    *("#4fb3f6", "#f5a742", "#63d297", "#ef6f6c", "#b78af7", "#f2e05c"),
    *("#4fdcd6", "#f48fc4", "#b5a48b", "#9fb0c8", "#9be15d", "#ff8f5a"),
)
_LIGHT = (
    *("#0b6fb8", "#b36200", "#0c7f4b", "#c22f2f", "#6f3fc0", "#8a7a00"),
    *("#007f86", "#b52f81", "#75624a", "#53637a", "#4a8a00", "#c2491a"),
)


def colour_of(place: int, *, dark: bool) -> str:
    """Return the colour of a class; from the thirteenth on they come again."""
    colours = _DARK if dark else _LIGHT
    return colours[place % len(colours)]


def abbreviated(names: Sequence[str], width: int) -> list[str]:
    """Return a form of each name of at most `width` ASCII or other single characters, no two the same.

    Numbers where these tell all names apart, else the beginning where that is unique, else the first letters and
    another one; where nothing helps, the class's place.
    """
    cleaned = [plain(name) for name in names]
    whole = len(set(cleaned)) == len(cleaned)
    if whole and all(len(name) <= width for name in cleaned):
        return cleaned
    numbers = [match[0] if (match := _NUMBER_AT_END.search(name)) else "" for name in cleaned]
    if len(set(numbers)) == len(numbers) and all(0 < len(number) <= width for number in numbers):
        return numbers
    taken: set[str] = set()
    found = []
    for place, name in enumerate(cleaned):
        form = next((form for form in _forms(name, width) if form not in taken), str(place)[:width])
        taken.add(form)
        found.append(form)
    return found


def _forms(name: str, width: int) -> Iterator[str]:
    letters = "".join(character for character in name if character.isalnum() or character in " -/.")
    yield letters[:width].rstrip(" -/.")
    yield "".join(word[0] for word in letters.split())[:width]
    word = "".join(character for character in letters if character.isalnum())
    if width == 1:
        yield from word
        yield from word.upper()
        yield from "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return
    for skipped in range(width - 1, len(word)):
        yield word[: width - 1] + word[skipped]
