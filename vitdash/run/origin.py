"""What a run changed of the preset that it was made from. Must not know who shows it."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.knobs import Knob, Value

_DECIDED_AT_LAUNCH: dict[str, Value] = {
    "data_dir": "",
    "device": "auto",
    "threads": 0,
    "execution": "auto",
    "probe_beside": "auto",
}
"""Knobs that a preset may leave open, and the value by which it does: what came of them is no change."""


@dataclass(frozen=True, slots=True)
class Change:
    """A knob whose value is not the preset's; `before` is None where the preset has no such knob, or to no effect."""

    table: str
    knob: Knob
    value: Value
    before: Value | None


def changes(config: RunConfig) -> list[Change] | None:
    """Return what `config` changes of its preset, or None where no preset of that name is there to compare with."""
    path = presets.available().get(config.description.preset)
    try:
        origin = presets.load_file(path) if path else None
    except InputError:
        return None
    if origin is None or origin.model.name != config.model.name:
        return None
    before = {(table, declared.name): value for table, declared, value in origin.knobs()}
    return [
        Change(table, declared, value, before.get((table, declared.name)))
        for table, declared, value in config.knobs()
        if not _equal(declared, value, before.get((table, declared.name)))
    ]


def _equal(declared: Knob, value: Value, before: Value | None) -> bool:
    left_open = _DECIDED_AT_LAUNCH.get(declared.name)
    return value == before or (left_open is not None and before == left_open)
