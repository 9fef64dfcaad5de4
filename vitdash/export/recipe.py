"""What runs have in common and what was varied between them. Must not know figures or pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vitdash.config import RunConfig
from vitdash.knobs import Knob, Value
from vitdash.run import groups
from vitdash.run.groups import Group
from vitdash.text import setting

SEED = "seed"


def common(configs: Sequence[RunConfig]) -> dict[str, dict[str, Any]]:
    """Return the knobs that change results and are the same everywhere, as the tables of a preset; no seed."""
    tables: dict[str, dict[str, Any]] = {}
    first, *others = configs
    if all(config.model.name == first.model.name for config in others):
        tables["model"] = {"architecture": first.model.name}
    for table, knob, value in first.knobs():
        same = all(config.value(knob.name) == value for config in others)
        if same and knob.affects_result and knob.name != SEED and (table != "model" or "model" in tables):
            tables.setdefault(table, {})[knob.name] = list(value) if isinstance(value, tuple) else value
    return tables


def network(config: RunConfig, found: Sequence[Group]) -> list[str]:
    """Return what a network is made of, as far as neither `common` says it of all nor `varied_knobs` that it varies."""
    said = {*common([group.config for group in found]).get("model", {}), *varied_knobs(found)}
    return [
        f"{knob.label or knob.name} {setting(value)}"
        for table, knob, value in config.knobs()
        if table == "model" and knob.affects_result and knob.name not in said
    ]


def varied(found: Sequence[Group]) -> dict[str, list[Value]]:
    """Return what a matrix would state: presets if there are several, the knobs that differ within one, and seeds.

    In what presets differ from each other is told by their names.
    """
    by_preset: dict[str, list[Group]] = {}
    for group in found:
        by_preset.setdefault(group.config.description.preset, []).append(group)
    matrix: dict[str, list[Value]] = {"preset": list(by_preset)} if len(by_preset) > 1 else {}
    for members in by_preset.values():
        for knob, values in groups.differing(members).items():
            known = matrix.setdefault(knob, [])
            known += [value for value in values if value is not None and value not in known]
    seeds = sorted({member.config.train.seed for group in found for member in group.members})
    return {**{knob: _sorted(values) for knob, values in matrix.items()}, SEED: list(seeds)}


def differing(configs: Sequence[RunConfig]) -> list[tuple[Knob, list[Value | None]]]:
    """Return the knobs that affect results and are not the same everywhere, each with its value a configuration."""
    declared = {knob.name: knob for config in configs for _, knob, _ in config.knobs() if knob.affects_result}
    found = [(knob, [config.value(name) for config in configs]) for name, knob in declared.items()]
    return [(knob, values) for knob, values in found if len(set(values)) > 1]


def varied_knobs(found: Sequence[Group]) -> dict[str, list[Value | None]]:
    """Return the knobs that were varied within a preset, with the value that each group has of them."""
    names = [name for name in varied(found) if name not in ("preset", "architecture", SEED)]
    return {name: [group.config.value(name) for group in found] for name in names}


def _sorted(values: list[Value]) -> list[Value]:
    numbers = [value for value in values if isinstance(value, (int, float))]
    return sorted(numbers) if len(numbers) == len(values) else values
