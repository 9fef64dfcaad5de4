"""Runs compared: groups, what of their differences is noise, which knob matters. Must not know how it is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vitdash.errors import InputError, VitdashError
from vitdash.export.rows import Row, read_rows
from vitdash.knobs import Value
from vitdash.run import effects, groups
from vitdash.run.differences import Difference, differences
from vitdash.run.effects import Effect
from vitdash.run.groups import BETTER, Group, Judgement
from vitdash.run.store import Run
from vitdash.text import did_you_mean, plain


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups with the best of a metric first, and what is to be said of them.

    `knobs` are those that differ, with a value for each group; `judged` is how each stands in each metric;
    `fronts` are the groups that nothing beats for what they cost; `differences` are those of two groups, also in knobs
    that change no result; `unreadable` says of a run why it is left out.
    """

    metric: str
    groups: list[Group]
    metrics: list[str]
    knobs: dict[str, list[Value | None]]
    judged: dict[str, list[Judgement]]
    effects: list[Effect]
    fronts: dict[str, list[Group]]
    differences: list[Difference]
    unreadable: dict[str, str]


def compare(rows: Sequence[Row], metric: str = "accuracy", unreadable: dict[str, str] | None = None) -> Comparison:
    """Return what rows say about each other.

    Raises:
        InputError: none of them has such a metric, though some have others.
    """
    found = groups.gather(rows)
    there = groups.metrics(found)
    if there and metric not in there:
        hint = did_you_mean(metric, there) or f"There are: {', '.join(map(plain, there))}."
        raise InputError("--metric", f"none of these runs has '{plain(metric, 60)}'.", hint)
    found.sort(key=lambda group: _rank(group, metric))
    return Comparison(
        metric=metric,
        groups=found,
        metrics=there,
        knobs=groups.differing(found),
        judged={name: groups.judge(found, name) for name in there},
        effects=effects.effects(found, metric),
        fronts={what: effects.front(found, metric, what) for what in effects.COSTS},
        differences=differences([group.config for group in found]) if len(found) == 2 else [],
        unreadable=unreadable or {},
    )


def read(runs: Sequence[Run], metric: str = "accuracy") -> Comparison:
    """Read runs and compare them; what cannot be read is left out and named.

    Raises:
        InputError: none of them has such a metric, though some have others.
        VitdashError: none can be read.
    """
    rows, unreadable = [], {}
    problem: VitdashError | None = None
    for run in runs:
        try:
            rows += read_rows([run])
        except VitdashError as error:
            problem = error
            unreadable[run.id] = plain(str(error).removeprefix(f"{run.id}: "), 500)
    if problem is not None and not rows:
        raise problem
    return compare(rows, metric, unreadable)


def describe(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values, for programs."""
    return {
        "metric": comparison.metric,
        "groups": [_group(comparison, place, group) for place, group in enumerate(comparison.groups)],
        "effects": describe_effects(comparison.effects),
        "fronts": {what: [group.key for group in found] for what, found in comparison.fronts.items()},
        "unreadable": comparison.unreadable,
    }


def describe_effects(found: Sequence[Effect]) -> list[dict[str, Any]]:
    """Return what knobs do as plain values, for programs."""
    return [
        {
            "knob": item.knob,
            "levels": [dataclasses.asdict(level) for level in item.levels],
            "range": item.range,
            "matched": item.matched,
            "compared": item.compared,
            "significant": item.significant,
        }
        for item in found
    ]


def _group(comparison: Comparison, place: int, group: Group) -> dict[str, Any]:
    return {
        "group": group.key,
        "name": group.name,
        "preset": group.config.description.preset,
        "architecture": group.config.model.name,
        "parameters": group.config.parameters,
        "runs": [member.id for member in group.members],
        "counted": [member.id for member in group.counted],
        "seeds": [member.config.train.seed for member in group.counted],
        "evaluated_at": group.evaluated_at or None,
        "knobs": {knob: values[place] for knob, values in comparison.knobs.items()},
        "seconds": _spread(group, "seconds"),
        "figures": {
            name: (found and found | {"verdict": judged[place].verdict or None, "p": judged[place].p})
            for name, judged in comparison.judged.items()
            for found in [_spread(group, name)]
        },
    }


def _spread(group: Group, metric: str) -> dict[str, Any] | None:
    found = group.spread(metric)
    return dataclasses.asdict(found) if found else None


def _rank(group: Group, metric: str) -> tuple[bool, float]:
    found = group.spread(metric)
    if found is None:
        return True, 0.0
    return False, found.mean if BETTER.get(metric) == "least" else -found.mean
