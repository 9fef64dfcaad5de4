"""Fetches one file of a data set from its mirrors, whole and checked. Must not know what the file holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vitdash.data.mirror import Answer, Limits, MirrorError, RangeError, blame, letters
from vitdash.data.partial_file import PART_SUFFIX, Part, explained, locked_part, md5_of
from vitdash.errors import InputError, InterruptedByUser

POLL_SECONDS = 0.1
MOST_ROUNDS = 8
DEFAULT_LIMITS = Limits()

NETWORK_HINT = (
    "Give a folder that already holds the files with --data-dir, or use --dataset digits, which needs no network."
)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as published: its name, its MD5 in hexadecimal, its mirrors in order of preference."""

    name: str
    md5: str
    urls: tuple[str, ...]


class DownloadCancelled(InterruptedByUser):
    """The caller asked to stop; what has arrived is kept, and the next download goes on from there."""


def fetch(
    file: RemoteFile,
    directory: Path,
    report: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    limits: Limits = DEFAULT_LIMITS,
    failed: Callable[[str], None] = lambda _: None,
) -> Path:
    """Return the path of the whole, checked file in `directory`, downloading what is missing.

    `report` receives (bytes done, bytes in total, or 0 if unknown) at most ten times a second and at the end, while
    something is downloaded; `cancelled` is asked as often. `failed` is told in a few words of each mirror that was of
    no use. A whole file is returned without any network or report; a damaged one is replaced once its successor is
    whole. Several processes may fetch the same file at once.

    Raises:
        InputError: no mirror delivered the file, or the directory cannot be used.
        DownloadCancelled: `cancelled` said so.

    """
    target = directory / file.name
    watch = _Watch(file.name, report, cancelled, failed)
    if not _is_whole(target, file.md5, watch):
        watch.downloading = True
        with explained(directory):
            directory.mkdir(parents=True, exist_ok=True)
        with locked_part(directory / f"{file.name}{PART_SUFFIX}", watch.tick) as part:
            # Another process may have finished the file while this one waited for the lock.
            if not _is_whole(target, file.md5, watch):
                _complete(part, file, watch, limits)
                part.publish(target)
                size = target.stat().st_size
                report(size, size)
    return target


class _Watch:
    """Tells the caller how far the download is and asks whether to go on, at most ten times a second."""

    def __init__(
        self,
        name: str,
        report: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        failed: Callable[[str], None],
    ) -> None:
        self.name, self.report, self.cancelled, self.failed = name, report, cancelled, failed
        self.done = self.total = 0
        self.downloading = False
        self.next_time = 0.0

    def tick(self, done: int | None = None) -> None:
        """Ask and report, unless that happened a moment ago; `done` corrects the bytes to report."""
        self.done = self.done if done is None else done
        now = time.monotonic()
        if now < self.next_time:
            return
        self.next_time = now + POLL_SECONDS
        if self.cancelled():
            raise DownloadCancelled(self.name, "download cancelled.", "The next one goes on from here.")
        if self.downloading:
            self.report(self.done, self.total)


def _complete(part: Part, file: RemoteFile, watch: _Watch, limits: Limits) -> None:
    """Bring the partial file to its checksum, asking those mirrors again that brought it nearer."""
    if part.size > limits.largest_bytes:
        part.discard()
    part.start_at(part.size)
    failures: dict[str, str] = {}
    mirrors = list(file.urls)
    for _ in range(MOST_ROUNDS):
        for url in tuple(mirrors):
            # The checksum alone decides: a process may have died just before publishing, and a mirror that
            # promises too much may have sent every byte.
            if part.matches(file.md5):
                return
            size_before = part.size
            try:
                _take_from(url, part, file.md5, watch, limits)
            except MirrorError as failure:
                failures[url] = blame(url, failure)
                watch.failed(failures[url])
            if part.size <= size_before:
                mirrors.remove(url)
    if not part.matches(file.md5):
        raise InputError(file.name, f"could not be fetched: {'; '.join(failures.values())}.", NETWORK_HINT)


def _take_from(url: str, part: Part, md5: str, watch: _Watch, limits: Limits) -> None:
    """Ask one mirror for the rest, and for everything if the rest does not fit what is there."""
    for start in (part.size, 0) if part.size else (0,):
        try:
            answer = _receive(url, start, part, watch, limits)
        except RangeError:
            continue
        if part.matches(md5):
            return
        part.discard()
        if answer.start == 0:
            raise MirrorError(f"sent something else ({answer.content_type})")


def _receive(url: str, start: int, part: Part, watch: _Watch, limits: Limits) -> Answer:
    """Write the body of one answer into the partial file and return what the mirror said about it."""
    answer = Answer(start, None, "")
    with closing(letters(url, start, watch.tick, limits)) as arriving:
        for letter in arriving:
            if isinstance(letter, bytes):
                part.write(letter)
            else:
                answer = letter
                # A mirror that ignores ranges writes over the old bytes, which stay useful if it breaks off.
                part.start_at(answer.start)
            if max(answer.total or 0, part.position) > limits.largest_bytes:
                part.discard()
                raise MirrorError("sends more than any data set has")
            watch.done, watch.total = part.position, answer.total or 0
    if answer.total is not None and part.position < answer.total:
        raise MirrorError(f"broke off after {part.position:,} of {answer.total:,} bytes")
    return answer


def _is_whole(target: Path, md5: str, watch: _Watch) -> bool:
    with explained(target):
        if not target.exists():
            return False
    return md5_of(target, watch.tick) == md5.lower()
