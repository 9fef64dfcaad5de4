"""Runs that differ only in seed as rows of the results table. Must not know how they are drawn."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence

from vitdash import text
from vitdash.export.rows import Row
from vitdash.knobs import Value
from vitdash.run import effects, groups
from vitdash.run.fleet import Standing
from vitdash.run.groups import Group, Verdict
from vitdash.ui.signs import Sign
from vitdash.ui.widgets.live_table import TableCell, TableColumn, TableRow

MARKS: dict[Verdict, str] = {"best": "*", "noise": "≈", "unknown": "?"}
HEADINGS = {"validation_loss": "val loss", "accuracy": "argmax", "svc_held_out": "held-out", "seconds": "time"}
_HIGHEST_FIRST = frozenset({"accuracy", "svc", "svc_held_out"})


def row_of(known: Standing) -> Row:
    """Return a run as the exported table takes it."""
    assert known.config is not None
    return Row(known.run.id, known.short.name, known.state, known.config, known.short.figures)


def gather(runs: Sequence[Standing], keys: dict[str, str]) -> list[Group]:
    """Return the groups of the runs whose configuration can be read; `keys` remembers what was computed for each."""
    return groups.gather((row_of(known) for known in runs if known.config is not None), keys)


def table(
    found: Sequence[Group], marked: set[str], signs: Mapping[str, Sign]
) -> tuple[list[TableColumn], list[TableRow]]:
    """Return columns and a row for each group that has results: means, deviations, and what of them is noise.

    `marked` are ids of runs, `signs` are by the groups' keys, none where each run has its own. The key of a row is the
    id of its group's first run.
    """
    shown = [group for group in found if group.counted]
    columns = [TableColumn("group", "group", right=False), TableColumn("n", "n")]
    names = _names(shown)
    cells = [[TableCell(names[group.key], names[group.key].casefold()), _number(group)] for group in shown]

    def add(column: TableColumn, drawn: Sequence[TableCell], *, needed: bool = True) -> None:
        if needed and any(cell.text for cell in drawn):
            columns.append(column)
            for row, cell in zip(cells, drawn, strict=True):
                row.append(cell)

    several = len({group.evaluated_at for group in shown}) > 1
    # The accuracy is what there is room for at any rate.
    for place, metric in enumerate(sorted(groups.metrics(shown), key=lambda name: name != "accuracy")):
        heading = HEADINGS.get(metric, metric.replace("_", " "))
        add(TableColumn(metric, heading, highest_first=metric in _HIGHEST_FIRST), _figures(shown, metric))
        if place == 1:
            images = [TableCell(text.count(group.evaluated_at), group.evaluated_at) for group in shown]
            add(TableColumn("evaluated_at", "images"), images, needed=several)
    for knob, values in groups.differing(shown).items():
        add(TableColumn(knob, knob.replace("_", " ")), [_knob(value) for value in values])
    sizes = [group.config.parameters for group in shown]
    add(TableColumn("parameters", "params"), [TableCell(text.count(size), size) for size in sizes])
    add(TableColumn("seconds", "time"), [_time(group) for group in shown])
    add(TableColumn("front", "Pareto front"), _fronts(shown))
    rows = []
    for group, row in zip(shown, cells, strict=True):
        first = group.members[0].id
        rows.append(TableRow(first, tuple(row), signs.get(group.key), all(run.id in marked for run in group.members)))
    return columns, rows


def labels(found: Sequence[Group]) -> dict[str, str]:
    """Return what groups are called beside their curves, by their keys; their runs are counted where need be.

    Room is short there.
    """
    differ = len(found) == 1 or len({len(group.members) for group in found}) > 1
    times = {group.key: f" ×{len(group.members)}" if differ and len(group.members) > 1 else "" for group in found}
    return {key: name + times[key] for key, name in _names(found).items()}


def _names(found: Sequence[Group]) -> dict[str, str]:
    """Return groups' names without the words that all begin with: what is cut off is the end, where they differ."""
    names = [group.name for group in found]
    same = os.path.commonprefix(names) if len(set(names)) > 1 else ""  # noqa: RUF071 - character by character it is
    begin = max(same.rfind("-") + 1, same.rfind(", ") + 2 if ", " in same else 0)
    return {group.key: group.name[begin:] for group in found}


def _number(group: Group) -> TableCell:
    counted, members = len(group.counted), len(group.members)
    return TableCell(text.count(counted) if counted == members else f"{counted} of {members}", counted)


def _figures(shown: Sequence[Group], metric: str) -> list[TableCell]:
    write = text.loss if metric == "validation_loss" else text.accuracy if metric in groups.BETTER else text.figure
    judged = groups.judge(shown, metric)
    room = " " * any(judgement.verdict in MARKS for judgement in judged)
    drawn = []
    for group, judgement in zip(shown, judged, strict=True):
        found = group.spread(metric)
        if found is None:
            drawn.append(TableCell(""))
            continue
        mean = write(found.mean)
        deviation = "" if found.deviation is None else text.deviation(found.deviation, mean)
        # A mark has its own place, so that the figures stay below each other.
        written = text.around(mean, deviation) + room + (MARKS.get(judgement.verdict) or room)
        drawn.append(TableCell(written, found.mean, "best" if judgement.verdict == "best" else ""))
    return drawn


def _fronts(shown: Sequence[Group]) -> list[TableCell]:
    """Return for what cost nothing beats a group's accuracy."""
    if len(groups.competitors(shown, "accuracy")) < 2:
        return [TableCell("") for _ in shown]
    on = {what: {group.key for group in effects.front(shown, "accuracy", what)} for what in effects.COSTS}
    words = {"parameters": "params", "seconds": "time"}
    told = (", ".join(words[what] for what in effects.COSTS if group.key in on[what]) for group in shown)
    return [TableCell(words, words) for words in told]


def _knob(value: Value | None) -> TableCell:
    if value is None:
        return TableCell("")
    sortable = ", ".join(value) if isinstance(value, tuple) else value
    return TableCell(text.setting(value), sortable)


def _time(group: Group) -> TableCell:
    found = group.spread("seconds")
    return TableCell(text.duration(found.mean), found.mean) if found else TableCell("")
