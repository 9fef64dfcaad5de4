"""The results table: which columns, in which order, written how. Must not know markdown, CSV or terminals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from vitdash import text
from vitdash.export.rows import Row
from vitdash.knob_tables import Reported
from vitdash.knobs import Value, knobs_of

REFERENCE_KNOBS = ("patch", "layer", "head", "hidden", "mlp", "drop", "cs")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place: the text, and the value behind it; None is nothing."""

    text: str
    value: Value | None = None
    best: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, its cells from top to bottom, and the name it has for programs."""

    key: str
    heading: str
    cells: tuple[Cell, ...]


EMPTY = Cell("")


def build(rows: list[Row], *, reported: bool = False) -> list[Column]:
    """Return the table's columns for `rows`: the reference's, vitdash's own, plug-ins' figures, reported ones if asked.

    The best of each figure is marked among the runs of the length in the heading, if they differ;
    a run of another length states its own in the cell. Runs on several data sets are no competitors: then nothing is
    marked, and a last column says which is which. Of a plug-in's figure nobody knows which way is better.
    """
    steps = _usual_length(rows)
    knobs = [_knob_column(rows, heading) for heading in REFERENCE_KNOBS]
    of_length = f" ({text.count(steps)} steps)" if steps else ""
    loss = _metric(rows, "validation_loss", f"validation loss{of_length}", text.loss, steps, min)
    argmax = _metric(rows, "accuracy", "accuracy (argmax)", text.accuracy, steps, max)
    svc = _metric(rows, "svc", "accuracy (svc)", text.accuracy, steps, max)
    held_out = _metric(rows, "svc_held_out", "accuracy (svc, held-out)", text.accuracy, steps, max)
    parameters = _parameters(rows)
    rate = _column("images_per_second", "images/s", [row.images_per_second for row in rows], text.pace)
    seconds = _column("seconds", "training time", [row.figures.seconds for row in rows], text.duration)
    extra = [_extra(rows, key, steps) for key in dict.fromkeys(key for row in rows for key in row.extra)]
    others = [_other_knob(rows, name) for name in dict.fromkeys(name for row in rows for name in row.knobs)]
    columns = [*knobs, *others, loss, argmax, svc, parameters, held_out, rate, seconds, *extra, *_dataset_columns(rows)]
    model = _model_column(rows, columns)
    return [model, *columns, *(_reported_columns(rows) if reported else [])]


def _usual_length(rows: list[Row]) -> int:
    lengths = Counter(row.evaluated_at for row in _with_results(rows))
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def _model_column(rows: list[Row], columns: list[Column]) -> Column:
    names = [
        f"{row.model} ({row.config.description.colour})" if row.config.description.colour else row.model for row in rows
    ]
    same = Counter(names)
    cells = []
    for index, (row, name) in enumerate(zip(rows, names, strict=True)):
        # Two runs of one preset look alike; their ids do not.
        shown = name if same[name] == 1 else f"{name} {row.id}"
        cells.append(Cell(text.plain(shown), row.name, any(column.cells[index].best for column in columns)))
    return Column("model", "model", tuple(cells))


def _knob_column(rows: list[Row], heading: str) -> Column:
    cells = []
    for row in rows:
        knob = next((item for item in knobs_of(type(row.config.model)).values() if item.column == heading), None)
        value: Value | None = getattr(row.config.model, knob.name) if knob else None
        cells.append(EMPTY if value is None else Cell(f"{value:g}" if isinstance(value, float) else str(value), value))
    return Column(heading, heading, tuple(cells))


def _other_knob(rows: list[Row], name: str) -> Column:
    values = [row.config.value(name) for row in rows]
    cells = tuple(EMPTY if value is None else Cell(text.setting(value), value) for value in values)
    return Column(name, name.replace("_", " "), cells)


def _metric(
    rows: list[Row],
    key: str,
    heading: str,
    write: Callable[[float], str],
    steps: int,
    best_of: Callable[[list[float]], float] | None,
) -> Column:
    values = [row.result(key) for row in rows]
    comparable = [
        value for row, value in zip(rows, values, strict=True) if value is not None and row.evaluated_at == steps
    ]
    several = best_of and len(set(comparable)) > 1 and len(_datasets(_with_results(rows))) == 1
    best = best_of(comparable) if best_of and several else None
    cells = []
    for row, value in zip(rows, values, strict=True):
        if value is None:
            cells.append(EMPTY)
        elif row.evaluated_at == steps:
            cells.append(Cell(write(value), value, value == best))
        elif key == "validation_loss":
            cells.append(Cell(f"({text.count(row.evaluated_at)} steps) {write(value)}", value))
        else:
            cells.append(Cell(write(value), value))
    return Column(key, heading, tuple(cells))


def _extra(rows: list[Row], key: str, steps: int) -> Column:
    return _metric(rows, key, key.replace("_", " "), text.figure, steps, None)


def _dataset_columns(rows: list[Row]) -> list[Column]:
    if len(_datasets(rows)) < 2:
        return []
    return [
        Column("dataset", "data set", tuple(Cell(row.config.data.dataset, row.config.data.dataset) for row in rows))
    ]


def _with_results(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.figures.results]


def _datasets(rows: list[Row]) -> set[str]:
    return {row.config.data.dataset for row in rows}


def _parameters(rows: list[Row]) -> Column:
    """Return the sizes; the smallest is marked among the runs that have something to show for theirs."""
    compared = {row.config.parameters for row in _with_results(rows)}
    best = min(compared) if len(compared) > 1 and len(_datasets(_with_results(rows))) == 1 else None
    cells = [
        Cell(
            text.count(row.config.parameters),
            row.config.parameters,
            bool(row.figures.results) and row.config.parameters == best,
        )
        for row in rows
    ]
    return Column("parameters", "model params", tuple(cells))


def _column(key: str, heading: str, values: list[float | None], write: Callable[[float], str]) -> Column:
    return Column(key, heading, tuple(EMPTY if value is None else Cell(write(value), value) for value in values))


def _reported_columns(rows: list[Row]) -> list[Column]:
    columns = []
    for key, title, write in (
        ("validation_loss", "loss", text.loss),
        ("accuracy", "argmax", text.accuracy),
        ("svc", "svc", text.accuracy),
    ):
        figures, differences = [], []
        for row in rows:
            told = row.config.reported
            figure: float | None = getattr(told, key) if told else None
            figures.append(
                EMPTY if told is None or figure is None else Cell(_reported(told, figure, write, rows), figure)
            )
            differences.append(_difference(row, key, told, figure))
        columns.append(Column(f"reported_{key}", f"reported {title}", tuple(figures)))
        columns.append(Column(f"difference_{key}", "difference", tuple(differences)))
    return columns


def _reported(told: Reported, figure: float, write: Callable[[float], str], rows: list[Row]) -> str:
    same = all(row.config.reported is None or row.config.reported.images_seen == told.images_seen for row in rows)
    told_here = same and _usual_length(rows) == told.images_seen
    return write(figure) if told_here else f"({text.count(told.images_seen)} steps) {write(figure)}"


def _difference(row: Row, key: str, told: Reported | None, figure: float | None) -> Cell:
    """Return measured minus reported, where both were read after as many images; else there is none."""
    measured = row.result(key)
    if told is None or figure is None or measured is None or row.evaluated_at != told.images_seen:
        return EMPTY
    difference = measured - figure
    return Cell(f"{difference:+z.5f}" if key == "validation_loss" else f"{difference:+z.4f}", difference)
