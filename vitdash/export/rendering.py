"""From runs to text, by the name of an exporter. Must not know what any exporter does."""

from __future__ import annotations

from vitdash import catalog
from vitdash.errors import VitdashError
from vitdash.export import rows
from vitdash.plugins.offers import FAILURES, described
from vitdash.run.store import Run
from vitdash.text import plain


def render(runs: list[Run], to: str, *, reported: bool = False) -> str:
    """Return the given runs as the exporter called `to` writes them.

    Raises:
        VitdashError: there is no such exporter, a run cannot be read, or a plug-in's exporter failed.
    """
    exporter = catalog.load("--format", catalog.EXPORTERS, to)
    found = rows.read_rows(runs)
    offer = catalog.EXPORTERS.offer(to)
    try:
        rendered = exporter(found, reported=reported)
    except FAILURES as error:
        if offer is None or isinstance(error, VitdashError):
            raise
        raise VitdashError(
            f"exporter '{to}'", f"of plug-in {plain(offer.source)} failed: {described(error)}."
        ) from None
    if not isinstance(rendered, str):
        raise VitdashError(f"exporter '{to}'", f"returned {type(rendered).__name__}, not text.")
    return rendered
