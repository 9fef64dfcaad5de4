"""From presets and what varies to configurations: every combination that is wanted, checked. Must not know runs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from vitdash import expression, matrix, presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.expression import Expression
from vitdash.knob_tables import TABLES
from vitdash.knobs import Value, knobs_of
from vitdash.matrix import SEED, Matrix, Typed
from vitdash.run.fields import FIGURES, Facts, Field, knob_fields
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import Figures, Summary
from vitdash.text import plain, setting

THREADS = 1
"""Of each member, unless somebody says otherwise: the number decides about the last bits of a result, so it must not
depend on how many train at once; and as many runs as cores, of one thread each, are the best use of them."""
PLANNED_FIGURES = ("preset", "dataset", "architecture", "parameters")
"""What a filter may ask besides knobs: of a run that has not begun, nothing more is known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: presets, what they all have, what is varied, and of that what is wanted.

    Without `seeds` each preset has its own, or those of its matrix. With `again` runs are made anew that there are.
    """

    presets: tuple[str, ...]
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    matrix: Typed = dataclasses.field(default_factory=dict)
    filter: str = ""
    seeds: tuple[int, ...] = ()
    again: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Base:
    """A preset before its matrix is understood: what it lists itself, and what is typed besides or instead."""

    config: RunConfig
    own: Matrix
    listed: Mapping[str, Sequence[object]]
    seeds: Sequence[object]


@dataclass(frozen=True, slots=True)
class Ground:
    """A preset whose knobs take these values, with each of these seeds."""

    config: RunConfig
    matrix: Matrix
    seeds: tuple[int, ...]
    varies_seed: bool

    @property
    def number(self) -> int:
        """How many combinations it has."""
        return math.prod(map(len, self.matrix.values())) * len(self.seeds)


def grounds(wanted: Wanted) -> list[Ground]:
    """Return each preset with what varies of it.

    Raises:
        InputError: a preset, a knob or a value is none, or these are too many combinations.
    """
    bases = [_base(name, wanted) for name in dict.fromkeys(wanted.presets)]
    matrix.check_size([*(map(len, base.listed.values())), len(base.seeds)] for base in bases)
    return [_ground(base, wanted) for base in bases]


def _base(preset: str, wanted: Wanted) -> _Base:
    for name in wanted.settings:
        if name in wanted.matrix:
            raise InputError("--matrix", f"{plain(name, 60)} is given to --set too.", "Give it to one of them.")
    if wanted.seeds and SEED in {**wanted.matrix, **wanted.settings}:
        raise InputError("--seeds", "the seed is given to --matrix or --set too.", "Give it to one of them.")
    config = presets.load_for_new_run(preset)
    config = config.replace(config.parse(wanted.settings))
    own = {name: values for name, values in presets.load_matrix(preset).items() if name not in wanted.settings}
    listed: dict[str, Sequence[object]] = {**own, **wanted.matrix}
    seeds = listed.pop(SEED, (config.train.seed,))
    return _Base(config, own, listed, wanted.seeds or seeds)


def _ground(base: _Base, wanted: Wanted) -> Ground:
    config = base.config
    try:
        values = base.own | matrix.parse(wanted.matrix, config)
    except InputError as error:
        if len(wanted.presets) == 1:
            raise
        raise InputError(error.title, f"{config.description.preset}: {error.message}", error.hint) from None
    varies = bool(wanted.seeds) or SEED in values
    seeds = values.pop(SEED, (config.train.seed,))
    if not config.compute.threads:
        config = config.replace({"threads": THREADS})
    return Ground(config, values, _checked_seeds(config, wanted.seeds or seeds), varies)


def _checked_seeds(config: RunConfig, given: Sequence[Value]) -> tuple[int, ...]:
    try:
        return tuple(int(str(config.checked({SEED: seed})[SEED])) for seed in given)
    except InputError as error:
        raise InputError("--seeds", error.message, error.hint) from None


class _Sieve:
    """Decides which combinations are wanted, before they are checked.

    It may be there to leave out those that do not fit together, such as heads that do not divide the hidden size.
    """

    def __init__(self, text: str) -> None:
        self._fields = _planned_fields() if text.strip() else {}
        self._wanted: Expression | None = None
        if text.strip():
            self._wanted = expression.parse(text, self._fields, "--filter")

    def lets_through(self, ground: Ground, values: Mapping[str, Value]) -> bool:
        """Return whether a combination is wanted."""
        if self._wanted is None:
            return True
        unchecked = _unchecked(ground.config, values)
        facts = Facts(Summary(Run(Path()), "", 0.0, State.QUEUED, Figures()), now=0.0)
        facts.config = unchecked

        def lookup(name: str) -> Value | None:
            if name == "parameters":
                return _checked(ground.config, values).parameters
            return self._fields[name].read(facts)

        return self._wanted.holds(lookup)


def _planned_fields() -> dict[str, Field]:
    figures = {field.name: field for field in FIGURES if field.name in PLANNED_FIGURES}
    return figures | knob_fields()


def combine(grounds: Sequence[Ground], wanted: str) -> Iterator[tuple[RunConfig, dict[str, Value]]]:
    """Yield each combination that the filter `wanted` lets through, with the values of what varies.

    With the first seed all of them, then with the second: a sweep that is cut short has said something about each.

    Raises:
        InputError: the filter is none, or a combination does not fit together.
    """
    sieve = _Sieve(wanted)
    checked: dict[tuple[int, int], RunConfig] = {}
    for turn in range(max(len(ground.seeds) for ground in grounds)):
        for place, ground in enumerate(grounds):
            for seed in ground.seeds[turn : turn + 1]:
                for number, chosen in enumerate(product(*ground.matrix.values())):
                    values: dict[str, Value] = dict(zip(ground.matrix, chosen, strict=True))
                    if not sieve.lets_through(ground, values | {SEED: seed}):
                        continue
                    if (place, number) not in checked:
                        checked[place, number] = _checked(ground.config, values)
                    config = checked[place, number]
                    # Every seed fits everything: a checked configuration stays one.
                    config = dataclasses.replace(config, train=dataclasses.replace(config.train, seed=seed))
                    yield config, values | ({SEED: seed} if ground.varies_seed else {})


def _checked(config: RunConfig, values: Mapping[str, Value]) -> RunConfig:
    try:
        return config.replace(values)
    except InputError as error:
        told = ", ".join(f"{name}={setting(value)}" for name, value in values.items())
        what = f"{config.description.preset} with {told}: {error.title}: {error.message}"
        raise InputError("--matrix", what, f"{error.hint} Leave it out with --filter.".strip()) from None


def _unchecked(config: RunConfig, values: Mapping[str, Value]) -> RunConfig:
    changed = {}
    for name in TABLES:
        table = getattr(config, name)
        mine = {key: value for key, value in values.items() if key in knobs_of(type(table))}
        if mine:
            changed[name] = dataclasses.replace(table, **mine)
    return dataclasses.replace(config, **changed)
