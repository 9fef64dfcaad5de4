"""The process in which a reader is fuzzed. Started by `supervisor.py`, with what it needs as JSON."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import signal
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import Campaign
from tests.fuzz.readers import BY_NAME
from tests.fuzz.supervisor import Note

NO_END = 1 << 62


class EnoughError(BaseException):
    """Somebody wants to see what there is."""


def _enough(*_: object) -> None:
    raise EnoughError


def main() -> None:
    """Fuzz for as long as was asked, or until a signal says that it is enough; keep and write down what was found."""
    signal.signal(signal.SIGTERM, _enough)
    # What an input lets Python import for the first time, it would write down compiled: none of a reader's deeds.
    sys.dont_write_bytecode = True
    told = json.loads(sys.argv[1])
    kept = Path(told["kept"])
    note = Note(Path(told["note"]))
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(BY_NAME[told["name"]], Path(folder), told["seed"], note.write)
        campaign.begin([path.read_bytes() for path in sorted(kept.iterdir())], limited=True)
        with contextlib.suppress(EnoughError):
            campaign.go_on(told["seconds"], NO_END)
    found = campaign.found
    for raw in found.kept:
        (kept / hashlib.sha256(raw).hexdigest()[:16]).write_bytes(raw)
    failures = [
        (base64.b64encode(failure.raw).decode(), failure.outcome.kind, failure.outcome.where, failure.outcome.detail)
        for failure in found.failures.values()
    ]
    content = {"inputs": found.inputs, "seconds": found.seconds, "outcomes": found.outcomes, "failures": failures}
    Path(told["answer"]).write_text(json.dumps(content))


if __name__ == "__main__":
    main()
