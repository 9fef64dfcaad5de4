"""The results table with a row for each group of seeds: means and their spread. Must not know markdown or terminals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vitdash import text
from vitdash.export import recipe, table
from vitdash.export.rows import Row
from vitdash.export.table import EMPTY, REFERENCE_KNOBS, Cell, Column
from vitdash.knobs import knobs_of
from vitdash.run import groups
from vitdash.run.groups import Group, Member

HEADINGS = {
    "validation_loss": "validation loss",
    "accuracy": "accuracy (argmax)",
    "svc": "accuracy (svc)",
    "svc_held_out": "accuracy (svc, held-out)",
    "seconds": "training time",
}


def heading(metric: str) -> str:
    """Return what a figure is called."""
    return HEADINGS.get(metric) or text.plain(metric.replace("_", " "))


def written(group: Group, metric: str) -> str:
    """Return a group's mean of a figure with the standard deviation over its seeds, "" where there is none."""
    found = group.spread(metric)
    if found is None:
        return ""
    write = _writer(metric)
    mean, spread = write(found.mean), ""
    if found.deviation is not None:
        spread = write(found.deviation) if metric == "seconds" else text.deviation(found.deviation, mean)
    # Without a place to break the line in: in a narrow cell the parts would come apart.
    return text.around(mean, spread, n=group.fewer(metric)).replace(" ", "\N{NO-BREAK SPACE}")


def figure(metric: str, value: float) -> str:
    """Return a figure as it is written."""
    return _writer(metric)(value)


def build(found: Sequence[Group], *, colours: bool = False, varied: bool = False) -> list[Column]:
    """Return the columns of `found`, with `colours` those of their presets in the first.

    Knobs of the reference's table are there, or with `varied` only those of them that were varied within a preset.

    A figure is marked as the best only where chance does not explain its lead.
    """
    firsts = [Row(group.key, group.name, first.state, first.config, first.figures) for group, first in _firsts(found)]
    columns = [column for column in table.build(firsts) if column.key in REFERENCE_KNOBS]
    shown = _varied_headings(found) if varied else {*REFERENCE_KNOBS}
    knobs = [
        column for column in columns if column.key in shown and any(cell.value is not None for cell in column.cells)
    ]
    metrics = [_metric(found, metric) for metric in groups.metrics(found)]
    lengths = _lengths(found)
    parameters = [Cell(text.count(group.config.parameters), group.config.parameters) for group in found]
    seeds = [Cell(group.told, len(group.counted)) for group in found]
    names = [_name(group, colours, leads=_leads(place, metrics)) for place, group in enumerate(found)]
    return [
        Column("group", "model", tuple(names)),
        *knobs,
        *_other_knobs(found),
        *lengths,
        Column("n", "n", tuple(seeds)),
        *metrics,
        Column("parameters", "model params", tuple(parameters)),
        _column(found, "seconds"),
    ]


def _varied_headings(found: Sequence[Group]) -> set[str]:
    varied = recipe.varied_knobs(found)
    return {knob.column for group in found for _, knob, _ in group.config.knobs() if knob.name in varied}


def _other_knobs(found: Sequence[Group]) -> list[Column]:
    """Return a column for each knob that was varied and that the reference's table does not have."""
    shown = {item.name for group in found for item in knobs_of(type(group.config.model)).values() if item.column}
    columns = []
    for knob, values in recipe.varied_knobs(found).items():
        if knob not in shown:
            cells = tuple(EMPTY if value is None else Cell(text.setting(value), value) for value in values)
            columns.append(Column(knob, knob.replace("_", " "), cells))
    return columns


def _lengths(found: Sequence[Group]) -> list[Column]:
    """Return a column with the images that figures were read after, if those are not the same for all."""
    if len({group.evaluated_at for group in found}) < 2:
        return []
    cells = [Cell(text.count(group.evaluated_at), group.evaluated_at) if group.counted else EMPTY for group in found]
    return [Column("evaluated_at", "steps", tuple(cells))]


def _metric(found: Sequence[Group], metric: str) -> Column:
    judged = groups.judge(found, metric)
    best = frozenset(place for place, judgement in enumerate(judged) if judgement.verdict == "best")
    return _column(found, metric, best)


def _column(found: Sequence[Group], metric: str, best: frozenset[int] = frozenset()) -> Column:
    cells = []
    for place, group in enumerate(found):
        spread = group.spread(metric)
        cells.append(Cell(written(group, metric), spread.mean, place in best) if spread else EMPTY)
    return Column(metric, heading(metric), tuple(cells))


def _name(group: Group, colours: bool, *, leads: bool) -> Cell:
    colour = group.config.description.colour
    return Cell(f"{group.name} ({text.plain(colour)})" if colours and colour else group.name, group.name, leads)


def _leads(place: int, columns: Sequence[Column]) -> bool:
    return any(column.cells[place].best for column in columns)


def _firsts(found: Sequence[Group]) -> list[tuple[Group, Member]]:
    return [(group, group.members[0]) for group in found]


def _writer(metric: str) -> Callable[[float], str]:
    if metric == "validation_loss":
        return text.loss
    if metric == "seconds":
        return text.duration
    return text.accuracy if metric in HEADINGS else text.figure
