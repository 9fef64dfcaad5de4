"""The named fields of a run that filters, sorting and columns share. Must not know expressions or terminals.

A field is a figure, which stands here, or a knob, which is declared where all knobs are. A configuration is read only
for a run of which a field is asked that needs it: a plain list of a thousand runs reads none.

Where both have a name, the figure has it and the knob is called after its table, as `optim_loss`; only the learning
rate is the knob, as everywhere else, and the one in use is `current_learning_rate`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from vitdash import text
from vitdash.errors import InputError, VitdashError
from vitdash.run import disk, pulse, silence, store
from vitdash.run.summary import Summary
from vitdash.text import did_you_mean, plain

if TYPE_CHECKING:
    from vitdash.config import RunConfig
    from vitdash.knobs import Knob, Value

Kind: TypeAlias = Literal["number", "text", "list", "true or false"]
SHORT_TEXT = 40
_PRESET, _DATASET = ("description", "preset"), ("data", "dataset")
_PROBE_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")


class Facts:
    """A run and what its fields are read from; each thing is read once, and not before it is asked for."""

    def __init__(self, summary: Summary, now: float | None = None) -> None:
        self.summary = summary
        self.now = time.time() if now is None else now

    @cached_property
    def config(self) -> RunConfig | None:
        """The configuration; None where it cannot be read: a list is not the place to complain of one run."""
        try:
            return store.read_config(self.summary.run)
        except InputError:
            return None

    @cached_property
    def disk(self) -> int:
        """Bytes in all files of its directory."""
        return disk.used(self.summary.run.path)

    @cached_property
    def planned(self) -> int | None:
        """Training images in all, None where the run has not begun."""
        figures = self.summary.figures
        if figures.may_be_extended(self.summary.state) and self.config:
            return self.config.train.max_inputs
        return figures.planned_images or None

    def result(self, name: str) -> float | None:
        """Return a figure of the last evaluation, None where it was not computed."""
        return self.summary.figures.results.get(name)

    def setting(self, table: str, name: str) -> Value | None:
        """Return the value of a knob, None where the run has no such knob or it has no effect."""
        from vitdash.knobs import has_effect, knobs_of

        part = getattr(self.config, table, None)
        declared = knobs_of(type(part)).get(name) if part is not None else None
        return getattr(part, name) if declared is not None and has_effect(part, declared) else None

    def reported(self, name: str) -> float | None:
        """Return a figure that was reported for the run's preset."""
        return getattr(self.config.reported, name, None) if self.config else None


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name and kind, a heading and a sentence for people, how it is read and how it is written."""

    name: str
    kind: Kind
    heading: str
    help: str
    read: Callable[[Facts], Value | None]
    write: Callable[[Any], str] = plain

    def written(self, facts: Facts) -> str:
        """Return a run's value as people read it, "" where it is absent."""
        value = self.read(facts)
        return "" if value is None else self.write(value)


def _number(
    name: str,
    heading: str,
    help: str,  # noqa: A002 - as everywhere
    read: Callable[[Facts], float | None],
    write: Callable[[Any], str],
) -> Field:
    return Field(name, "number", heading, help, read, write)


def _result(name: str, heading: str, help: str, write: Callable[[float], str] = text.accuracy) -> Field:  # noqa: A002
    return _number(name, heading, help, lambda facts: facts.result(name), write)


def _reported(name: str, heading: str, write: Callable[[float], str] = text.accuracy) -> Field:
    words = {"validation_loss": "validation loss", "accuracy": "argmax accuracy", "svc": "SVC accuracy"}[name]
    help_ = f"The {words} that was reported for the preset."
    return _number(f"reported_{name}", heading, help_, lambda facts: facts.reported(name), write)


def _progress(facts: Facts) -> float | None:
    return min(1.0, facts.summary.figures.images_seen / facts.planned) if facts.planned else None


def _created(facts: Facts) -> str | None:
    created = facts.summary.created
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(created)) if 0 < created < 1e11 else None


def _stalled(facts: Facts) -> float | None:
    if not facts.summary.state.active or facts.summary.problem:
        return None
    try:
        return silence.stalled(facts.summary.run.read_claim(), pulse.read(facts.summary.run.lock))
    except VitdashError:
        return None


def _age(facts: Facts) -> float | None:
    return max(0.0, facts.now - facts.summary.created) if facts.summary.created else None


def _shortened(words: str) -> str:
    return plain(words, SHORT_TEXT)


