"""Groups of seeds as files: the table with means for people, every figure with its spread for programs.

Must not know files or commands.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from vitdash.errors import InputError
from vitdash.export import group_table, markdown, recipe, svg
from vitdash.export.rows import Row
from vitdash.knobs import Value
from vitdash.run import groups
from vitdash.run.groups import Group
from vitdash.statistics import Spread
from vitdash.text import one_of, plain

ALWAYS = ("validation_loss", "accuracy", "svc", "svc_held_out", "seconds")
"""Figures that have their columns whether or not any run has them."""
SVG = "svg"
SPREAD = ("mean", "deviation", "n", "least", "most")


def render(rows: Sequence[Row], to: str) -> str:
    """Return the groups of `rows` in one of the `FORMATS`, or as plots.

    Raises:
        InputError: there is no such format for groups.
    """
    if to == SVG:
        # There seeds are always one curve.
        return svg.render(list(rows))
    if to not in FORMATS:
        raise InputError(
            "--groups", f"{plain(to, 60)} is written run by run.", f"Leave it out, or choose {one_of([*FORMATS, SVG])}."
        )
    return FORMATS[to](groups.gather(rows))


def as_markdown(found: Sequence[Group]) -> str:
    """Return the table with a row for each group."""
    return markdown.write(group_table.build(found))


def as_csv(found: Sequence[Group]) -> str:
    """Return one line a group: what it is, the knobs that were varied, and each figure in five columns."""
    knobs = list(recipe.varied_knobs(found))
    figures = _figures(found)
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    about = ["group", "name", "preset", "architecture", "dataset", "parameters", "evaluated_at", "n", "runs"]
    writer.writerow([*about, *knobs, *(f"{name}_{part}" for name in figures for part in SPREAD)])
    for group in found:
        config = group.config
        writer.writerow(
            [
                *(group.key, group.name, config.description.preset, config.model.name, config.data.dataset),
                *(config.parameters, group.evaluated_at or "", len(group.counted), len(group.members)),
                *(_cell(config.value(knob)) for knob in knobs),
                *(_cell(value) for name in figures for value in _spread(group, name)),
            ]
        )
    return output.getvalue()


def as_json(found: Sequence[Group]) -> str:
    """Return a list of objects, one a group."""
    return json.dumps([_describe(found, group) for group in found], indent=2, allow_nan=False) + "\n"


def _describe(found: Sequence[Group], group: Group) -> dict[str, Any]:
    config = group.config
    return {
        "group": group.key,
        "name": group.name,
        "preset": config.description.preset,
        "architecture": config.model.name,
        "parameters": config.parameters,
        "runs": [member.id for member in group.members],
        "seeds": [member.config.train.seed for member in group.counted],
        "evaluated_at": group.evaluated_at or None,
        "knobs": {knob.name: value for _, knob, value in config.knobs() if knob.affects_result and knob.name != "seed"},
        "figures": {name: spread and dataclasses.asdict(spread) for name, spread in _spreads(found, group)},
    }


def _spreads(found: Sequence[Group], group: Group) -> list[tuple[str, Spread | None]]:
    return [(name, group.spread(name)) for name in _figures(found)]


def _figures(found: Sequence[Group]) -> list[str]:
    return list(dict.fromkeys([*ALWAYS, *groups.metrics(found)]))


def _spread(group: Group, name: str) -> list[float | None]:
    spread = group.spread(name)
    return [getattr(spread, part) if spread else None for part in SPREAD]


def _cell(value: Value | None) -> Value:
    return "" if value is None else ", ".join(value) if isinstance(value, tuple) else value


FORMATS: dict[str, Callable[[Sequence[Group]], str]] = {"markdown": as_markdown, "csv": as_csv, "json": as_json}
