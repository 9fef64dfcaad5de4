"""All files of a published data set, found or fetched. Must not know what is in them or who waits for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from vitdash.data.download import DownloadCancelled, RemoteFile, fetch
from vitdash.data.mirror import Limits
from vitdash.data.partial_file import explained
from vitdash.data.stock import FileStock, State, Stock, look
from vitdash.errors import InputError
from vitdash.publications import Publication, PublishedFile
from vitdash.text import plain, size

LIMITS = Limits()
Report = Callable[[int, int], None]
"""Told (bytes here, bytes in all), of the whole data set, while something is fetched."""


def obtain(
    publication: Publication,
    directory: Path,
    report: Report,
    cancelled: Callable[[], bool],
    mirrors: tuple[str, ...] = (),
    failed: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Return the paths of all files, packed or as torchvision unpacks them, having fetched what was not whole.

    `mirrors` are asked before the published ones, and `failed` is told of each that is of no use. Nothing is written
    where everything is whole already.

    Raises:
        InputError: no mirror delivered a file, the folder cannot be used, or there is no room.
        DownloadCancelled: `cancelled` said so; what has arrived is kept.
    """

    def tick() -> None:
        if cancelled():
            raise DownloadCancelled(plain(directory), "looking at the data set was cancelled.")

    stock = look(publication, directory, tick)
    tally = _Tally(stock, report)

    def found_or_fetched(item: FileStock) -> Path:
        if item.state is State.WHOLE:
            return item.path
        remote = _remote(item.file, (*mirrors, *publication.mirrors))
        return fetch(remote, stock.folder, tally.of(item.file), cancelled, LIMITS, failed)

    if stock.state is not State.WHOLE:
        _check_room(stock)
    return [found_or_fetched(item) for item in stock.files]


class _Tally:
    """Adds up what is here of each file, so that progress is that of the data set."""

    def __init__(self, stock: Stock, report: Report) -> None:
        self.here = {item.file.name: item.bytes_here for item in stock.files}
        self.size, self.report = stock.size, report

    def of(self, file: PublishedFile) -> Report:
        """Return what to tell of one file; how long it is we know, whatever a mirror says."""

        def told(done: int, total: int) -> None:
            # Without an answer yet, what is here is being read once more, or another process is at it.
            known = done if total else max(done, self.here[file.name])
            self.here[file.name] = min(known, file.size)
            self.report(sum(self.here.values()), self.size)

        return told


def _remote(file: PublishedFile, mirrors: tuple[str, ...]) -> RemoteFile:
    return RemoteFile(file.name, file.md5, tuple(f"{mirror}{file.name}" for mirror in mirrors))


def _check_room(stock: Stock) -> None:
    """Notice before the first byte that the disk is too full for the last one."""
    needed = stock.size - stock.bytes_here
    with explained(stock.folder):
        existing = next(folder for folder in (stock.folder, *stock.folder.parents) if folder.exists())
        free = shutil.disk_usage(existing).free
    if free < needed:
        reason = f"needs {size(needed)} more, but only {size(free)} are free."
        raise InputError(plain(stock.folder), reason, "Make room, or give another folder with --data-dir.")
