"""Fetches one file of a data set from its mirrors, whole and checked. Must not know what the file holds."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import os
import re
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from queue import Empty, Queue
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit

from vitdash.errors import InputError, InterruptedByUser

CHUNK_BYTES = 1 << 17
CHUNKS_IN_FLIGHT = 16
POLL_SECONDS = 0.1
MOST_REDIRECTS = 5
MOST_ROUNDS = 8
LONGEST_REASON = 120

FOLDER_HINT = "Make it writable, with room to spare, or give another folder with --data-dir."
NETWORK_HINT = (
    "Give a folder that already holds the files with --data-dir, or use --dataset digits, which needs no network."
)
TOO_SLOW = "was silent, or nearly so, for too long"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as published: its name, its MD5 in hexadecimal, its mirrors in order of preference."""

    name: str
    md5: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a mirror may cost: seconds of silence, bytes a second below which it counts as silent, bytes."""

    stall_seconds: float = 20.0
    slowest_rate: float = 1024.0
    largest_bytes: int = 1 << 30


DEFAULT_LIMITS = Limits()


class DownloadCancelled(InterruptedByUser):
    """The caller asked to stop; what has arrived is kept, and the next download goes on from there."""


def fetch(
    file: RemoteFile,
    directory: Path,
    report: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    limits: Limits = DEFAULT_LIMITS,
) -> Path:
    """Return the path of the whole, checked file in `directory`, downloading what is missing.

    `report` receives (bytes done, bytes in total, or 0 if unknown) at most ten times a second and at the end;
    `cancelled` is asked as often, also while nothing arrives. A whole file is returned without any network; a
    damaged one is replaced once its successor is whole. Several processes may fetch the same file at once.

    Raises:
        InputError: no mirror delivered the file, or the directory cannot be used.
        DownloadCancelled: `cancelled` said so.

    """
    target = directory / file.name
    watch = _Watch(file.name, report, cancelled)
    if not _is_whole(target, file.md5, watch):
        with _explained(directory):
            directory.mkdir(parents=True, exist_ok=True)
        with _locked_part(directory / f"{file.name}.part", watch) as part:
            # Another process may have finished the file while this one waited for the lock.
            if not _is_whole(target, file.md5, watch):
                _complete(part, file, limits)
                part.publish(target)
    size = target.stat().st_size
    report(size, size)
    return target


def md5_of(path: Path, tick: Callable[[], None] = lambda: None) -> str:
    """Return the MD5 of a file in hexadecimal, calling `tick` after every chunk.

    Raises:
        InputError: the file cannot be read.

    """
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in _chunks(path):
        digest.update(chunk)
        tick()
    return digest.hexdigest()


class _Watch:
    """Tells the caller how far the download is and asks whether to go on, at most ten times a second."""

    def __init__(self, name: str, report: Callable[[int, int], None], cancelled: Callable[[], bool]) -> None:
        self.name, self.report, self.cancelled = name, report, cancelled
        self.done = self.total = 0
        self.next_time = 0.0

    def tick(self) -> None:
        """Ask and report, unless that happened a moment ago."""
        now = time.monotonic()
        if now < self.next_time:
            return
        self.next_time = now + POLL_SECONDS
        if self.cancelled():
            raise DownloadCancelled(self.name, "download cancelled.", "The next one goes on from here.")
        self.report(self.done, self.total)


class _Part:
    """The partial file, whose lock this process holds, and the checksum of its first `position` bytes."""

    def __init__(self, path: Path, stream: FileIO, watch: _Watch) -> None:
        self.path, self.stream, self.watch = path, stream, watch
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
            self.watch.tick()
        with _explained(self.path):
            self.stream.seek(self.position)

    def write(self, chunk: bytes) -> None:
        """Write and hash the next bytes. Unbuffered: a killed process loses nothing that was reported."""
        rest = memoryview(chunk)
        with _explained(self.path):
            while rest:
                rest = rest[self.stream.write(rest) :]
        self.digest.update(chunk)
        self.position += len(chunk)

    def discard(self) -> None:
        """Forget every byte."""
        with _explained(self.path):
            self.stream.truncate(0)
        self.start_at(0)

    def matches(self, md5: str) -> bool:
        """Say whether the bytes up to `position` are the whole file."""
        return self.digest.hexdigest() == md5.lower()

    def publish(self, target: Path) -> None:
        """Give the file its name, in an order that survives a power cut: the bytes first, then the name."""
        with _explained(target):
            self.stream.truncate(self.position)
            os.fsync(self.stream.fileno())
            self.path.replace(target)
            directory = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)


class _MirrorError(Exception):
    """What one mirror did wrong, in a few words that follow its name."""


class _RangeError(_MirrorError):
    """The mirror cannot go on where the partial file ends, but may send the whole file."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a mirror says it sends: bytes from `start` on, of `total` if it says how many."""

    start: int
    total: int | None
    content_type: str


