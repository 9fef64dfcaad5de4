"""Long lines in several rows, as one reads them. Must not know what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from vitdash.ui.ink import Line, Piece


def wrapped(drawn: Sequence[Line], width: int, hanging: int = 0) -> list[Line]:
    """Return the lines in rows of at most `width` cells; a row that goes on is indented like its line, or more."""
    if width <= 0:
        return list(drawn)
    rows: list[Line] = []
    for line in drawn:
        if line.width <= width:
            rows.append(line)
        else:
            rows += _rows(line, width, hanging)
    return rows


def _rows(line: Line, width: int, hanging: int) -> Iterator[Line]:
    text = line.text
    indent = max(len(text) - len(text.lstrip(" ")), hanging)
    indent = min(indent, width // 2) if width > 3 else 0
    row_end = _end_of_narrow if text.isascii() else _end_of_any
    end = row_end(text, 0, width)
    yield Line(*_cut(line.pieces, 0, end))
    while (start := _next_word(text, end)) < len(text):
        end = row_end(text, start, width - indent)
        yield Line((" " * indent, ""), *_cut(line.pieces, start, end))


def _end_of_narrow(text: str, start: int, room: int) -> int:
    """Return where the row ends that begins at `start`, of characters that are a cell each."""
    end = start + room
    return len(text) if end >= len(text) else _after_a_word(text, start, end, room)


def _end_of_any(text: str, start: int, room: int) -> int:
    """Return where the row ends that begins at `start`, of characters of any width."""
    end, used = start, 0
    while end < len(text) and used + cell_len(text[end]) <= room:
        used += cell_len(text[end])
        end += 1
    # At least one character, or it would go on for ever.
    end = max(end, start + 1)
    return end if end == len(text) else _after_a_word(text, start, end, room)


def _after_a_word(text: str, start: int, end: int, room: int) -> int:
    """Return the end of the last word before `end`; `end` itself within a word that is long."""
    if text[end] == " ":
        return end
    space = text.rfind(" ", start + room // 2 + 1, end)
    return end if space < 0 else space + 1


def _next_word(text: str, place: int) -> int:
    while place < len(text) and text[place] == " ":
        place += 1
    return place


def _cut(pieces: Sequence[Piece], start: int, end: int) -> Iterator[Piece]:
    """Yield what the pieces have between two places of the whole text."""
    reached = 0
    for text, style in pieces:
        part = text[max(0, start - reached) : max(0, end - reached)]
        if part:
            yield part, style
        reached += len(text)
