"""Runs that differ only in seed as rows of the results table. Must not know how they are drawn."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from vitdash import text
from vitdash.export import recipe
from vitdash.export.rows import Row
from vitdash.knobs import Value
from vitdash.run import effects, groups
from vitdash.run.fleet import Standing
from vitdash.run.groups import Group, Verdict
from vitdash.statistics import Spread
from vitdash.ui.signs import Sign
from vitdash.ui.widgets.live_table import TableCell, TableColumn, TableRow

MARKS: dict[Verdict, str] = {"best": "*", "noise": "≈", "unknown": "?"}
HEADINGS = {"validation_loss": "val loss", "accuracy": "argmax", "svc_held_out": "held-out", "seconds": "time"}
ACCURACY = "accuracy"
TOGETHER = "Runs that differ only in seed are one curve: their mean, between one standard deviation to either side."
APART = "Each run is a curve."
Filled: TypeAlias = tuple[TableColumn, list[TableCell]]
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
    # The accuracy is what there is room for at any rate.
    first, *others = sorted(groups.metrics(shown), key=lambda name: name != ACCURACY) or [ACCURACY]
    columns = [_metric(shown, first), _numbers(shown)]
    if len({group.evaluated_at for group in shown}) > 1:
        images = [TableCell(text.count(group.evaluated_at), group.evaluated_at) for group in shown]
        columns.append((TableColumn("evaluated_at", "images"), images))
    columns += [_metric(shown, metric) for metric in others]
    for knob, values in recipe.varied_knobs(shown).items():
        columns.append((TableColumn(knob, knob.replace("_", " ")), [_knob(value) for value in values]))
    return _built(shown, [*columns, sizes(shown), times(shown), _fronts(shown)], marked, signs)


def costs(
    found: Sequence[Group], marked: set[str], signs: Mapping[str, Sign]
) -> tuple[list[TableColumn], list[TableRow]]:
    """Return the same rows with what the accuracy costs, and for which cost nothing beats a group."""
    shown = [group for group in found if group.counted]
    columns = [_metric(shown, ACCURACY), _fronts(shown), sizes(shown), times(shown), _numbers(shown)]
    return _built(shown, columns, marked, signs)


def _built(
    shown: Sequence[Group], columns: Sequence[Filled], marked: set[str], signs: Mapping[str, Sign]
) -> tuple[list[TableColumn], list[TableRow]]:
    names = _names(shown)
    there = [(column, cells) for column, cells in columns if any(cell.text for cell in cells)]
    rows = []
    for place, group in enumerate(shown):
        name = TableCell(names[group.key], names[group.key].casefold())
        cells = (name, *(cells[place] for _, cells in there))
        all_marked = all(run.id in marked for run in group.members)
        rows.append(TableRow(group.members[0].id, cells, signs.get(group.key), all_marked))
    return [TableColumn("group", "group", right=False), *(column for column, _ in there)], rows


def best(found: Sequence[Group]) -> tuple[str, str]:
    """Return the best mean accuracy with its deviation, and the group whose it is; nothing where there is none."""
    first = next(iter(best_first(found)), None)
    spread = first.spread(ACCURACY) if first else None
    return (written(spread, ACCURACY, first.fewer(ACCURACY)), first.name) if first and spread else ("", "")


def best_first(found: Sequence[Group]) -> list[Group]:
    """Return groups in the order of their mean accuracies, those without one last."""

    def rank(group: Group) -> float:
        spread = group.spread(ACCURACY)
        return -spread.mean if spread else 1.0

    return sorted(found, key=rank)


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


def _numbers(shown: Sequence[Group]) -> Filled:
    return TableColumn("n", "n"), [number(group) for group in shown]


def number(group: Group) -> TableCell:
    """Return how many seeds count, of how many runs where that is not all."""
    return TableCell(group.told, len(group.counted))


def column(metric: str) -> TableColumn:
    """Return the column of a figure."""
    heading = HEADINGS.get(metric, text.plain(metric.replace("_", " ")))
    return TableColumn(metric, heading, highest_first=metric in _HIGHEST_FIRST)


def _metric(shown: Sequence[Group], metric: str) -> Filled:
    return column(metric), _figures(shown, metric)


def sizes(shown: Sequence[Group]) -> Filled:
    """Return how many parameters each has."""
    sizes = [group.config.parameters for group in shown]
    return TableColumn("parameters", "params"), [TableCell(text.count(size), size) for size in sizes]


def times(shown: Sequence[Group]) -> Filled:
    """Return how long a run of each took."""
    return TableColumn("seconds", "time"), [_time(group) for group in shown]


def _figures(shown: Sequence[Group], metric: str) -> list[TableCell]:
    judged = groups.judge(shown, metric)
    room = " " * any(judgement.verdict in MARKS for judgement in judged)
    drawn = []
    for group, judgement in zip(shown, judged, strict=True):
        found = group.spread(metric)
        if found is None:
            drawn.append(TableCell(""))
            continue
        # A mark has its own place, so that the figures stay below each other.
        told = written(found, metric, group.fewer(metric)) + room + (MARKS.get(judgement.verdict) or room)
        drawn.append(TableCell(told, found.mean, "best" if judgement.verdict == "best" else ""))
    return drawn


def written(found: Spread, metric: str, n: int = 0) -> str:
    """Return a mean and, of several values, its standard deviation; `n` is of how many, where that is to be said."""
    write = text.loss if metric == "validation_loss" else text.accuracy if metric in groups.BETTER else text.figure
    mean = write(found.mean)
    return text.around(mean, "" if found.deviation is None else text.deviation(found.deviation, mean), n=n)


def _fronts(shown: Sequence[Group]) -> Filled:
    """Return for what cost nothing beats a group's accuracy."""
    column = TableColumn("front", "Pareto front")
    if len(groups.competitors(shown, ACCURACY)) < 2:
        return column, [TableCell("") for _ in shown]
    on = {what: {group.key for group in effects.front(shown, ACCURACY, what)} for what in effects.COSTS}
    words = {"parameters": "params", "seconds": "time"}
    told = (", ".join(words[what] for what in effects.COSTS if group.key in on[what]) for group in shown)
    return column, [TableCell(words, words) for words in told]


def _knob(value: Value | None) -> TableCell:
    if value is None:
        return TableCell("")
    sortable = ", ".join(value) if isinstance(value, tuple) else value
    return TableCell(text.setting(value), sortable)


def _time(group: Group) -> TableCell:
    found = group.spread("seconds")
    return TableCell(text.duration(found.mean), found.mean) if found else TableCell("")