_Letter = _Answer | bytes | _MirrorError


def _complete(part: _Part, file: RemoteFile, limits: Limits) -> None:
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
                _take_from(url, part, file.md5, limits)
            except _MirrorError as failure:
                failures[url] = _blame(url, failure)
            if part.size <= size_before:
                mirrors.remove(url)
    if not part.matches(file.md5):
        raise InputError(file.name, f"could not be fetched: {'; '.join(failures.values())}.", NETWORK_HINT)


def _take_from(url: str, part: _Part, md5: str, limits: Limits) -> None:
    """Ask one mirror for the rest, and for everything if the rest does not fit what is there."""
    for start in (part.size, 0) if part.size else (0,):
        try:
            answer = _receive(url, start, part, limits)
        except _RangeError:
            continue
        if part.matches(md5):
            return
        part.discard()
        if answer.start == 0:
            raise _MirrorError(f"sent something else ({answer.content_type})")


def _receive(url: str, start: int, part: _Part, limits: Limits) -> _Answer:
    """Write the body of one answer into the partial file and return what the mirror said about it."""
    answer = _Answer(start, None, "")
    with closing(_letters(url, start, part.watch, limits)) as letters:
        for letter in letters:
            if isinstance(letter, bytes):
                part.write(letter)
            else:
                answer = letter
                # A mirror that ignores ranges writes over the old bytes, which stay useful if it breaks off.
                part.start_at(answer.start)
            if max(answer.total or 0, part.position) > limits.largest_bytes:
                part.discard()
                raise _MirrorError("sends more than any data set has")
            part.watch.done, part.watch.total = part.position, answer.total or 0
    if answer.total is not None and part.position < answer.total:
        raise _MirrorError(f"broke off after {part.position:,} of {answer.total:,} bytes")
    return answer


def _letters(url: str, start: int, watch: _Watch, limits: Limits) -> Generator[_Answer | bytes, None, None]:
    """Yield a mirror's answer, then its body in pieces, giving up on a mirror that lets the caller wait.

    The network has a thread to itself: nothing else can interrupt a name server or a handshake that hangs.
    A thread given up ends with its next byte or time-out; it owns nothing but its socket.
    """
    mailbox: Queue[_Letter] = Queue(CHUNKS_IN_FLIGHT)
    abandoned = threading.Event()
    arguments = (url, start, limits.stall_seconds, mailbox, abandoned)
    threading.Thread(target=_deliver, args=arguments, name=f"download {watch.name}", daemon=True).start()
    enough = limits.stall_seconds * limits.slowest_rate
    waited, received = 0.0, 0.0
    try:
        while waited < limits.stall_seconds:
            watch.tick()
            asked = time.monotonic()
            letter = _next_letter(mailbox, POLL_SECONDS)
            waited += time.monotonic() - asked
            if letter is None:
                continue
            if isinstance(letter, _MirrorError):
                raise letter
            if letter == b"":
                return
            yield letter
            received += len(letter) if isinstance(letter, bytes) else enough
            if received >= enough:
                waited, received = 0.0, 0.0
        raise _MirrorError(TOO_SLOW)
    finally:
        abandoned.set()
        while _next_letter(mailbox, 0) is not None:
            pass  # makes room, so that the thread cannot hang on a full mailbox


def _next_letter(mailbox: Queue[_Letter], timeout: float) -> _Letter | None:
    try:
        return mailbox.get(timeout=timeout)
    except Empty:
        return None


def _deliver(url: str, start: int, timeout: float, mailbox: Queue[_Letter], abandoned: threading.Event) -> None:
    """Put a mirror's answer, its body in pieces and an empty piece into the mailbox, or what went wrong."""
    try:
        with _open(url, start, timeout) as response:
            mailbox.put(_answer(response, start))
            while not abandoned.is_set():
                # read1 hands on what has arrived; read would wait for a full chunk, or for ever.
                chunk = response.read1(CHUNK_BYTES)
                mailbox.put(chunk)
                if not chunk:
                    return
    except _MirrorError as error:
        mailbox.put(error)
    except (OSError, http.client.HTTPException, ValueError) as error:
        mailbox.put(_MirrorError(_reason(error)))


