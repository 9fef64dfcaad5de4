"""Runs' directories for tests, written without the store: any claim, at once and without waiting for a disk."""

from __future__ import annotations

import dataclasses
import json
from itertools import count
from pathlib import Path
from typing import Any

from vitdash.run import machine
from vitdash.run.events import Event, encode
from vitdash.run.files import write_atomically
from vitdash.run.store import Claim, Run

_NUMBERS = count()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def claim_of(run_id: str = "a-run-20260101-000000-abcd", **changes: Any) -> Claim:
    """Return a claim that a worker of this machine and boot could have made just now."""
    claim = Claim(
        id=run_id,
        name="a-run",
        claim="running",
        host=machine.host(),
        boot_id=machine.boot_id(),
        claimed_uptime=machine.uptime(),
        created=1764000000.0,
    )
    return dataclasses.replace(claim, **changes)


def bare_run(root: Path, events: list[Event] | None = None, *, run_id: str = "", **changes: Any) -> Run:
    """Make a run's directory with a claim and, if given, a log."""
    number = next(_NUMBERS)
    letters = "".join(_LETTERS[number // 26**power % 26] for power in (3, 2, 1, 0))
    run = Run(root / (run_id or f"a-run-20260101-000000-{letters}"))
    run.path.mkdir(parents=True)
    (run.path / "run.json").write_text(json.dumps(dataclasses.asdict(claim_of(run.id, **changes))))
    if events is not None:
        run.events.write_bytes(b"".join(map(encode, events)))
    return run


def rewrite(run: Run, **changes: Any) -> None:
    """Change a claim as another process would."""
    claim = dataclasses.replace(run.read_claim(), **changes)
    write_atomically(run.path / "run.json", json.dumps(dataclasses.asdict(claim)).encode(), durable=False)
