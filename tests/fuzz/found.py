"""What fuzzing has found, as small as it could be made: reader, input, and what was wrong."""

from __future__ import annotations

from tests.fuzz.seeds import config, lines_of
from tests.recorded import finished
from vitdash.run.events import Probed, ProbeFailed

_EVIL_PROBE = Probed(images_seen=1280, probe="x", values={"a\x1b]0;owned\x07": 0.5}, seconds=1.0)
_EVIL_FAILURE = ProbeFailed(images_seen=1280, probe="\x1b[2J", message="\u202e")

FOUND: tuple[tuple[str, bytes, str], ...] = (
    (
        "events",
        lines_of([*finished(config())[:-2], _EVIL_PROBE, _EVIL_FAILURE, *finished(config())[-2:]]),
        "a probe's name with an escape sequence became a heading of exported tables",
    ),
    ("keys", "§".encode(), "a key that was shown as section_sign could not be written so"),
)
