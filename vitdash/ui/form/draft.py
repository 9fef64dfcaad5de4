"""A configuration while it is being edited: what was typed, what is wrong with it. Must not know screens or files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vitdash import architectures, catalog
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.knob_tables import TABLES
from vitdash.knobs import Knob, Value, has_effect, knobs_of, written
from vitdash.run import names

PRESET = ":preset"
NAME = ":name"
"""What the form edits besides knobs; no knob is called so."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the changes when another preset was chosen: labels of knobs."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]


class Draft:
    """Texts typed over a configuration `base`; `config` is what they amount to, None while something is wrong."""

    def __init__(self, base: RunConfig, origin: RunConfig | None = None, name: str = "") -> None:
        self.base = base
        self.origin = origin or base
        self.name = self._first_name = name or base.description.preset
        self.problems: dict[str, str] = {}
        """What is wrong, a sentence for each knob concerned."""
        self.config: RunConfig | None = base
        self.tables: dict[str, Any] = {}
        """The dataclasses of knobs as far as they are sound, by table."""
        self._values: dict[str, Value] = {}
        self._texts: dict[str, str] = {}
        self._wrong: dict[str, str] = {}
        self._look()

    def declared(self, key: str) -> tuple[str, Knob]:
        """Return the table and the declaration of a knob."""
        for name in TABLES:
            if found := knobs_of(type(getattr(self.base, name))).get(key):
                return name, found
        raise KeyError(key)

    def value(self, key: str) -> Value:
        """Return the last sound value of a knob."""
        value: Value = getattr(self.tables[self.declared(key)[0]], key)
        return value

    def before(self, key: str) -> Value | None:
        """Return the value that a knob is marked against, None where the origin has no such knob."""
        table, _ = self.declared(key)
        theirs = getattr(self.origin, table)
        return getattr(theirs, key) if key in knobs_of(type(theirs)) else None

    def changed(self, key: str) -> bool:
        """Return whether a knob differs from where the form began, or is being changed wrongly."""
        return self.works(key) and (key in self._wrong or self.value(key) != self.before(key))

    def works(self, key: str) -> bool:
        """Return whether a knob has an effect, given its neighbours."""
        table, declared = self.declared(key)
        return has_effect(self.tables[table], declared)

    def text(self, key: str) -> str:
        """Return what stands in a field: as it was typed, else its value as it can be typed."""
        if key == NAME:
            return self.name
        return self._texts[key] if key in self._texts else written(self.value(key))

    @property
    def changes(self) -> list[str]:
        """The knobs that differ from where the form began."""
        return [key for key in self._keys() if self.changed(key)]

    @property
    def touched(self) -> bool:
        """Whether leaving the form would lose something that was typed."""
        return self.name != self._first_name or any(
            self.works(key) and (key in self._wrong or self._values.get(key, self.base.value(key)) != self._base(key))
            for key in {*self._values, *self._wrong}
        )

    @property
    def parameters(self) -> int | None:
        """The network's size, as soon as it can be built, whatever else is wrong."""
        model = self.tables["model"]
        dataset = catalog.DATASETS[self.tables["data"].dataset]
        if any(key in self._wrong for key in knobs_of(type(model))):
            return None
        if architectures.problem(model, dataset.image_size, dataset.classes):
            return None
        return architectures.parameters(model, dataset.image_size, dataset.classes)

    def type(self, key: str, text: str) -> None:
        """Put a text into a field, right or wrong."""
        if key == NAME:
            self.name = text
        elif key != PRESET:
            self._texts[key] = text
            try:
                self._values[key] = self.declared(key)[1].parse(text)
                self._wrong.pop(key, None)
            except ValueError as error:
                self._wrong[key] = f"{error}."
        self._look()

    def settle(self, key: str) -> None:
        """Leave a field: the beginning of one choice alone becomes that choice, a sound text its value."""
        if key in (NAME, PRESET):
            return
        typed = self._texts.get(key, "").strip()
        if key in self._wrong and typed:
            meant = [option for option in options(self.declared(key)[1]) if option.startswith(typed)]
            if len(meant) == 1:
                self.type(key, meant[0])
        if key not in self._wrong:
            self._texts.pop(key, None)

    def reset(self, key: str) -> None:
        """Put a knob back to where the form began; one that the origin lacks, to its preset's value."""
        if key == NAME:
            self.name = self._first_name
        elif key != PRESET:
            self._texts.pop(key, None)
            self._wrong.pop(key, None)
            before = self.before(key)
            self._values[key] = self._base(key) if before is None else before
        self._look()

    def begin_from(self, preset: RunConfig) -> Kept:
        """Go over to another preset. What was changed outside the model is kept, the model is the preset's own."""
        before = self.changes
        kept = [key for key in before if self.declared(key)[0] != "model" and key not in self._wrong]
        labels = {key: self.declared(key)[1].label for key in before}
        values = {key: self.value(key) for key in kept}
        if self.name == self._first_name:
            self.name = preset.description.preset
        self._first_name = preset.description.preset
        self.base = self.origin = preset
        self._values, self._texts, self._wrong = values, {}, {}
        self._look()
        # What the new preset has just so, or has no use for, is no change any more.
        still = [key for key in kept if self.changed(key)]
        return Kept(tuple(labels[key] for key in still), tuple(labels[key] for key in before if key not in kept))

    def saved(self, preset: RunConfig) -> None:
        """Go on from the preset that the draft was just saved as."""
        if self.name == self._first_name:
            self.name = preset.description.preset
        self._first_name = self.name
        self.base = self.origin = preset
        self._values, self._texts, self._wrong = {}, {}, {}
        self._look()

    def _keys(self) -> Sequence[str]:
        return [key for name in TABLES for key in knobs_of(type(getattr(self.base, name)))]

    def _base(self, key: str) -> Value:
        value: Value = getattr(getattr(self.base, self.declared(key)[0]), key)
        return value

    def _look(self) -> None:
        """Work out tables, problems and configuration from what is typed."""
        changes: dict[str, Value] = {}
        self.problems = {}
        for name in TABLES:
            table = getattr(self.base, name)
            known = knobs_of(type(table))
            mine = {key: value for key, value in self._values.items() if key in known}
            self.tables[name] = changed = dataclasses.replace(table, **mine)
            working = [key for key, item in known.items() if has_effect(changed, item)]
            changes |= {key: mine[key] for key in working if key in mine and mine[key] != getattr(table, key)}
            self.problems |= {key: self._wrong[key] for key in working if key in self._wrong}
        self.config = None
        try:
            names.check_name(self.name, NAME)
            config = self.base.replace(changes)
        except InputError as error:
            # What concerns the architecture as a whole stands at the preset, which chose it.
            place = error.title if error.title in (NAME, *self._keys()) else PRESET
            self.problems.setdefault(place, f"{error.message} {error.hint}".strip())
            return
        if not self.problems:
            self.config = config


def options(declared: Knob) -> tuple[str, ...]:
    """Return the texts that a field goes round through; empty where any value within the bounds will do."""
    match declared.default:
        case bool():
            return ("false", "true")
        case tuple() if declared.choices is not None:
            each = declared.options
            several = (", ".join(each),) if len(each) > 1 else ()
            return ("", *each, *several)
        case _:
            return declared.options
