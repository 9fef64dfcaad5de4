"""What a worker claims of itself in `run.json`. Must not know why."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Any

from vitdash.engine.room import Room
from vitdash.run import machine
from vitdash.run.store import Run


class Standing:
    """The claims of one worker; each replaces the last."""

    def __init__(self, run: Run, room: Room) -> None:
        self._run = run
        self._room = room
        self._claim = replace(
            run.read_claim(),
            pid=os.getpid(),
            process_started=time.time(),
            oom_kills=machine.oom_kills(),
            ended=0.0,
        )

    def claim(self, word: str, **details: Any) -> None:  # noqa: ANN401 - fields of Claim, of many types
        """Claim to be `word`, and write down `details` (fields of `Claim`) from now on.

        Raises:
            RunError: it cannot be written.
        """
        if word == "running" and not self._claim.started:
            details["started"] = time.time()
        if word in ("finished", "stopped", "failed"):
            details["ended"] = time.time()
        self._claim = replace(self._claim, claim=word, **details)
        self._room.write(self._run.path / "run.json", lambda: self._run.write_claim(self._claim))
