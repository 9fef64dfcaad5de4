"""The known data sets and what there is of each on this machine. Must not know how that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vitdash import catalog
from vitdash.catalog import DatasetFacts
from vitdash.data.stock import State, Stock, look
from vitdash.errors import InputError
from vitdash.text import one_of, plain

BUNDLED = "bundled"
UNREADABLE = "unreadable"
VERIFIED = "verified"
DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set and its stock; without one it comes with its code, or cannot be read, as `problem` then says."""

    name: str
    facts: DatasetFacts
    stock: Stock | None
    problem: str = ""

    @property
    def state(self) -> str:
        """`bundled`, `unreadable`, or the stock's state."""
        return str(self.stock.state) if self.stock else UNREADABLE if self.problem else BUNDLED

    @property
    def checksum(self) -> str:
        """What the checksums say: `verified` of all files, `differs` of at least one, else nothing."""
        return {State.WHOLE: VERIFIED, State.DAMAGED: DIFFERS}.get(self.stock.state, "") if self.stock else ""


def take(directory: Path) -> list[Entry]:
    """Return an entry for each data set; one that cannot be read keeps the others from nothing."""
    entries = []
    for name in catalog.DATASETS:
        try:
            entries.append(entry(name, directory))
        except InputError as error:
            entries.append(Entry(name, catalog.DATASETS[name], None, str(error)))
    return entries


def entry(name: str, directory: Path) -> Entry:
    """Return the entry of one data set.

    Raises:
        InputError: there is no such data set, or something is there that cannot be read.
    """
    if name not in catalog.DATASETS:
        hint = catalog.DATASETS.hint(name) or f"Known: {one_of(catalog.DATASETS)}."
        raise InputError("NAME", f"there is no data set '{plain(name, 60)}'.", hint)
    facts = catalog.DATASETS[name]
    return Entry(name, facts, look(facts.publication, directory) if facts.publication else None)


def describe(item: Entry) -> dict[str, object]:
    """Return an entry as JSON's values."""
    stock = item.stock
    described: dict[str, object] = {
        "name": item.name,
        "title": item.facts.title,
        "train_images": item.facts.train_images,
        "validation_images": item.facts.validation_images,
        "state": item.state,
        "checksum": item.checksum or None,
        "problem": item.problem or None,
        "folder": str(stock.folder) if stock else None,
        "published_bytes": stock.size if stock else None,
        "bytes_here": stock.bytes_here if stock else None,
        "bytes_on_disk": stock.bytes_on_disk if stock else None,
    }
    files = [
        {
            "path": str(part.path),
            "state": str(part.state),
            "published_bytes": part.file.size,
            "bytes_here": part.bytes_here,
        }
        for part in (stock.files if stock else ())
    ]
    return described | {"files": files}
