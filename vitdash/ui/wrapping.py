"""Long lines in several rows, as one reads them. Must not know what they say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len

from vitdash.ui.ink import Line


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


def _rows(line: Line, width: int, hanging: int) -> list[Line]:
    cells = [(character, style) for text, style in line.pieces for character in text]
    indent = next((place for place, (character, _) in enumerate(cells) if character != " "), 0)
    indent = min(max(indent, hanging), width // 2) if width > 3 else 0
    rows: list[Line] = []
    start, room = 0, width
    while start < len(cells):
        end = _row_end(cells, start, room)
        pieces = [
            ("".join(character for character, _ in same), style)
            for style, same in groupby(cells[start:end], lambda cell: cell[1])
        ]
        rows.append(Line(*([(" " * indent, "")] if rows else []), *pieces))
        start, room = end, width - indent
        while start < len(cells) and cells[start][0] == " ":
            start += 1
    return rows


def _row_end(cells: Sequence[tuple[str, str]], start: int, room: int) -> int:
    """Return where the row ends that begins at `start`: after the last word that fits, or within one that is long."""
    end, used = start, 0
    while end < len(cells) and used + cell_len(cells[end][0]) <= room:
        used += cell_len(cells[end][0])
        end += 1
    end = max(end, start + 1)
    if end == len(cells) or cells[end][0] == " ":
        return end
    space = next((place for place in range(end - 1, start + room // 2, -1) if cells[place][0] == " "), None)
    return end if space is None else space + 1
