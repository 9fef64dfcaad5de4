"""What knobs do to the accuracy, as rows of the results table. Must not know how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from vitdash import text
from vitdash.run import effects
from vitdash.run.groups import Group
from vitdash.ui.widgets.live_table import TableCell, TableColumn, TableRow

METRIC = "accuracy"
COLUMNS = (
    TableColumn("knob", "knob", right=False),
    TableColumn("value", "value"),
    TableColumn("accuracy", "argmax", highest_first=True),
    TableColumn("apart", "apart", highest_first=True),
    TableColumn("beyond", "beyond noise"),
    TableColumn("groups", "groups", highest_first=True),
    TableColumn("runs", "runs", highest_first=True),
)


def table(found: Sequence[Group]) -> tuple[list[TableColumn], list[TableRow]]:
    """Return columns and a row for each value of each knob that differs: the knob with the largest difference first."""
    rows = []
    for effect in effects.effects(found, METRIC):
        for level in effect.levels:
            value = ", ".join(level.value) if isinstance(level.value, tuple) else level.value
            cells = (
                TableCell(effect.knob.replace("_", " "), effect.knob),
                TableCell(text.setting(level.value), value),
                TableCell(text.accuracy(level.mean), level.mean),
                TableCell(text.accuracy(effect.range), effect.range),
                TableCell(effect.told, effect.told),
                TableCell(text.count(level.groups), level.groups),
                TableCell(text.count(level.runs), level.runs),
            )
            rows.append(TableRow(f"{effect.knob} {level.value}", cells))
    return list(COLUMNS), rows
