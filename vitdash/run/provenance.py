"""Which plug-ins a run is launched with, for information. Must not know what they do."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any

from vitdash import catalog
from vitdash.config import RunConfig
from vitdash.plugins.shelf import Shelf


def of(config: RunConfig) -> dict[str, str]:
    """Return the SHA-256 of each plug-in file by its path, and the version of each package that `config` needs."""
    found = {}
    for file in catalog.plugin_files():
        with contextlib.suppress(OSError):
            found[str(file)] = hashlib.sha256(file.read_bytes()).hexdigest()
    named: list[tuple[Shelf[Any], str]] = [
        (catalog.ARCHITECTURES, config.model.name),
        (catalog.DATASETS, config.data.dataset),
    ]
    named += [(catalog.PROBES, name) for name in config.probe.probes]
    for shelf, name in named:
        offer = shelf.offer(name)
        if offer and offer.version:
            found[offer.source] = offer.version
    return found
