"""Owns a file that is not whole yet: lock, checksum, final name. Must not know where its bytes come from."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from vitdash.errors import InputError
from vitdash.opening import open_regular

CHUNK_BYTES = 1 << 17
LARGEST_BYTES = 1 << 30
"""No published file has more; one that does is not worth reading."""
POLL_SECONDS = 0.1
PART_SUFFIX = ".part"
FOLDER_HINT = "Make it writable, with room to spare, or give another folder with --data-dir."


def md5_of(path: Path, tick: Callable[[], None] = lambda: None) -> str:
    """Return the MD5 of a file in hexadecimal, calling `tick` after every chunk; "" if it is too large for any data.

    Raises:
        InputError: the file cannot be read.

    """
    with explained(path):
        if path.stat().st_size > LARGEST_BYTES:
            return ""
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in _chunks(path):
        digest.update(chunk)
        tick()
    return digest.hexdigest()


class Part:
    """The partial file, whose lock this process holds, and the checksum of its first `position` bytes."""

    def __init__(self, path: Path, stream: FileIO, tick: Callable[[int], None]) -> None:
        self.path, self.stream, self.tick = path, stream, tick
        self.start_at(0)

    @property
    def size(self) -> int:
        """Bytes on disk: more than `position` while a mirror sends the beginning again."""
        return os.fstat(self.stream.fileno()).st_size

    def start_at(self, position: int) -> None:
        """Go on behind the first `position` bytes, which are on disk already."""
        self.position, self.digest = 0, hashlib.md5(usedforsecurity=False)
        for chunk in _chunks(self.path, position):
            self.digest.update(chunk)
            self.position += len(chunk)
            self.tick(self.position)
        with explained(self.path):
            self.stream.seek(self.position)

    def write(self, chunk: bytes) -> None:
        """Write and hash the next bytes. Unbuffered: a killed process loses nothing that was reported."""
        rest = memoryview(chunk)
        with explained(self.path):
            while rest:
                rest = rest[self.stream.write(rest) :]
        self.digest.update(chunk)
        self.position += len(chunk)

    def discard(self) -> None:
        """Forget every byte."""
        with explained(self.path):
            self.stream.truncate(0)
        self.start_at(0)

    def matches(self, md5: str) -> bool:
        """Say whether the bytes up to `position` are the whole file."""
        return self.digest.hexdigest() == md5.lower()

    def publish(self, target: Path) -> None:
        """Give the file its name, in an order that survives a power cut: the bytes first, then the name."""
        with explained(target):
            self.stream.truncate(self.position)
            os.fsync(self.stream.fileno())
            self.path.replace(target)
            directory = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)


@contextmanager
def locked_part(path: Path, tick: Callable[[int], None]) -> Iterator[Part]:
    """Open the partial file and hold its lock, waiting for whoever else has it.

    The partial file is its own lock, so nothing is left lying about: renamed, it takes the lock along to its
    final name, and whoever waited for it sees that its path now leads elsewhere and opens it anew. `tick`
    is told how many bytes the other one has so far, and may raise to end the waiting.
    """
    while True:
        tick(0)
        with explained(path):
            # A link planted in a shared folder must not make this process write elsewhere.
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        with FileIO(descriptor, "r+") as stream:
            while not _try_lock(stream, path):
                tick(os.fstat(descriptor).st_size)
                time.sleep(POLL_SECONDS)
            if not _leads_to(path, stream):
                continue
            part = Part(path, stream, tick)
            try:
                yield part
            finally:
                if part.size == 0 and _leads_to(path, stream):
                    path.unlink()
            return


def _try_lock(stream: FileIO, path: Path) -> bool:
    with explained(path):
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _leads_to(path: Path, stream: FileIO) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _chunks(path: Path, size: int = sys.maxsize) -> Iterator[bytes]:
    """Yield the first `size` bytes of a file; what the caller raises is not taken for the file's trouble."""
    with explained(path), open_regular(path, follow=True) as stream:
        while chunk := stream.read(min(CHUNK_BYTES, size)):
            yield chunk
            size -= len(chunk)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn trouble with a file into a sentence."""
    try:
        yield
    except FileExistsError as error:
        raise InputError(str(path), "is a file, not a folder.", FOLDER_HINT) from error
    except OSError as error:
        raise InputError(str(path), f"cannot be used: {error.strerror or error}.", FOLDER_HINT) from error
