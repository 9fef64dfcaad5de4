"""One input once more, under the same guard."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from tests.fuzz.campaign import Campaign
from tests.fuzz.reader import Reader


def run(reader: Reader, encoded: str) -> int:
    """Run an input in base64 (`@FILE`: that file's bytes), say what comes of it, and return 1 if it fails."""
    path = encoded.removeprefix("@")
    raw = Path(path).read_bytes() if path != encoded else base64.b64decode(encoded, validate=True)
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(reader, Path(folder), seed=0)
        campaign.begin([], limited=True)
        outcome = campaign.outcome_of(raw)
    print(f"{outcome.kind}: {outcome.where}\n{outcome.detail}".rstrip(": \n"))
    return 1 if outcome.failed else 0
