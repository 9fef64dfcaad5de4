"""The results table on a screen: the exported table's figures, in an order for eyes. Must not know how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vitdash.export import recipe, table
from vitdash.knobs import Value
from vitdash.run.fleet import Standing
from vitdash.text import count, loss, setting
from vitdash.ui import knob_effects, seed_groups
from vitdash.ui.board import Board
from vitdash.ui.seed_groups import row_of
from vitdash.ui.widgets.live_table import TableCell, TableColumn, TableRow

FIGURES, REPORTED, KNOBS, GROUPS, COSTS, EFFECTS = (
    *("figures", "reported beside measured", "knobs that differ"),
    *("groups of seeds", "what accuracy costs", "what knobs do"),
)
VIEWS = (FIGURES, REPORTED, KNOBS, GROUPS, COSTS, EFFECTS)
GROUPED = (GROUPS, COSTS, EFFECTS)
"""Those in which runs that differ only in seed are one."""
SHORT = {
    "validation_loss": "val loss",
    "accuracy": "argmax",
    "svc": "svc",
    "svc_held_out": "held-out",
    "parameters": "params",
    "images_per_second": "images/s",
    "seconds": "time",
    "dataset": "data set",
    "reported_validation_loss": "rep. loss",
    "reported_accuracy": "rep. argmax",
    "reported_svc": "rep. svc",
    "difference_validation_loss": "Δ loss",
    "difference_accuracy": "Δ argmax",
    "difference_svc": "Δ svc",
}
_HIGHEST_FIRST = frozenset({"accuracy", "svc", "svc_held_out", "images_per_second"})
_FIGURES = ("validation_loss", "accuracy", "svc", "svc_held_out", "parameters", "images_per_second", "seconds")
_REPORTED = (
    *("accuracy", "reported_accuracy", "difference_accuracy"),
    *("validation_loss", "reported_validation_loss", "difference_validation_loss"),
    *("svc", "reported_svc", "difference_svc"),
)


_ACCURACY_FIRST = ("accuracy", "validation_loss", *_FIGURES[2:])
_LOSSES = ("validation_loss", "reported_validation_loss")


def with_results(runs: Sequence[Standing]) -> list[Standing]:
    """Return the runs that have something to show."""
    return [known for known in runs if known.short.figures.results and known.config is not None]


def build(runs: Sequence[Standing], board: Board, view: str) -> tuple[list[TableColumn], list[TableRow]]:
    """Return columns and rows for the runs that have results, seen in one of the `VIEWS`."""
    if view in GROUPED:
        found = board.gather(runs)
        if view == EFFECTS:
            return knob_effects.table(found)
        make = seed_groups.costs if view == COSTS else seed_groups.table
        return make(found, board.marked, board.signs_of(found))
    shown = with_results(runs)
    rows = [row_of(known) for known in shown]
    columns = [column for column in table.build(rows, reported=view == REPORTED) if column.key != "model"]
    by_key = {column.key: column for column in columns}
    wanted = _REPORTED if view == REPORTED else _ACCURACY_FIRST if view == KNOBS else _FIGURES
    chosen = [by_key[key] for key in wanted if key in by_key and any(cell.text for cell in by_key[key].cells)]
    known_keys = {*_FIGURES, *_REPORTED, *table.REFERENCE_KNOBS}
    # What plug-ins' probes found, and the data set where there are several.
    chosen += [column for column in columns if column.key not in known_keys]
    cells = [[_cell(column.key, column.cells[place]) for column in chosen] for place in range(len(rows))]
    headings = [TableColumn("run", "run", right=False)]
    headings += [
        TableColumn(column.key, SHORT.get(column.key, column.heading), highest_first=column.key in _HIGHEST_FIRST)
        for column in chosen
    ]
    if len({row.evaluated_at for row in rows}) > 1:
        # Figures after more images are better ones: that must stand beside them, and none of them has won.
        cells = [[replace(cell, style="") for cell in line] for line in cells]
        place = min(2, len(chosen))
        headings.insert(place + 1, TableColumn("evaluated_at", "images"))
        for row, line in zip(rows, cells, strict=True):
            line.insert(place, TableCell(count(row.evaluated_at), row.evaluated_at))
    figures = len(headings) - 1
    if view == KNOBS:
        for knob, values in recipe.differing([row.config for row in rows]):
            headings.append(TableColumn(knob.name, knob.label or knob.name))
            for place, value in enumerate(values):
                cells[place].append(TableCell("" if value is None else setting(value), _sortable(value)))
        headings, cells = _knobs_first(headings, cells, figures)
    lines = [
        TableRow(
            known.run.id,
            (TableCell(board.name(known), board.name(known).casefold()), *cells[place]),
            board.sign(known),
            known.run.id in board.marked,
        )
        for place, known in enumerate(shown)
    ]
    return headings, lines


def _knobs_first(
    headings: list[TableColumn], cells: list[list[TableCell]], figures: int
) -> tuple[list[TableColumn], list[list[TableCell]]]:
    """Put one figure, then the knobs, then the rest: what differs should not be what falls off the screen."""
    first = min(1, figures)

    def turned(row: list[TableCell]) -> list[TableCell]:
        return [*row[:first], *row[figures:], *row[first:figures]]

    after = [headings[0], *headings[1 : 1 + first], *headings[1 + figures :], *headings[1 + first : 1 + figures]]
    return after, [turned(row) for row in cells]


def _cell(key: str, cell: table.Cell) -> TableCell:
    value = cell.value
    # The exported table has the number of images in the cell where it is not the usual one; here it has a column.
    text = loss(value) if key in _LOSSES and isinstance(value, float) else cell.text
    return TableCell(text, _sortable(value), "best" if cell.best else "")


def _sortable(value: Value | None) -> float | int | str | None:
    return ", ".join(value) if isinstance(value, tuple) else value
