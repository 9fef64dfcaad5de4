"""Runs as TensorBoard's event files: every scalar over images seen, and knobs as hyper-parameters.

The format is small enough to be written by hand, so that neither torch nor TensorBoard is needed for it: records of
protocol buffers, each with its checksum. Source: tensorflow/core/util/event.proto, summary.proto and record_writer.h;
tensorboard/plugins/hparams/plugin_data.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from vitdash.export.rows import Row
from vitdash.export.wire_format import double, message, record, single, text, varint
from vitdash.knobs import Value
from vitdash.run.events import Evaluated, Probed, RunFinished, TrainProgress
from vitdash.run.history import RunHistory
from vitdash.run.state import State

NULL_TENSOR = bytes.fromhex("080112021200")
"""A tensor without a value, which hyper-parameters need in its place."""
SUCCESS, FAILURE, RUNNING, UNKNOWN = 1, 2, 3, 0
LARGEST_SINGLE = 3.4e38

Scalars = dict[str, float]


def render(rows: list[Row], *, reported: bool = False) -> dict[str, bytes]:  # noqa: ARG001 - they are no series
    """Return an event file for each of `rows`, in a folder of its own, by its path."""
    return {f"{row.id}/events.out.tfevents.{_began(row):.0f}.vitdash": _file(row) for row in rows}


def scalars(history: RunHistory) -> Iterator[tuple[float, int, Scalars]]:
    """Yield time, images seen and named values, in the order in which they were recorded."""
    recorded: list[TrainProgress | Evaluated | Probed] = [*history.progress, *history.evaluations, *history.probes]
    for event in sorted(recorded, key=lambda event: event.seq):
        match event:
            case TrainProgress():
                values = {
                    "train/loss": event.loss,
                    "train/accuracy": event.accuracy,
                    "train/learning_rate": event.learning_rate,
                    "train/images_per_second": event.images_per_second,
                }
            case Evaluated():
                values = {"validation/loss": event.loss, "validation/accuracy": event.accuracy}
            case Probed():
                values = {f"validation/{name}": value for name, value in event.values.items()}
        yield event.time, event.images_seen, values


def _file(row: Row) -> bytes:
    history = row.read_history()
    began = _began(row)
    parts = [record(double(1, began) + text(3, "brain.Event:2")), record(_event(began, 0, _session_start(row, began)))]
    for time, step, values in scalars(history):
        parts.append(record(_event(time, step, b"".join(_scalar(name, value) for name, value in values.items()))))
    if not row.state.active:
        parts.append(record(_event(history.last_time or began, history.images_seen, _session_end(row, history))))
    return b"".join(parts)


def _event(time: float, step: int, values: bytes) -> bytes:
    return double(1, time) + varint(2, step) + message(5, values)


def _scalar(name: str, value: float) -> bytes:
    # Single precision, as everybody's scalars are: what lies beyond it is as good as infinite.
    held = min(max(value, -LARGEST_SINGLE), LARGEST_SINGLE)
    return message(1, text(1, name) + single(2, held))


def _session_start(row: Row, began: float) -> bytes:
    config = row.config
    knobs: dict[str, Value] = {"preset": config.description.preset, "architecture": config.model.name}
    knobs |= {declared.name: value for _, declared, value in config.knobs()} | {"parameters": config.parameters}
    # The folder where somebody keeps their data is nothing to hand on.
    knobs.pop("data_dir", None)
    entries = b"".join(message(1, text(1, name) + message(2, _value(value))) for name, value in knobs.items())
    return _hparams("_hparams_/session_start_info", message(3, entries + double(5, began)))


def _session_end(row: Row, history: RunHistory) -> bytes:
    status = {State.FINISHED: SUCCESS, State.FAILED: FAILURE}.get(row.state, UNKNOWN)
    ended = history.ending.time if isinstance(history.ending, RunFinished) else history.last_time
    return _hparams("_hparams_/session_end_info", message(4, varint(1, status) + double(2, ended)))


def _hparams(tag: str, content: bytes) -> bytes:
    """Return a value for TensorBoard's plug-in of hyper-parameters."""
    metadata = message(1, text(1, "hparams") + message(2, varint(1, 0) + content))
    return message(1, text(1, tag) + message(9, metadata) + message(8, NULL_TENSOR))


def _value(value: Value) -> bytes:
    """Return a knob's value as a google.protobuf.Value."""
    match value:
        case bool():
            return varint(4, int(value))
        case int() | float():
            return struct.pack("<Bd", 2 << 3 | 1, value)
        case tuple():
            return text(3, ", ".join(value))
        case _:
            return text(3, value)


def _began(row: Row) -> float:
    return row.run.read_claim().created if row.run else 0.0
