"""What others add from outside the tree: found in packages and files, checked, and skipped by name where broken.

Must not know which names are built in. A plug-in states values and registers nothing: a file has dictionaries at its
top, a package has entry points, and both name the same objects.
"""

from __future__ import annotations

from collections.abc import Callable

KINDS = {
    "architectures": "architecture",
    "datasets": "data set",
    "probes": "probe",
    "exporters": "exporter",
}
"""What can be added, and the word for one of it: a file states `PROBES`, a package the group `vitdash.probes`."""

_listeners: list[Callable[[str], None]] = []


def on_problem(listener: Callable[[str], None]) -> None:
    """Have `listener` told from now on, and nobody else, of everything that is skipped, as soon as it turns out.

    Here and not where the plug-ins are, because every command says this before it knows whether it needs any.
    """
    _listeners[:] = [listener]


def tell(sentence: str) -> None:
    """Tell whoever listens."""
    for listener in _listeners:
        listener(sentence)
