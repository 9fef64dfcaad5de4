"""What a worker claims of itself in `run.json`. Must not know why."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Any

from vitdash.run.store import Run


class Standing:
    """The claims of one worker; each replaces the last."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._claim = replace(run.read_claim(), pid=os.getpid(), process_started=time.time(), ended=0.0)

    def claim(self, word: str, **details: Any) -> None:  # noqa: ANN401 - fields of Claim, of many types
        """Claim to be `word`, and write down `details` (fields of `Claim`) from now on."""
        if word == "running" and not self._claim.started:
            details["started"] = time.time()
        if word in ("finished", "stopped", "failed"):
            details["ended"] = time.time()
        self._claim = replace(self._claim, claim=word, **details)
        self._run.write_claim(self._claim)
