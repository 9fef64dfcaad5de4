"""The results table on a terminal, as many columns of it as fit. Must not know commands."""

from __future__ import annotations

from rich.console import Console

from vitdash.export import table
from vitdash.export.rows import Row
from vitdash.run.results import OWN_NAMES
from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn

# What is left out first where a terminal is narrow; the model and its figures stay.
_RANKS = {"patch": 9, "layer": 7, "head": 7, "hidden": 8, "mlp": 8, "drop": 9, "cs": 9}
_RANKS |= {"seconds": 3, "images_per_second": 4, "parameters": 2, "svc_held_out": 1}


def show(console: Console, rows: list[Row], *, reported: bool = False) -> None:
    """Print the results table, as many columns of it as fit."""
    columns = [
        GridColumn(
            column.heading,
            tuple(cell.text for cell in column.cells),
            rank=_rank(column.key),
            left=column.key == "model",
            bold=frozenset(index for index, cell in enumerate(column.cells) if cell.best),
        )
        for column in table.build(rows, reported=reported)
    ]
    if left_out := grid.show(console, columns):
        noun = "column does" if left_out == 1 else "columns do"
        console.print(f"{left_out} {noun} not fit here. All: vitdash export {rows[0].id}", style="dim", soft_wrap=True)


def _rank(key: str) -> int:
    """Return how soon a column is left out: a plug-in's figure before ours, after what surrounds them."""
    if key in OWN_NAMES:
        return _RANKS.get(key, 5 if key.startswith(("reported", "difference")) else 0)
    return 2
