"""Asks one mirror for a file or the rest of it, with limited patience. Must not know where the bytes go."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from http import HTTPStatus
from queue import Empty, Queue
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit

CHUNK_BYTES = 1 << 17
CHUNKS_IN_FLIGHT = 16
POLL_SECONDS = 0.1
MOST_REDIRECTS = 5
LONGEST_REASON = 120
TOO_SLOW = "was silent, or nearly so, for too long"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a mirror may cost: seconds of silence, bytes a second below which it counts as silent, bytes."""

    stall_seconds: float = 20.0
    slowest_rate: float = 1024.0
    largest_bytes: int = 1 << 30


class MirrorError(Exception):
    """What one mirror did wrong, in a few words that follow its name."""


class RangeError(MirrorError):
    """The mirror cannot go on where the partial file ends, but may send the whole file."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mirror says it sends: bytes from `start` on, of `total` if it says how many."""

    start: int
    total: int | None
    content_type: str


_Letter = Answer | bytes | MirrorError


def letters(url: str, start: int, tick: Callable[[], None], limits: Limits) -> Generator[Answer | bytes, None, None]:
    """Yield a mirror's answer, then its body in pieces, giving up on a mirror that lets the caller wait.

    The network has a thread to itself: nothing else can interrupt a name server or a handshake that hangs.
    A thread given up ends with its next byte or time-out; it owns nothing but its socket.
    """
    mailbox: Queue[_Letter] = Queue(CHUNKS_IN_FLIGHT)
    abandoned = threading.Event()
    arguments = (url, start, limits.stall_seconds, mailbox, abandoned)
    threading.Thread(target=_deliver, args=arguments, name=f"download {url}", daemon=True).start()
    enough = limits.stall_seconds * limits.slowest_rate
    waited, received = 0.0, 0.0
    try:
        while waited < limits.stall_seconds:
            tick()
            asked = time.monotonic()
            letter = _next_letter(mailbox, POLL_SECONDS)
            waited += time.monotonic() - asked
            if letter is None:
                continue
            if isinstance(letter, MirrorError):
                raise letter
            if letter == b"":
                return
            yield letter
            received += len(letter) if isinstance(letter, bytes) else enough
            if received >= enough:
                waited, received = 0.0, 0.0
        raise MirrorError(TOO_SLOW)
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
    except MirrorError as error:
        mailbox.put(error)
    except (OSError, http.client.HTTPException, ValueError) as error:
        mailbox.put(MirrorError(_reason(error)))


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
            raise MirrorError(f"leads neither to http nor to https, but to {url}")
        request = urllib.request.Request(url, headers=headers)
        response: http.client.HTTPResponse = opener.open(request, timeout=timeout)
        location = response.headers.get("Location")
        if not 300 <= response.status < 400 or location is None:
            return response
        response.close()
        url = urljoin(url, location)
    raise MirrorError("redirects without an end")


def _answer(response: http.client.HTTPResponse, asked: int) -> Answer:
    """Judge a mirror's status and headers; `asked` is the byte from which the rest was asked for."""
    content_type = response.headers.get("Content-Type", "of unknown type")
    if response.status == HTTPStatus.OK:
        return Answer(0, response.length, content_type)
    if asked and response.status == HTTPStatus.PARTIAL_CONTENT:
        content_range = response.headers.get("Content-Range", "")
        found = re.fullmatch(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)", content_range)
        if found is None or int(found[1]) != asked:
            raise RangeError("sent another range than the one asked for")
        return Answer(asked, None if found[2] == "*" else int(found[2]), content_type)
    if asked and response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise RangeError("has nothing beyond what is there")
    raise MirrorError(f"answered {response.status} {response.reason}")


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


def blame(url: str, failure: MirrorError) -> str:
    """Name the mirror and its failure; what a server says is cut short and cannot move a cursor."""
    host = url.partition("://")[2].partition("/")[0]
    printable = (character for character in f"{host or url} {failure}" if character.isprintable())
    return "".join(printable)[:LONGEST_REASON].strip()
