"""What is read of a run to show it from inside: its last diagnostics, what it changes. Must not know widgets."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash.errors import VitdashError
from vitdash.run import diagnostics, origin
from vitdash.run.diagnostics import Diagnostics
from vitdash.run.fleet import Standing
from vitdash.run.origin import Change

NO_EVALUATION = "Comes with the run's first evaluation."
REMOVED = "The diagnostics of this run were removed."


@dataclass(frozen=True, slots=True)
class Inside:
    """The last evaluation of a run, or why there is none to show; and what the run changes of its preset."""

    found: Diagnostics | None = None
    why_not: str = ""
    changes: tuple[Change, ...] = ()


NOTHING = Inside(why_not="Select a run to look inside.")


def read(known: Standing) -> Inside:
    """Return a run's inside; reads files, so it belongs in a thread."""
    changes = tuple(origin.changes(known.config) or ()) if known.config is not None else ()
    evaluated_at = known.short.figures.evaluated_at
    if not evaluated_at:
        return Inside(why_not=NO_EVALUATION, changes=changes)
    try:
        position = diagnostics.latest(known.run, evaluated_at)
        if position is None:
            return Inside(why_not=REMOVED, changes=changes)
        return Inside(diagnostics.read(known.run, position), changes=changes)
    except VitdashError as error:
        return Inside(why_not=str(error), changes=changes)
