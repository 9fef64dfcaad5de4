"""Everything that a run is a function of, and how it is changed. Must not know files, processes or screens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Self, TypeVar

from vitdash import architectures, catalog
from vitdash.architectures import Architecture
from vitdash.compute import ComputeKnobs
from vitdash.errors import InputError
from vitdash.knob_tables import (
    TABLES,
    DataKnobs,
    Description,
    OptimKnobs,
    ProbeKnobs,
    RecordKnobs,
    Reported,
    TrainKnobs,
)
from vitdash.knobs import Knob, Value, has_effect, knobs_of
from vitdash.text import did_you_mean, plain

Given = TypeVar("Given")


@dataclasses.dataclass(frozen=True, slots=True)
class RunConfig:
    """Everything that a run is a function of."""

    description: Description
    model: Architecture
    data: DataKnobs = dataclasses.field(default_factory=DataKnobs)
    optim: OptimKnobs = dataclasses.field(default_factory=OptimKnobs)
    train: TrainKnobs = dataclasses.field(default_factory=TrainKnobs)
    probe: ProbeKnobs = dataclasses.field(default_factory=ProbeKnobs)
    record: RecordKnobs = dataclasses.field(default_factory=RecordKnobs)
    compute: ComputeKnobs = dataclasses.field(default_factory=ComputeKnobs)
    reported: Reported | None = None
    extended_at: tuple[int, ...] = ()
    """Images at which the run was finished before it was extended: a schedule ends there, and another begins."""

    @property
    def ends(self) -> tuple[int, ...]:
        """Images at which a schedule ends: those at which the run was extended, and the last."""
        return (*self.extended_at, self.train.max_inputs)

    def planned(self, images_seen: int) -> int:
        """Return where the schedule ends that is in force after so many images."""
        return next((end for end in self.ends if images_seen < end), self.train.max_inputs)

    def extended(self, images_seen: int, max_inputs: int) -> Self:
        """Return this configuration extended, after so many images, to `max_inputs`.

        Raises:
            InputError: that is no extension.
        """
        if max_inputs <= images_seen:
            reason = f"{max_inputs:,} is not above the {images_seen:,} images that the run has seen."
            raise InputError("max_inputs", reason)
        changed = self.replace(self.checked({"max_inputs": max_inputs}))
        at = tuple(end for end in self.extended_at if end < images_seen)
        return dataclasses.replace(changed, extended_at=(*at, images_seen))

    @property
    def dataset(self) -> catalog.DatasetFacts:
        """What is known of the data set before it is read."""
        return catalog.DATASETS[self.data.dataset]

    @property
    def parameters(self) -> int:
        """Number of trainable parameters, classification layer included."""
        return architectures.parameters(self.model, self.dataset.image_size, self.dataset.classes)

    def knobs(self) -> Iterator[tuple[str, Knob, Value]]:
        """Yield table, knob and value of every knob that has an effect, in the order of declaration."""
        for name in TABLES:
            table = getattr(self, name)
            for declared in knobs_of(type(table)).values():
                if has_effect(table, declared):
                    yield name, declared, getattr(table, declared.name)

    def value(self, name: str) -> Value | None:
        """Return a knob's value, or None where this configuration has no such knob or it has no effect."""
        return next((value for _, declared, value in self.knobs() if declared.name == name), None)

    def replace(self, changes: Mapping[str, Value]) -> Self:
        """Return a copy with the named knobs changed; a knob that thereby loses its effect returns to its default.

        Reported figures belong to the values they were reported for: they go when anything but seed and length changes.

        Raises:
            InputError: a knob does not exist, has no effect here, or does not fit its neighbours.
        """
        remaining = dict(changes)
        tables: dict[str, Any] = {}
        for name in TABLES:
            table = getattr(self, name)
            declared = knobs_of(type(table))
            mine = {knob_name: remaining.pop(knob_name) for knob_name in declared if knob_name in remaining}
            table = dataclasses.replace(table, **mine)
            idle = {key: item.default for key, item in declared.items() if not has_effect(table, item)}
            if useless := next((key for key in mine if key in idle), None):
                raise InputError(useless, _no_effect(table, declared[useless]))
            tables[name] = dataclasses.replace(table, **idle)
        if remaining:
            raise _unknown_knob(next(iter(remaining)), self)
        changed = dataclasses.replace(self, **tables)
        if changed._recipe() != self._recipe():
            changed = dataclasses.replace(changed, reported=None)
        changed.check()
        return changed

    def parse(self, assignments: Mapping[str, str]) -> dict[str, Value]:
        """Return the values that texts such as {"heads": "8"} stand for.

        Raises:
            InputError: a knob does not exist, or a text is no value of it.
        """
        return self._read(assignments, Knob.parse)

    def checked(self, values: Mapping[str, object]) -> dict[str, Value]:
        """Return values such as {"heads": 8} as their knobs' kinds.

        Raises:
            InputError: a knob does not exist, or a value is none of it.
        """
        return self._read(values, Knob.check)

    def _read(self, given: Mapping[str, Given], read: Callable[[Knob, Given], Value]) -> dict[str, Value]:
        known = {key: declared for name in TABLES for key, declared in knobs_of(type(getattr(self, name))).items()}
        values = {}
        for name, value in given.items():
            if name not in known:
                raise _unknown_knob(name, self)
            try:
                values[name] = read(known[name], value)
            except ValueError as error:
                raise InputError(name, f"{error}.") from None
        return values

    def fingerprint(self, *, without: Collection[str] = ()) -> str:
        """Return 16 hexadecimal digits that are equal for configurations which compute the same result.

        Knobs `without` which it is taken may differ.
        """
        import hashlib
        import json

        values = {
            declared.name: value
            for _, declared, value in self.knobs()
            if declared.affects_result and declared.name not in without
        }
        if self.extended_at:
            values["extended_at"] = tuple(map(str, self.extended_at))
        canonical = json.dumps([self.model.name, values], sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def leads_to(self, other: Self, images_seen: int) -> bool:
        """Return whether after so many images both have computed the same: `other` may end later."""
        ends = [[end for end in config.ends if end <= images_seen] for config in (self, other)]
        # Within a schedule its end matters, too.
        planned = [() if images_seen in config.ends else config.planned(images_seen) for config in (self, other)]
        alike = [dataclasses.replace(config, extended_at=()) for config in (self, other)]
        first, second = (config.fingerprint(without=("max_inputs",)) for config in alike)
        return first == second and ends[0] == ends[1] and planned[0] == planned[1]

    def _recipe(self) -> dict[str, Value]:
        ignored = ("seed", "max_inputs")
        return {
            declared.name: value
            for _, declared, value in self.knobs()
            if declared.affects_result and declared.name not in ignored
        }

    def check(self) -> None:
        """Check what no knob can check alone.

        Raises:
            InputError: two values do not fit each other.
        """
        if problem := architectures.problem(self.model, self.dataset.image_size, self.dataset.classes):
            raise InputError(problem[0], f"{problem[1]}.")
        if any(end >= following for end, following in zip(self.ends, self.ends[1:], strict=False)):
            reason = f"{self.train.max_inputs:,} is not above the {self.extended_at[-1]:,} at which it was extended."
            raise InputError("max_inputs", reason)
        if self.optim.final_learning_rate > self.optim.learning_rate:
            reason = f"{self.optim.final_learning_rate:g} is above the learning rate of {self.optim.learning_rate:g}"
            raise InputError("final_learning_rate", f"{reason}. Allowed: a number from 0 to the learning rate.")


def _no_effect(table: object, declared: Knob) -> str:
    assert declared.only_if is not None
    governing, values = declared.only_if
    return f"has no effect while {governing} is {getattr(table, governing)}; it belongs to {', '.join(values)}."


def _unknown_knob(name: str, config: RunConfig) -> InputError:
    if name == "architecture":
        return InputError(name, "is chosen by the preset, not by a knob.", "See: vitdash presets")
    for other in catalog.ARCHITECTURES:
        architecture = catalog.load("architecture", catalog.ARCHITECTURES, other)
        if name in knobs_of(architecture):
            return InputError(name, f"is a knob of {architecture.title}, not of {config.model.title}.")
    known = [key for table in TABLES for key in knobs_of(type(getattr(config, table)))]
    hint = did_you_mean(name, known) or f"Knobs: {', '.join(known)}."
    return InputError(plain(name, 60), f"is no knob of {config.model.title}.", hint)
