"""From runs to text, by the name of an exporter. Must not know what any exporter does."""

from __future__ import annotations

from vitdash import catalog
from vitdash.export import rows
from vitdash.run.store import Run


def render(runs: list[Run], to: str, *, reported: bool = False) -> str:
    """Return the given runs as the exporter called `to` writes them.

    Raises:
        VitdashError: there is no such exporter, or a run cannot be read.
    """
    exporter = catalog.load("--format", catalog.EXPORTERS, to)
    return str(exporter(rows.read_rows(runs), reported=reported))
