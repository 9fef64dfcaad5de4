"""The protocol: what happens in a run, as frozen dataclasses and one JSON object a line. Must not know files or pipes.

Every number on the wire is finite. A reader skips what it does not know (a newer protocol) and says so once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, TypeAlias, cast

from vitdash.run import wire
from vitdash.run.wire import FITS

PROTOCOL = 1
HIGHEST_SEQ = 2**53
LATEST_TIME = 1e11
"""No event is from the year 5138 on: a calendar need not bear any finite number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and was recorded: `seq` counts from 1 within a run, `time` is Unix time in seconds."""

    seq: int = 0
    time: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The worker is ready to compute; a resumed run starts again, with the same values."""

    protocol: int
    run_id: str
    config: dict[str, Any]
    classes: tuple[str, ...]
    parameters: int
    device: str
    threads: int
    compiled: bool
    planned_images: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Event):
    """Something besides training takes its time: `load`, `download`, `compile` or `probe`; `total` 0 is unknown.

    `probe_beside` alone is done while training goes on, until its `Probed` and `ProbeFailed` come.
    """

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainProgress(Event):
    """Means over the training batches since the last such event; the learning rate is the last one used."""

    images_seen: int
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated(Event):
    """Loss and argmax accuracy on the whole validation set, in eval mode; `epoch` counts passes in fractions."""

    images_seen: int
    epoch: float
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed(Event):
    """A probe's values for the embedding, such as {"svc": 0.918, "svc_held_out": 0.912}; `seconds` it took."""

    images_seen: int
    probe: str
    values: dict[str, float]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFailed(Event):
    """A probe gave no values here, and why; training goes on without them, and log.txt has the traceback."""

    images_seen: int
    probe: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Event):
    """Something went wrong that the run got over, in one sentence: what, and what was done about it."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsSaved(Event):
    """The file with confusion matrix, images and embedding of an evaluation; its path within the run's directory."""

    images_seen: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint stands at this position; its path within the run's directory."""

    images_seen: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """Training waits, with a checkpoint at this position."""

    images_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """Training goes on; what was recorded after `from_seq` is void and will be computed again.

    `from_images` alone could not tell an evaluation recorded before a checkpoint at the same position from one after.
    """

    from_images: int
    from_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Event):
    """The run ended early, as asked, with a checkpoint at this position."""

    images_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """All planned images were seen; `seconds` counts computing, waiting excluded."""

    images_seen: int
    seconds: float
    results: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed(Event):
    """The run cannot go on; the last checkpoint stands, if there was one."""

    title: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The current batch, on the pipe only, ten times a second at the most: it makes a screen lively, no more."""

    images_seen: int
    loss: float
    accuracy: float
    images_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(Event):
    """Stands for a line that could not be understood, so that none is missed in silence; never written."""

    reason: str


News: TypeAlias = Event | Tick

_BY_NAME: dict[str, type[News]] = {
    kind.__name__: kind
    for kind in (
        RunStarted,
        Phase,
        TrainProgress,
        Evaluated,
        Probed,
        ProbeFailed,
        Warned,
        DiagnosticsSaved,
        CheckpointSaved,
        Paused,
        Resumed,
        Stopped,
        RunFinished,
        RunFailed,
        Tick,
    )
}


def encode(news: News) -> bytes:
    """Return one line of JSON, newline included.

    Raises:
        ValueError: a number is not finite.
    """
    content = {field.name: getattr(news, field.name) for field in fields(news)}
    head = {key: content.pop(key) for key in ("seq", "time") if key in content}
    line = json.dumps(head | {"type": type(news).__name__} | content, allow_nan=False, ensure_ascii=False)
    return line.encode("utf-8", "backslashreplace") + b"\n"


def decode(line: bytes) -> News:
    """Return the event in one line; `Skipped` for a type this version does not know.

    Raises:
        ValueError: the line is no event: torn, no JSON, or with a field missing or one that cannot be.
    """
    content = wire.parse(line)
    name = content.get("type")
    kind = _BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        seq, time = content.get("seq"), content.get("time")
        if not isinstance(name, str) or not _is_seq(seq) or not _is_time(time):
            raise ValueError("neither type nor number")
        return Skipped(seq=cast("int", seq), time=cast("float", time), reason=f"unknown type {name[:40]!r}")
    values: dict[str, Any] = {}
    for field_name, fits in _CHECKS[kind]:
        value = content.get(field_name)
        if not fits(value):
            raise ValueError(f"{name}.{field_name} is missing, or nothing that can stand there")
        values[field_name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def _is_seq(value: object) -> bool:
    return type(value) is int and 0 <= value <= HIGHEST_SEQ


def _is_time(value: object) -> bool:
    return FITS["float"](value) and 0 <= cast("float", value) < LATEST_TIME


def _is_count(value: object) -> bool:
    return FITS["int"](value) and cast("int", value) >= 0


_OWN_CHECKS = {"seq": _is_seq, "time": _is_time}
_FITS = FITS | {"int": _is_count}
"""Whole numbers here count something, all of them."""
_CHECKS = {
    kind: tuple((field.name, _OWN_CHECKS.get(field.name) or _FITS[str(field.type)]) for field in fields(kind))
    for kind in _BY_NAME.values()
}
