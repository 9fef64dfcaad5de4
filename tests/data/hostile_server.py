"""A web server on 127.0.0.1 that misbehaves as told. Must not know who talks to it."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase

TRICKLE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked: a path (a whole address, if it takes this server for a proxy) and its headers."""

    target: str
    headers: Mapping[str, str]

    @property
    def first_byte(self) -> int:
        """Where the range asked for begins; 0 without one."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the way to answer it, byte by byte."""

    request: Request
    write: Callable[[bytes], object]
    hold: Callable[[], None]
    """Stay silent, the connection open, until the test ends or releases the server."""

    trickle: Callable[[bytes], None]

    def head(self, status: str, **headers: object) -> None:
        """Send a status line and headers; `Content_Length=3` is `Content-Length: 3`, None leaves one out."""
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
        self.write("\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode("latin-1"))


Behaviour = Callable[[Exchange], None]


@dataclass
class HostileServer:
    """Where to reach the server, what it does for each path, and what it was asked."""

    address: str
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Set when no client is to be kept waiting any longer."""

    def serve(self, path: str, behaviour: Behaviour) -> str:
        """Behave so for `path` from now on, and return its address."""
        self.behaviours[path] = behaviour
        return f"http://{self.address}{path}"

    def hold(self) -> None:
        """Keep a client waiting until the test releases it."""
        self.released.wait()


@contextmanager
def running() -> Iterator[HostileServer]:
    """Run a server for the duration of the block; afterwards none of its threads is left."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                request = read_request(self.rfile)
                server.requests.append(request)
                server.behaviours[request.target](Exchange(request, self.wfile.write, server.hold, self.trickle))
            except ConnectionError:
                pass  # the client has had enough, which is what most tests are about

        def trickle(self, body: bytes) -> None:
            for value in body:
                if server.released.wait(TRICKLE_SECONDS):
                    return
                self.wfile.write(bytes([value]))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listener:
        server = HostileServer(f"127.0.0.1:{listener.server_address[1]}")
        acceptor = threading.Thread(target=listener.serve_forever, args=(0.02,))
        acceptor.start()
        try:
            yield server
        finally:
            server.released.set()
            listener.shutdown()
            acceptor.join()


def read_request(stream: BufferedIOBase) -> Request:
    """Read one request that has no body."""
    target = stream.readline().decode().split(" ")[1]
    lines = iter(lambda: stream.readline().decode().strip(), "")
    return Request(target, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)})


def sends(
    body: bytes,
    *,
    stop_after: int | None = None,
    then_holds: bool = False,
    claimed_length: int | None = -1,
    ranges: bool = True,
    content_range: str | None = "",
    total: int | None = None,
) -> Behaviour:
    """Send a file, properly unless told otherwise.

    After `stop_after` bytes the connection ends, or stays open in silence if it `then_holds`.
    `claimed_length` and `content_range` replace the true headers (None leaves them out), `total` the true
    size in Content-Range.
    Without `ranges` the server always sends everything.
    """

    def behave(exchange: Exchange) -> None:
        start = exchange.request.first_byte if ranges else 0
        if start and start >= len(body):
            exchange.head("416 Range Not Satisfiable", Content_Length=0)
            return
        rest = body[start:]
        length = len(rest) if claimed_length == -1 else claimed_length
        if start:
            true_range = f"bytes {start}-{len(body) - 1}/{total or len(body)}"
            shown_range = true_range if content_range == "" else content_range
            exchange.head("206 Partial Content", Content_Length=length, Content_Range=shown_range)
        else:
            exchange.head("200 OK", Content_Length=length, Content_Type="application/x-gzip")
        exchange.write(rest[:stop_after])
        if then_holds:
            exchange.hold()

    return behave


def answers(status: str, body: bytes = b"", **headers: object) -> Behaviour:
    """Answer with a status, headers and a small body."""

    def behave(exchange: Exchange) -> None:
        exchange.head(status, Content_Length=len(body), **headers)
        exchange.write(body)

    return behave


def says(data: bytes) -> Behaviour:
    """Send bytes that need not be HTTP at all, and close."""

    def behave(exchange: Exchange) -> None:
        exchange.write(data)

    return behave


def silent(exchange: Exchange) -> None:
    """Accept the request and say nothing."""
    exchange.hold()


def stops_in_the_headers(exchange: Exchange) -> None:
    """Begin an answer and say nothing more."""
    exchange.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    exchange.hold()


def trickles(exchange: Exchange) -> None:
    """Send a byte now and then: never silent, never done."""
    exchange.head("200 OK", Content_Length=1_000_000)
    exchange.trickle(bytes(1_000_000))


def endless(exchange: Exchange) -> None:
    """Send a body without length and without end."""
    exchange.head("200 OK")
    while True:
        exchange.write(bytes(1 << 16))


def redirects_with_an_endless_body(exchange: Exchange) -> None:
    """Redirect to itself, with a body that never ends."""
    exchange.head("302 Found", Location=exchange.request.target)
    while True:
        exchange.write(bytes(1 << 16))
