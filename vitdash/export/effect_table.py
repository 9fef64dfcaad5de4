"""What each knob does to a figure, as a table: for pages, spreadsheets, programs. Must not know files or commands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

from vitdash.errors import InputError
from vitdash.export import comparison, group_table, markdown
from vitdash.export.table import Cell, Column
from vitdash.run.effects import Effect
from vitdash.text import count, one_of, plain, setting


def render(found: Sequence[Effect], metric: str, to: str) -> str:
    """Return effects on `metric` in one of the `FORMATS`.

    Raises:
        InputError: there is no such format for them, or there are none.
    """
    if to not in FORMATS:
        raise InputError("--format", f"what knobs do is not written as {plain(to, 60)}.", f"Choose {one_of(FORMATS)}.")
    if not found:
        raise InputError("RUN", "nothing can be said of knobs: no two runs with results differ in any.")
    return FORMATS[to](found, metric)


def build(found: Sequence[Effect], metric: str, *, each: bool = False) -> list[Column]:
    """Return a column each for knob, value, mean and the rest; with `each` a knob's name stands in each of its rows."""
    lines = []
    for effect in found:
        for place, level in enumerate(effect.levels):
            about = (effect.knob.replace("_", " "), group_table.figure(metric, effect.range), effect.told)
            knob, apart, told = about if each or not place else ("", "", "")
            mean = group_table.figure(metric, level.mean)
            lines.append((knob, setting(level.value), mean, apart, told, count(level.groups)))
    headings = ("knob", "value", f"mean {group_table.heading(metric)}", "apart", "beyond chance", "configurations")
    cells = list(zip(*lines, strict=True))
    return [Column(head, head, tuple(map(Cell, column))) for head, column in zip(headings, cells, strict=True)]


def as_markdown(found: Sequence[Effect], metric: str) -> str:
    """Return the table, a knob's name in the first of its rows."""
    return markdown.write(build(found, metric))


def as_csv(found: Sequence[Effect], metric: str) -> str:
    """Return one line for each value of each knob, numbers as they are."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    about = ("range", "matched", "compared", "significant")
    writer.writerow(["knob", "value", f"{metric}_mean", "groups", "runs", *about])
    for effect in found:
        for level in effect.levels:
            value = ", ".join(level.value) if isinstance(level.value, tuple) else level.value
            told = (getattr(effect, name) for name in about)
            writer.writerow([effect.knob, value, level.mean, level.groups, level.runs, *told])
    return output.getvalue()


def as_json(found: Sequence[Effect], metric: str) -> str:
    """Return an object as `vitdash compare --json` has it."""
    told = {"metric": metric, "effects": comparison.describe_effects(found)}
    return json.dumps(told, indent=2, allow_nan=False) + "\n"


FORMATS: dict[str, Callable[[Sequence[Effect], str], str]] = {"markdown": as_markdown, "csv": as_csv, "json": as_json}
