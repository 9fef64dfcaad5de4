"""In which knobs configurations differ, and what keeps their runs from being compared. Must not know widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitdash.config import RunConfig
from vitdash.knob_tables import TABLES
from vitdash.knobs import Knob, Value, has_effect, knobs_of
from vitdash.text import images, plain, setting

ARCHITECTURE = "architecture"
NOTHING = "-"
"""Stands for a knob that a configuration does not have, or that does nothing in it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same everywhere: its name, a text for each configuration, whether it changes results."""

    name: str
    texts: tuple[str, ...]
    affects_result: bool = True


def differences(configs: Sequence[RunConfig]) -> list[Difference]:
    """Return what differs: the architecture, then knobs as they are declared, those last that change no result."""
    found = []
    titles = tuple(plain(config.model.title) for config in configs)
    if len(set(titles)) > 1:
        found.append(Difference(ARCHITECTURE, titles))
    declared = _declared(configs)
    for table, knob in declared.values():
        values = [_value(config, table, knob.name) for config in configs]
        if any(value != values[0] for value in values):
            texts = tuple(NOTHING if value is None else setting(value) for value in values)
            found.append(Difference(knob.label or knob.name, texts, knob.affects_result))
    return sorted(found, key=lambda item: not item.affects_result)


def not_comparable(names: Sequence[str], configs: Sequence[RunConfig], evaluated_at: Sequence[int]) -> list[str]:
    """Return why figures of these runs say little about each other: a sentence for each reason.

    `evaluated_at` are the images after which each was last evaluated, 0 for never.
    """
    told = []
    datasets = list(dict.fromkeys(config.data.dataset for config in configs))
    if len(datasets) > 1:
        shown = " and ".join([", ".join(datasets[:-1]), datasets[-1]])
        told.append(f"They learn different data: {plain(shown)}. No figure of one is better or worse than another's.")
    unread = [name for name, position in zip(names, evaluated_at, strict=True) if not position]
    if unread:
        told.append(f"Not evaluated yet: {', '.join(map(plain, unread))}.")
    positions = sorted({position for position in evaluated_at if position})
    if len(positions) > 1:
        told.append(f"Evaluated after {positions[0]:,} to {images(positions[-1])}, which favours the longer ones.")
    return told


def _declared(configs: Sequence[RunConfig]) -> dict[tuple[str, str], tuple[str, Knob]]:
    """Return every knob of any of the configurations, by table and name, in the order of declaration."""
    return {
        (table, knob.name): (table, knob)
        for table in TABLES
        for config in configs
        for knob in knobs_of(type(getattr(config, table))).values()
    }


def _value(config: RunConfig, table: str, name: str) -> Value | None:
    part = getattr(config, table)
    knob = knobs_of(type(part)).get(name)
    if knob is None or not has_effect(part, knob):
        return None
    value: Value = getattr(part, name)
    return value
