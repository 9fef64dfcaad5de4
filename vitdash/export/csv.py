"""The results table as CSV: one line a run, numbers as they are, nothing where nothing was computed."""

from __future__ import annotations

import csv
import io

from vitdash.export import table
from vitdash.export.rows import Row


def render(rows: list[Row], *, reported: bool = False) -> str:
    """Return the table of `rows`, each with its id, state, data set and lengths first: the same columns every time."""
    columns = [column for column in table.build(rows, reported=reported) if column.key != "dataset"]
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["run", "state", "dataset", "images_seen", "evaluated_at", *(column.key for column in columns)])
    for index, row in enumerate(rows):
        about = [row.id, row.state, row.config.data.dataset, row.figures.images_seen, row.evaluated_at or ""]
        values = [column.cells[index].value for column in columns]
        writer.writerow([*about, *("" if value is None else value for value in values)])
    return output.getvalue()
