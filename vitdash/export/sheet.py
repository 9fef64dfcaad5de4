"""All there is to know of one run, gathered: what its page and its JSON are made of. Must not know how it is shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from vitdash.errors import InputError, RunError
from vitdash.export import json, rows
from vitdash.export.rows import Row
from vitdash.run import diagnostics, disk, labels, origin
from vitdash.run.diagnostics import Diagnostics
from vitdash.run.labels import Labels
from vitdash.run.origin import Change
from vitdash.run.store import Claim, Run
from vitdash.text import count, images

MOST_POSITIONS_NAMED = 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """One run: what it is called, does, computed, changed and takes up.

    `changes` is None where there is no preset to compare with; `diagnostics` are those of the last evaluation, or of
    the one that was asked for, and `problem` says why they cannot be read.
    """

    run: Run
    row: Row
    claim: Claim
    labels: Labels
    bytes: int
    changes: list[Change] | None
    diagnostics: Diagnostics | None
    problem: str = ""


def read(run: Run, at: int | None = None) -> Sheet:
    """Gather what is known of `run`; `at` asks for the diagnostics of the evaluation after so many images.

    Raises:
        InputError: there are no diagnostics of that evaluation.
        VitdashError: the run cannot be read.
    """
    (row,) = rows.read_rows([run])
    found, problem = None, ""
    position = diagnostics.latest(run, row.evaluated_at) if at is None else _checked(run, at)
    try:
        found = diagnostics.read(run, position) if position is not None else None
    except RunError as error:
        problem = str(error)
    return Sheet(
        run=run,
        row=row,
        claim=run.read_claim(),
        labels=labels.read(run),
        bytes=disk.used(run.path),
        changes=origin.changes(row.config),
        diagnostics=found,
        problem=problem,
    )


def describe(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet as plain values, for programs."""
    found, changes = sheet.diagnostics, sheet.changes
    return json.describe(sheet.row, reported=True) | {
        "labels": asdict(sheet.labels),
        "bytes": sheet.bytes,
        "changed": None
        if changes is None
        else {item.knob.name: {"value": item.value, "preset": item.before} for item in changes},
        "diagnostics": found
        and {
            "images_seen": found.images_seen,
            "classes": found.classes,
            "class_accuracy": found.class_accuracy,
            "confusion": found.confusion,
        },
        "diagnostics_problem": sheet.problem or None,
    }


def _checked(run: Run, at: int) -> int:
    known = diagnostics.available(run)
    if at not in known:
        last = known[-MOST_POSITIONS_NAMED:]
        named = ("…, " if len(known) > len(last) else "") + ", ".join(map(count, last))
        hint = f"There are some after {named} images." if known else "This run has none."
        raise InputError("--at", f"there are no diagnostics after {images(at)}.", hint)
    return at
