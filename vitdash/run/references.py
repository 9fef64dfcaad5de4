"""What is typed for runs: a run's name, the beginning of its id, or a tag that stands for all who have it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vitdash.errors import InputError
from vitdash.run import labels, store
from vitdash.run.store import Run
from vitdash.text import did_you_mean


def find_all(root: Path, references: Iterable[str]) -> list[Run]:
    """Return the runs that are meant, each once: a name comes before a tag, a tag before the beginning of an id.

    Raises:
        InputError: nothing fits, or several runs fit what only one may.
    """
    found: list[Run] = []
    for reference in references:
        found += _find(root, reference)
    return list(dict.fromkeys(found))


def _find(root: Path, reference: str) -> list[Run]:
    runs = store.all_runs(root)
    if not any(reference in (run.id, store.shown_name(run)) for run in runs):
        tagged = [run for run in runs if reference in labels.read(run).tags]
        if tagged:
            return tagged
    try:
        return [store.find(root, reference)]
    except InputError as error:
        known = sorted({tag for run in runs for tag in labels.read(run).tags})
        if "fits" in error.message or not known:
            raise
        hint = f"Tags: {', '.join(known[:8])}. See: vitdash runs"
        if error.hint.startswith("Did"):
            hint = did_you_mean(reference, [*known, *(store.shown_name(run) for run in runs)])
        raise InputError(error.title, error.message, hint) from None
