"""What is typed for a sweep, field by field, and the shell's line for it. Must not know screens."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from vitdash import matrix
from vitdash.errors import InputError
from vitdash.run import queue
from vitdash.run.combinations import Wanted
from vitdash.text import plain

PRESETS, MATRIX, SETTINGS, FILTER, SEEDS, JOBS, NAME = (
    "presets",
    "matrix",
    "settings",
    "filter",
    "seeds",
    "jobs",
    "name",
)
FIELDS = {
    PRESETS: ("presets", "cnn vit-l4-h16"),
    MATRIX: ("matrix", "learning_rate=3e-4,1e-3 batch_size=32,64"),
    SETTINGS: ("set", "max_inputs=20000: what all of them have"),
    FILTER: ("filter", "only some combinations: hidden % heads == 0"),
    SEEDS: ("seeds", "5, or 0,3,7"),
    JOBS: ("jobs", "1"),
    NAME: ("name", "its tag, else made of presets and knobs"),
}
"""What each field is called, and what may stand in it."""
PLACES = {
    "--set": SETTINGS,
    "PRESET": PRESETS,
    "--matrix": MATRIX,
    "--filter": FILTER,
    "--seeds": SEEDS,
    "--name": NAME,
    "jobs": JOBS,
}
"""In which field it is that an error names so."""


@dataclass(frozen=True, slots=True)
class SweepText:
    """The texts of all fields."""

    fields: Mapping[str, str] = field(default_factory=dict)
    again: bool = False

    def of(self, name: str) -> str:
        """Return what stands in a field, without space around it."""
        return self.fields.get(name, "").strip()

    @property
    def jobs(self) -> int:
        """How many are to train at once.

        Raises:
            InputError: that is no number that is allowed.
        """
        typed = self.of(JOBS) or "1"
        number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else 0
        queue.check_jobs(number)
        return number

    def wanted(self) -> Wanted:
        """Return what is asked for.

        Raises:
            InputError: a field does not say anything that could be.
        """
        presets = tuple(_words(self.of(PRESETS), PRESETS))
        if not presets:
            raise InputError("PRESET", "none is named.", "Write one or several, for example cnn.")
        return Wanted(
            presets=presets,
            settings=_assigned(_words(self.of(SETTINGS), SETTINGS)),
            matrix=matrix.typed(_words(self.of(MATRIX), MATRIX)),
            filter=self.of(FILTER),
            seeds=matrix.seeds(self.of(SEEDS)) if self.of(SEEDS) else (),
            again=self.again,
            name=self.of(NAME),
        )

    def words(self, options: tuple[str, ...] = ()) -> list[str]:
        """Return the words of the line that does the same in a shell.

        Raises:
            InputError: as `wanted` does.
        """
        wanted = self.wanted()
        words = ["vitdash", "sweep", *wanted.presets]
        for option, name in (("--matrix", MATRIX), ("--set", SETTINGS)):
            words += [word for given in _words(self.of(name), name) for word in (option, given)]
        for option, name in (("--filter", FILTER), ("--seeds", SEEDS), ("--jobs", JOBS), ("--name", NAME)):
            words += [option, self.of(name)] if self.of(name) else []
        return [*words, *(["--again"] if self.again else []), *options]


def place_of(error: InputError) -> str:
    """Return the field in which something is wrong; what names no other concerns what all runs have."""
    return PLACES.get(error.title, SETTINGS if "/" not in error.title else PRESETS)


def _words(text: str, name: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        title = next(title for title, place in PLACES.items() if place == name)
        raise InputError(title, "has a quote that is not closed.") from None


def _assigned(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            reason = f"'{plain(word, 60)}' is no knob with a value."
            raise InputError("--set", reason, "Write it as knob=value, for example max_inputs=20000.")
        found[name.strip()] = value
    return found
