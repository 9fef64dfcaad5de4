"""The results table as markdown, aligned so that it reads as text too."""

from __future__ import annotations

import re

from vitdash.export import table
from vitdash.export.rows import Row
from vitdash.export.table import Cell, Column


def render(rows: list[Row], *, reported: bool = False) -> str:
    """Return the table of `rows`; the best of a column is bold."""
    return write(table.build(rows, reported=reported))


def write(found: list[Column]) -> str:
    """Return columns as a table; their best cells are bold."""
    columns = [[escape(column.heading), *(_mark(cell) for cell in column.cells)] for column in found]
    widths = [max(3, *(len(cell) for cell in column)) for column in columns]
    padded = [[cell.rjust(width) for cell in column] for column, width in zip(columns, widths, strict=True)]
    lines = ["| " + " | ".join(line) + " |" for line in zip(*padded, strict=True)]
    rule = "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


def _mark(cell: Cell) -> str:
    escaped = escape(cell.text)
    return f"**{escaped}**" if cell.best else escaped


def escape(text: str) -> str:
    """Return markdown that shows `text` and nothing else."""
    # Emphasis, code, tables, links, HTML, entities, and the strike-through and formulas of GitHub and GitLab.
    return re.sub(r"[\\`*_~|<\[\]&$]", r"\\\g<0>", text)
