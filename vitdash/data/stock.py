"""What lies on this machine of a published data set, checked byte for byte. Must not know how it gets here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from vitdash.data.partial_file import PART_SUFFIX, explained, md5_of
from vitdash.errors import InputError
from vitdash.publications import Publication, PublishedFile
from vitdash.text import plain


class State(StrEnum):
    """What can be said of a file, or of all files of a data set together."""

    WHOLE = "whole"
    PARTIAL = "partial"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class FileStock:
    """What there is of one file: at `path` as published, or unpacked; the checksum, not the length, makes it whole."""

    file: PublishedFile
    path: Path
    state: State
    bytes_here: int
    """How many of the published bytes need not be fetched any more."""
    bytes_on_disk: int
    """What it takes up by its lengths, whatever half of a successor lies beside it included."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is of a data set, and the folder it lies in or would lie in."""

    folder: Path
    files: tuple[FileStock, ...]

    @property
    def state(self) -> State:
        """Damaged if any file is, whole if all are, missing if nothing is here."""
        states = {item.state for item in self.files}
        if len(states) == 1:
            return states.pop()
        return State.DAMAGED if State.DAMAGED in states else State.PARTIAL

    @property
    def size(self) -> int:
        """The bytes of all files as published."""
        return sum(item.file.size for item in self.files)

    @property
    def bytes_here(self) -> int:
        """How many of the published bytes need not be fetched any more."""
        return sum(item.bytes_here for item in self.files)

    @property
    def bytes_on_disk(self) -> int:
        """What the data set takes up."""
        return sum(item.bytes_on_disk for item in self.files)


def look(publication: Publication, directory: Path, tick: Callable[[], None] = lambda: None) -> Stock:
    """Return what there is of a data set below `directory`, having read all of it; `tick` is called meanwhile.

    Measured: 81 to 95 ms for Fashion-MNIST's 31 MB in the page cache (2 busy cores, n = 7): nobody need ask for it.

    Raises:
        InputError: something is there that cannot be read.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(plain(directory), "is a file, not a folder.", "Give another folder with --data-dir.")
    folder = directory / publication.folder
    return Stock(folder, tuple(_look_at(file, folder, tick) for file in publication.files))


def _look_at(file: PublishedFile, folder: Path, tick: Callable[[], None]) -> FileStock:
    packed, unpacked = folder / file.name, folder / file.unpacked_name
    part = folder / f"{file.name}{PART_SUFFIX}"
    with explained(packed):
        sizes = {path: path.stat().st_size for path in {packed, unpacked, part} if path.exists()}
    on_disk = sum(sizes.values())
    candidates = [
        (path, md5) for path, md5 in ((packed, file.md5), (unpacked, file.unpacked_md5)) if path in sizes and md5
    ]
    for path, md5 in candidates:
        if md5_of(path, tick) == md5.lower():
            return FileStock(file, path, State.WHOLE, file.size, on_disk)
    here = min(sizes.get(part, 0), file.size)
    if candidates:
        return FileStock(file, candidates[0][0], State.DAMAGED, here, on_disk)
    return FileStock(file, packed, State.PARTIAL if here else State.MISSING, here, on_disk)
