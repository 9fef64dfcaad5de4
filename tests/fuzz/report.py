"""What a campaign says: a line of a table for each reader, and how each failure is run again."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from tests.fuzz.campaign import Failure
from tests.fuzz.supervisor import Results

HEADING = f"{'reader':<14}{'inputs':>10}{'per s':>8}{'CPU':>8}{'kept':>6}{'branches':>10}  outcomes"
LONGEST_ARGUMENT = 4000


def row(results: Results) -> str:
    """Return a reader's line."""
    speed = results.inputs / results.seconds if results.seconds else 0.0
    share = "-" if results.branches is None else f"{100 * results.branches:.1f} %"
    outcomes = ", ".join(f"{kind} {number:,}" for kind, number in sorted(results.outcomes.items()))
    figures = f"{results.inputs:>10,}{speed:>8,.0f}{results.seconds:>6,.0f} s{results.kept:>6,}{share:>10}"
    return f"{results.name:<14}{figures}  {outcomes}"


def told(name: str, failure: Failure) -> str:
    """Return what went wrong, with which input, and the command that runs it again."""
    encoded = base64.b64encode(failure.raw).decode()
    if len(encoded) > LONGEST_ARGUMENT:
        with tempfile.NamedTemporaryFile(prefix=f"vitdash-fuzz-{name}-", delete=False) as file:
            file.write(failure.raw)
        encoded = f"@{Path(file.name)}"
    shown = repr(failure.raw if len(failure.raw) <= 400 else failure.raw[:400] + b"...")
    command = f"python -m tests.fuzz {name} --again '{encoded}'"
    detail = "\n    ".join(failure.outcome.detail.splitlines())
    return f"  {failure.outcome.kind}: {failure.outcome.where}\n    {detail}\n    {shown}\n    {command}"
