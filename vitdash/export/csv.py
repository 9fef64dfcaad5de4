"""The results table as CSV: one line a run, numbers as they are, nothing where nothing was computed."""

from __future__ import annotations

import csv
import io

from vitdash.export import table
from vitdash.export.rows import Row


def render(rows: list[Row], *, reported: bool = False) -> str:
    """Return the table of `rows`, each with its id, state and length first."""
    columns = table.build(rows, reported=reported)
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["run", "state", "images_seen", *(column.key for column in columns)])
    for index, row in enumerate(rows):
        values = [column.cells[index].value for column in columns]
        writer.writerow([row.id, row.state, row.figures.images_seen, *("" if v is None else v for v in values)])
    return output.getvalue()
