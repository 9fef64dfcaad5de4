"""What fuzzing has found, as small as it could be made: reader, input, and what was wrong."""

from __future__ import annotations

import dataclasses

from tests.fuzz.seeds import config, lines_of
from tests.recorded import finished, progress, started
from vitdash.run.events import Probed, ProbeFailed

_EVIL_PROBE = Probed(images_seen=1280, probe="x", values={"a\x1b]0;owned\x07": 0.5}, seconds=1.0)
_EVIL_FAILURE = ProbeFailed(images_seen=1280, probe="\x1b[2J", message="\u202e")
_STANDSTILL = dataclasses.replace(progress(640), images_per_second=5e-324)
_BEFORE_THE_START = dataclasses.replace(progress(640), images_seen=-1)
_DEEP: list[object] = []
for _ in range(400):
    _DEEP = [_DEEP]
_DEEP_CONFIG = dataclasses.replace(started(config()), config={"model": _DEEP})

FOUND: tuple[tuple[str, bytes, str], ...] = (
    (
        "events",
        lines_of([*finished(config())[:-2], _EVIL_PROBE, _EVIL_FAILURE, *finished(config())[-2:]]),
        "a probe's name with an escape sequence became a heading of exported tables",
    ),
    ("events", lines_of([started(config()), _STANDSTILL]), "a pace close to zero gave a time left without end"),
    ("events", lines_of([progress(640), _BEFORE_THE_START]), "TensorBoard's format has no step before the first"),
    ("replay", lines_of([_DEEP_CONFIG]), "a configuration nested too deeply to be written down"),
    ("keys", "§".encode(), "a key that was shown as section_sign could not be written so"),
)
