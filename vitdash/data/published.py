"""The files of a published data set on this machine: found, or fetched. Must not know what is in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vitdash.data.download import DEFAULT_LIMITS, RemoteFile, fetch
from vitdash.data.mirror import Limits
from vitdash.data.partial_file import md5_of
from vitdash.publications import PublishedFile


def obtain(
    file: PublishedFile,
    folder: Path,
    mirrors: tuple[str, ...],
    report: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    limits: Limits = DEFAULT_LIMITS,
) -> Path:
    """Return the path of the whole file in `folder`, packed or as torchvision unpacks it; download what is missing.

    Raises:
        InputError: no mirror delivered the file, or the folder cannot be used.
        DownloadCancelled: `cancelled` said so.
    """
    if not (folder / file.name).exists() and is_unpacked(file, folder):
        return folder / file.unpacked_name
    urls = tuple(f"{mirror}{file.name}" for mirror in mirrors)
    return fetch(RemoteFile(file.name, file.md5, urls), folder, report, cancelled, limits)


def is_unpacked(file: PublishedFile, folder: Path) -> bool:
    """Return whether the unpacked file lies in `folder`, whole: by its checksum, for its length proves little."""
    unpacked = folder / file.unpacked_name
    return bool(file.unpacked_md5) and unpacked.is_file() and md5_of(unpacked) == file.unpacked_md5