def _open(url: str, start: int, timeout: float) -> http.client.HTTPResponse:
    """Send the request, follow redirects and return the first other response, whatever its status.

    Departs from urllib's own redirects, which read the whole body of a redirect into memory and allow FTP.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
        opener.add_handler(handler())
    headers = {"User-Agent": "vitdash"} | ({"Range": f"bytes={start}-"} if start else {})
    for _ in range(MOST_REDIRECTS + 1):
        if urlsplit(url).scheme not in {"http", "https"}:
            raise _MirrorError(f"leads neither to http nor to https, but to {url}")
        request = urllib.request.Request(url, headers=headers)
        response: http.client.HTTPResponse = opener.open(request, timeout=timeout)
        location = response.headers.get("Location")
        if not 300 <= response.status < 400 or location is None:
            return response
        response.close()
        url = urljoin(url, location)
    raise _MirrorError("redirects without an end")


def _answer(response: http.client.HTTPResponse, asked: int) -> _Answer:
    """Judge a mirror's status and headers; `asked` is the byte from which the rest was asked for."""
    content_type = response.headers.get("Content-Type", "of unknown type")
    if response.status == HTTPStatus.OK:
        return _Answer(0, response.length, content_type)
    if asked and response.status == HTTPStatus.PARTIAL_CONTENT:
        content_range = response.headers.get("Content-Range", "")
        found = re.fullmatch(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)", content_range)
        if found is None or int(found[1]) != asked:
            raise _RangeError("sent another range than the one asked for")
        return _Answer(asked, None if found[2] == "*" else int(found[2]), content_type)
    if asked and response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise _RangeError("has nothing beyond what is there")
    raise _MirrorError(f"answered {response.status} {response.reason}")


def _reason(error: Exception) -> str:
    """Say in a few words what kept a connection from working."""
    cause = error.reason if isinstance(error, URLError) else error
    match cause:
        case TimeoutError():
            return TOO_SLOW
        case http.client.IncompleteRead():
            return "broke off in mid-file"
        case OSError():
            return f"failed: {cause.strerror or cause}"
        case _:
            return f"does not speak HTTP properly: {cause}"


def _blame(url: str, failure: _MirrorError) -> str:
    """Name the mirror and its failure; what a server says is cut short and cannot move a cursor."""
    host = url.partition("://")[2].partition("/")[0]
    printable = (character for character in f"{host or url} {failure}" if character.isprintable())
    return "".join(printable)[:LONGEST_REASON].strip()


@contextmanager
def _locked_part(path: Path, watch: _Watch) -> Iterator[_Part]:
    """Open the partial file and hold its lock, waiting for whoever else has it.

    The partial file is its own lock, so nothing is left lying about: renamed, it takes the lock along to its
    final name, and whoever waited for it sees that its path now leads elsewhere and opens it anew.
    """
    while True:
        with _explained(path):
            # A link planted in a shared folder must not make this process write elsewhere.
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        with FileIO(descriptor, "r+") as stream:
            while not _try_lock(stream, path):
                watch.done = os.fstat(descriptor).st_size
                watch.tick()
                time.sleep(POLL_SECONDS)
            if not _leads_to(path, stream):
                continue
            part = _Part(path, stream, watch)
            try:
                yield part
            finally:
                if part.size == 0 and _leads_to(path, stream):
                    path.unlink()
            return


def _try_lock(stream: FileIO, path: Path) -> bool:
    with _explained(path):
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


def _is_whole(target: Path, md5: str, watch: _Watch) -> bool:
    with _explained(target):
        if not target.exists():
            return False
    return md5_of(target, watch.tick) == md5.lower()


def _chunks(path: Path, size: int = sys.maxsize) -> Iterator[bytes]:
    """Yield the first `size` bytes of a file; what the caller raises is not taken for the file's trouble."""
    with _explained(path), open(path, "rb", buffering=0) as stream:
        while chunk := stream.read(min(CHUNK_BYTES, size)):
            yield chunk
            size -= len(chunk)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn trouble with a file into a sentence."""
    try:
        yield
    except FileExistsError as error:
        raise InputError(str(path), "is a file, not a folder.", FOLDER_HINT) from error
    except OSError as error:
        raise InputError(str(path), f"cannot be used: {error.strerror or error}.", FOLDER_HINT) from error