ACCURACY = _result("accuracy", "argmax", "Argmax accuracy of the last evaluation, from 0 to 1.")
SVC_HELP = "Accuracy of an SVC on the embedding, fitted and scored on validation."
FIGURES: tuple[Field, ...] = (
    Field("run", "text", "run", "The run's id: its directory's name.", lambda facts: facts.summary.run.id),
    Field("name", "text", "name", "What the run is called now.", lambda facts: facts.summary.name),
    Field("preset", "text", "preset", "The preset that it was made from.", lambda facts: facts.setting(*_PRESET)),
    Field("dataset", "text", "data set", "The images it learns.", lambda facts: facts.setting(*_DATASET)),
    Field(
        "architecture", "text", "architecture", "The network's architecture, as presets name it.",
        lambda facts: facts.config.model.name if facts.config else None,
    ),
    Field(
        "state", "text", "state", "What the run is doing; unreadable if that cannot be told.",
        lambda facts: "unreadable" if facts.summary.problem else str(facts.summary.state),
    ),
    _number(
        "stalled", "stalled", "Seconds without a sign of life from a worker that should give one each second.",
        _stalled, text.duration,
    ),
    Field("tags", "list", "tags", "The run's tags.", lambda facts: facts.summary.labels.tags, ", ".join),
    Field("note", "text", "note", "The note on the run.", lambda facts: facts.summary.labels.note, _shortened),
    Field("created", "text", "created", 'When it was created, local time: "2026-01-31 09:30:00".', _created),
    _number("age", "age", "Seconds since it was created.", _age, text.duration),
    _number(
        "images_seen", "images", "Training images seen so far.",
        lambda facts: facts.summary.figures.images_seen, text.count,
    ),
    _number(
        "planned_images", "planned images", "Training images in all, once the run has begun.",
        lambda facts: facts.planned, text.count,
    ),
    _number("progress", "progress", "Share of the planned images seen, from 0 to 1.", _progress, text.share),
    _number(
        "loss", "train loss", "Training loss of the last record.", lambda facts: facts.summary.figures.loss, text.loss
    ),
    _result("validation_loss", "validation loss", "Loss of the last evaluation.", text.loss),
    ACCURACY,
    replace(ACCURACY, name="argmax", help="The same as accuracy."),
    _result("svc", "svc", SVC_HELP),
    _result("svc_held_out", "svc held-out", "The same of one that was fitted on training images."),
    _reported("validation_loss", "reported loss", text.loss),
    _reported("accuracy", "reported argmax"),
    _reported("svc", "reported svc"),
    _number(
        "current_learning_rate", "current learning rate", "The learning rate last used.",
        lambda facts: facts.summary.figures.learning_rate, text.setting,
    ),
    _number(
        "images_per_second", "rate", "Training images by the time that their batches took.",
        lambda facts: facts.summary.figures.images_per_second, text.rate,
    ),
    _number(
        "seconds", "time", "Seconds that a finished run took.",
        lambda facts: facts.summary.figures.seconds, text.duration,
    ),
    _number(
        "parameters", "params", "Number of trainable parameters.",
        lambda facts: facts.config.parameters if facts.config else None, text.count,
    ),
    _number("disk", "disk", "Bytes in all files of the run's directory.", lambda facts: facts.disk, text.size),
)  # fmt: skip


def knob_fields() -> dict[str, Field]:
    """Return a field for every knob there is, of any architecture. Imports them all."""
    from vitdash import catalog
    from vitdash.knob_tables import OTHER_TABLES, Description
    from vitdash.knobs import knobs_of

    architectures = [catalog.load("architecture", catalog.ARCHITECTURES, name) for name in catalog.ARCHITECTURES]
    tables = [("description", Description), *(("model", item) for item in architectures), *OTHER_TABLES.items()]
    figures = {field.name for field in FIGURES}
    found: dict[str, Field] = {}
    for table, declaring in tables:
        for declared in knobs_of(declaring).values():
            if (table, declared.name) in (_PRESET, _DATASET):
                continue
            name = f"{table}_{declared.name}" if declared.name in figures else declared.name
            found.setdefault(name, _knob_field(name, table, declared))
    return found


class Fields(Mapping[str, Field]):
    """All fields by name: figures, what probes measured in the given runs, and knobs once one is asked for."""

    def __init__(self, summaries: Iterable[Summary] = ()) -> None:
        self._figures = {field.name: field for field in FIGURES}
        for name in sorted({name for item in summaries for name in item.figures.results}):
            # From a file: what is no word could never be typed.
            if _PROBE_NAME.match(name) and name not in self._figures:
                self._figures[name] = _result(name, name.replace("_", " "), "A value that a probe measured.", _value)

    @cached_property
    def _all(self) -> dict[str, Field]:
        return {**knob_fields(), **self._figures}

    def __getitem__(self, name: str) -> Field:
        return self._figures[name] if name in self._figures else self._all[name]

    def __contains__(self, name: object) -> bool:
        return name in self._figures or name in self._all

    def __iter__(self) -> Iterator[str]:
        # What runs have come to is named first: an error lists the first of them.
        return iter(dict.fromkeys([*self._figures, *self._all]))

    def __len__(self) -> int:
        return len(self._all)

    def find(self, name: str, place: str) -> Field:
        """Return the field called `name`; `place` stands in the error.

        Raises:
            InputError: there is none.
        """
        if name in self:
            return self[name]
        hint = did_you_mean(name, self) or f"Fields: {', '.join(self._figures)}, and every knob by its name."
        raise InputError(place, f"there is no field '{plain(name, 60)}'.", hint)


def _knob_field(name: str, table: str, declared: Knob) -> Field:
    kinds: dict[type, Kind] = {bool: "true or false", str: "text", tuple: "list"}
    kind = kinds.get(type(declared.default), "number")
    return Field(
        name, kind, declared.label, declared.help, lambda facts: facts.setting(table, declared.name), text.setting
    )


def _value(value: float) -> str:
    """Return a probe's value: most are accuracies, and nobody said what the others are."""
    return text.accuracy(value) if 0 <= value <= 1 else text.setting(value)
