"""A data set's file arrives whole or not at all, whatever servers, disks, other processes and users do."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import random
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.hostile_server import (
    Behaviour,
    HostileServer,
    answers,
    endless,
    redirects_with_an_endless_body,
    running,
    says,
    sends,
    silent,
    stops_in_the_headers,
    trickles,
)
from vitdash.data import download
from vitdash.data.download import DownloadCancelled, RemoteFile, fetch
from vitdash.data.mirror import Limits
from vitdash.data.partial_file import md5_of
from vitdash.errors import InputError

BODY = random.Random(0).randbytes(300_000)
HALF = len(BODY) // 2
MD5 = hashlib.md5(BODY).hexdigest()
NAME = "images.gz"
PATIENT = Limits(stall_seconds=30)
HASTY = Limits(stall_seconds=0.4, largest_bytes=2_000_000)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileServer]:
    """Run a hostile server, reached without a proxy, and see that no download leaves a thread behind."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with running() as server:
        yield server
    for thread in threading.enumerate():
        if thread.name.startswith("download "):
            thread.join(timeout=10)
            assert not thread.is_alive()


class Caller:
    """What a caller of `fetch` hands over: it keeps the reports and cancels after a certain one."""

    def __init__(self, cancel_after: tuple[int, int] | None = None) -> None:
        self.reports: list[tuple[int, int]] = []
        self.cancel_after = cancel_after

    def report(self, done: int, total: int) -> None:
        """Keep what was reported."""
        self.reports.append((done, total))

    def cancelled(self) -> bool:
        """Cancel once so much has been reported."""
        return self.cancel_after in self.reports


def remote(*urls: str) -> RemoteFile:
    return RemoteFile(NAME, MD5, urls)


def fetch_quietly(directory: Path, *urls: str, limits: Limits = PATIENT) -> Path:
    caller = Caller()
    return fetch(remote(*urls), directory, caller.report, caller.cancelled, limits)


def names_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def refused_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def test_a_file_arrives_whole_and_alone(server: HostileServer, tmp_path: Path) -> None:
    """The directory is made, the file is what the mirror sent, and no lock or partial file is left over."""
    path = fetch_quietly(tmp_path / "new" / "raw", server.serve("/a", sends(BODY)))
    assert path == tmp_path / "new" / "raw" / NAME
    assert path.read_bytes() == BODY
    assert names_in(path.parent) == {NAME}


def test_mirrors_are_asked_in_order_of_preference(server: HostileServer, tmp_path: Path) -> None:
    """A mirror behind one that delivers is left alone."""
    first, second = (server.serve(path, sends(BODY)) for path in ("/first", "/second"))
    fetch_quietly(tmp_path, first, second)
    assert [request.target for request in server.requests] == ["/first"]


def test_progress_ends_with_the_whole_and_does_not_flood(server: HostileServer, tmp_path: Path) -> None:
    """A report costs its receiver something, so there are ten a second at most, and one at the end."""
    caller, started = Caller(), time.monotonic()
    fetch(remote(server.serve("/a", sends(BODY))), tmp_path, caller.report, caller.cancelled)
    assert caller.reports[-1] == (len(BODY), len(BODY))
    assert len(caller.reports) <= 2 + (time.monotonic() - started) / 0.1
    assert all(done <= total for done, total in caller.reports if total)


def test_a_whole_file_needs_neither_network_nor_a_writable_directory(tmp_path: Path) -> None:
    """In a shared, read-only folder a file is checked and used; nothing is created, not even a lock."""
    (tmp_path / NAME).write_bytes(BODY)
    before = tmp_path.stat().st_mtime_ns
    assert fetch_quietly(tmp_path) == tmp_path / NAME
    assert tmp_path.stat().st_mtime_ns == before


def test_a_corrupted_file_is_repaired(server: HostileServer, tmp_path: Path) -> None:
    """A flipped byte is noticed by the checksum, not by the size."""
    (tmp_path / NAME).write_bytes(b"?" + BODY[1:])
    assert fetch_quietly(tmp_path, server.serve("/a", sends(BODY))).read_bytes() == BODY


def test_a_corrupted_file_stays_until_its_successor_is_whole(server: HostileServer, tmp_path: Path) -> None:
    """A failed repair destroys nothing."""
    (tmp_path / NAME).write_bytes(b"corrupted")
    with pytest.raises(InputError):
        fetch_quietly(tmp_path, server.serve("/a", sends(BODY, stop_after=HALF, ranges=False)))
    assert (tmp_path / NAME).read_bytes() == b"corrupted"


def test_an_interrupted_download_goes_on_where_it_stopped(server: HostileServer, tmp_path: Path) -> None:
    """Bytes that are there are not asked for again, and count as progress."""
    (tmp_path / f"{NAME}.part").write_bytes(BODY[:HALF])
    caller = Caller()
    path = fetch(remote(server.serve("/a", sends(BODY))), tmp_path, caller.report, caller.cancelled)
    assert path.read_bytes() == BODY
    assert [request.first_byte for request in server.requests] == [HALF]


def test_a_download_that_died_just_before_the_end_needs_no_network(tmp_path: Path) -> None:
    """All bytes arrived, the process died before the file had its name: only the name is missing."""
    (tmp_path / f"{NAME}.part").write_bytes(BODY)
    assert fetch_quietly(tmp_path, refused_address()).read_bytes() == BODY
    assert names_in(tmp_path) == {NAME}


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(sends(BODY, ranges=False), id="ignores ranges"),
        pytest.param(sends(BODY, content_range=f"bytes 7-{len(BODY)}/{len(BODY)}"), id="sends another range"),
        pytest.param(sends(BODY, content_range=None), id="does not say which range"),
        pytest.param(sends(BODY, content_range="bytes many/more"), id="sends a range that is none"),
        pytest.param(sends(BODY, total=len(BODY) - 9), id="says that the file has shrunk"),
        pytest.param(sends(BODY, content_range=f"bytes {HALF}-{len(BODY) - 1}/*"), id="does not know the total"),
    ],
)
@pytest.mark.parametrize("old", [BODY[:HALF], b"?" * HALF], ids=["good bytes", "bad bytes"])
def test_resuming_survives_what_servers_do_to_ranges(
    server: HostileServer, tmp_path: Path, behaviour: Behaviour, old: bytes
) -> None:
    """Whatever a server makes of a range, and whether the old bytes were good, one mirror is enough."""
    (tmp_path / f"{NAME}.part").write_bytes(old)
    assert fetch_quietly(tmp_path, server.serve("/a", behaviour)).read_bytes() == BODY


@pytest.mark.parametrize("size", [len(BODY), len(BODY) + 1, 3_000_000], ids=["as long", "longer", "too long"])
def test_a_partial_file_no_server_can_continue_is_begun_again(server: HostileServer, tmp_path: Path, size: int) -> None:
    """Answer 416 means that the old bytes are of no use."""
    (tmp_path / f"{NAME}.part").write_bytes(bytes(size))
    assert fetch_quietly(tmp_path, server.serve("/a", sends(BODY)), limits=HASTY).read_bytes() == BODY


HOSTILE = [
    pytest.param(sends(BODY[:HALF]), "something else (application/x-gzip)", id="truncated file"),
    pytest.param(sends(BODY, stop_after=HALF, ranges=False), "broke off after 150,000 of", id="breaks off"),
    pytest.param(sends(BODY, claimed_length=HALF), "something else", id="claims too little"),
    pytest.param(sends(BODY[::-1], claimed_length=400_000), "broke off", id="claims too much"),
    pytest.param(sends(BODY[::-1], claimed_length=None), "something else", id="another file, no length"),
    pytest.param(sends(BODY + b"more"), "something else", id="trailing bytes"),
    pytest.param(sends(b""), "something else", id="empty file"),
    pytest.param(
        answers("200 OK", b"<html>Please log in</html>", Content_Type="text/html"),
        "(text/html)",
        id="login page",
    ),
    pytest.param(answers("404 Not Found", b"<html>"), "answered 404 Not Found", id="404"),
    pytest.param(answers("500 Internal Server Error"), "answered 500", id="500"),
    pytest.param(answers("503 Slow Down"), "answered 503 Slow Down", id="503"),
    pytest.param(answers("204 No Content"), "answered 204", id="204"),
    pytest.param(answers("206 Partial Content", BODY), "answered 206", id="206 unasked"),
    pytest.param(answers("302 Found", Location="/hostile"), "redirects without an end", id="redirect loop"),
    pytest.param(answers("302 Found"), "answered 302", id="redirect to nowhere"),
    pytest.param(answers("302 Found", Location="file:///etc/passwd"), "neither to http nor to https", id="to a file"),
    pytest.param(answers("302 Found", Location="ftp://127.0.0.1/"), "neither to http nor to https", id="to ftp"),
    pytest.param(answers("302 Found", Location="http://[oops/"), "does not speak HTTP", id="to no address"),
    pytest.param(redirects_with_an_endless_body, "redirects without an end", id="redirect with an endless body"),
    pytest.param(says(b""), "failed: Remote end closed", id="hangs up"),
    pytest.param(says(b"220 ready for mail\r\n\r\n"), "does not speak HTTP", id="not HTTP"),
    pytest.param(says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), "does not speak HTTP", id="200 headers"),
    pytest.param(
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), "broke off", id="broken chunk"
    ),
    pytest.param(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello"), "", id="negative chunk"),
    pytest.param(endless, "more than any data set", id="endless body"),
    pytest.param(sends(BODY, claimed_length=10**12), "more than any data set", id="claims a terabyte"),
    pytest.param(silent, "was silent", id="silent"),
    pytest.param(stops_in_the_headers, "was silent", id="stops in the headers"),
    pytest.param(sends(BODY[::-1], stop_after=HALF, then_holds=True, ranges=False), "was silent", id="stalls"),
    pytest.param(trickles, "was silent, or nearly so", id="trickles"),
]


@pytest.mark.parametrize(("behaviour", "reason"), HOSTILE)
def test_a_mirror_that_misbehaves_is_named_and_the_next_one_helps(
    server: HostileServer, tmp_path: Path, behaviour: Behaviour, reason: str
) -> None:
    """Alone it is an error in a sentence and no file; with a good mirror behind it, it costs only time."""
    hostile, good = server.serve("/hostile", behaviour), server.serve("/good", sends(BODY))
    with pytest.raises(InputError) as caught:
        fetch_quietly(tmp_path, hostile, limits=HASTY)
    assert caught.value.title == NAME
    assert f"could not be fetched: {server.address}" in caught.value.message
    assert reason in caught.value.message
    assert names_in(tmp_path) <= {f"{NAME}.part"}
    assert fetch_quietly(tmp_path, hostile, good, limits=HASTY).read_bytes() == BODY


def test_a_mirror_that_claims_too_much_may_still_deliver(server: HostileServer, tmp_path: Path) -> None:
    """The checksum decides, not the header: every byte has arrived."""
    url = server.serve("/a", sends(BODY, claimed_length=len(BODY) + 10))
    assert fetch_quietly(tmp_path, url).read_bytes() == BODY


def test_a_mirror_without_a_length_delivers(server: HostileServer, tmp_path: Path) -> None:
    """Until the end the total is reported as unknown."""
    caller, url = Caller(), server.serve("/a", sends(BODY, claimed_length=None))
    assert fetch(remote(url), tmp_path, caller.report, caller.cancelled).read_bytes() == BODY
    assert {total for _, total in caller.reports[:-1]} == {0}


def test_a_mirror_that_breaks_off_again_and_again_still_delivers(server: HostileServer, tmp_path: Path) -> None:
    """As long as each answer brings the file nearer, the same mirror is asked for the rest."""
    url = server.serve("/a", sends(BODY, stop_after=HALF // 2))
    assert fetch_quietly(tmp_path, url).read_bytes() == BODY
    assert [request.first_byte for request in server.requests] == [0, HALF // 2, HALF, HALF + HALF // 2]


def test_what_a_stalled_mirror_sent_is_not_asked_of_the_next(server: HostileServer, tmp_path: Path) -> None:
    """Partial bytes are kept from mirror to mirror."""
    stalled = server.serve("/stalled", sends(BODY, stop_after=HALF, then_holds=True))
    fetch_quietly(tmp_path, stalled, server.serve("/good", sends(BODY)), limits=HASTY)
    assert [(request.target, request.first_byte) for request in server.requests] == [
        ("/stalled", 0),
        ("/good", HALF),
    ]


def test_bad_bytes_of_one_mirror_do_not_spoil_the_next(server: HostileServer, tmp_path: Path) -> None:
    """A checksum that fails after resuming may be the old bytes' fault: the mirror is asked for all."""
    bad = server.serve("/bad", sends(BODY[::-1], stop_after=HALF))
    assert fetch_quietly(tmp_path, bad, server.serve("/good", sends(BODY))).read_bytes() == BODY
    assert [request.first_byte for request in server.requests] == [0, HALF, 0]


@pytest.mark.parametrize(
    ("behaviour", "asked"),
    [
        pytest.param(sends(BODY, stop_after=1000, ranges=False), [HALF, HALF], id="ignores ranges"),
        pytest.param(sends(BODY, stop_after=1000, content_range="bytes 7-9/10"), [HALF, 0, HALF], id="another range"),
    ],
)
def test_a_mirror_that_begins_again_and_breaks_off_loses_nothing(
    server: HostileServer, tmp_path: Path, behaviour: Behaviour, asked: list[int]
) -> None:
    """What lies on disk behind the beginning it sends again stays for the next mirror."""
    (tmp_path / f"{NAME}.part").write_bytes(BODY[:HALF])
    stubborn, good = server.serve("/stubborn", behaviour), server.serve("/good", sends(BODY))
    assert fetch_quietly(tmp_path, stubborn, good).read_bytes() == BODY
    assert [request.first_byte for request in server.requests] == asked


def test_redirects_are_followed_with_the_range(server: HostileServer, tmp_path: Path) -> None:
    """Mirrors often send to another host; the rest is asked of that one too."""
    (tmp_path / f"{NAME}.part").write_bytes(BODY[:HALF])
    server.serve("/there", sends(BODY))
    assert fetch_quietly(tmp_path, server.serve("/here", answers("301 Moved", Location="there"))).read_bytes() == BODY
    assert [request.first_byte for request in server.requests] == [HALF, HALF]


def test_a_mirror_must_be_on_the_web(tmp_path: Path) -> None:
    """An address that leads to a local file is not read, even if the file is the right one."""
    (tmp_path / "local").write_bytes(BODY)
    with pytest.raises(InputError, match="neither to http nor to https"):
        fetch_quietly(tmp_path / "data", (tmp_path / "local").as_uri())


@pytest.mark.parametrize("url", ["http://[oops/", "http://localhost:port/", "http:///", "oops", ""])
def test_an_address_that_is_none_is_an_input_error(tmp_path: Path, url: str) -> None:
    """A plug-in's data set may have a typing error in its addresses."""
    with pytest.raises(InputError, match="could not be fetched"):
        fetch_quietly(tmp_path, url)


def test_the_proxy_of_the_environment_is_used(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clusters often reach the web through a proxy only."""
    url = "http://mirror.invalid/images.gz"
    server.serve(url, sends(BODY))
    monkeypatch.setenv("http_proxy", f"http://{server.address}")
    assert fetch_quietly(tmp_path, url).read_bytes() == BODY


def test_without_any_mirror_the_error_says_what_to_do(server: HostileServer, tmp_path: Path) -> None:
    """One cause per mirror, the two ways out, nothing that could move a cursor, nothing left over."""
    rude = server.serve("/rude", says(b"HTTP/1.1 404 \x1b[2J\x07gone\xc2\x9b\r\n\r\n"))
    with pytest.raises(InputError) as caught:
        fetch_quietly(tmp_path, refused_address(), rude)
    refused_part, rude_part = caught.value.message.split("; ")
    assert refused_part.endswith("failed: Connection refused")
    assert rude_part.startswith(f"{server.address} answered 404 [2Jgone")
    assert str(caught.value).isprintable()
    assert "--data-dir" in caught.value.hint
    assert "--dataset digits" in caught.value.hint
    assert names_in(tmp_path) == set()


def test_a_name_that_cannot_be_looked_up_is_an_input_error(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off line, the sentence is the system's own."""

    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(InputError, match=r": mirror\.invalid failed: Name or service not known"):
        fetch_quietly(tmp_path, "http://mirror.invalid/")


def test_a_name_server_that_hangs_is_given_up(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time-out of a socket covers the look-up of a name; the caller's patience does."""

    def hang(*arguments: object, **options: object) -> None:
        server.hold()
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(InputError, match="was silent"):
        fetch_quietly(tmp_path, "http://mirror.invalid/", limits=HASTY)


def test_cancelling_ends_a_stalled_download_at_once_and_keeps_its_bytes(server: HostileServer, tmp_path: Path) -> None:
    """Stop must answer within a second, also while a mirror that would be waited for long says nothing."""
    caller = Caller(cancel_after=(HALF, len(BODY)))
    url = server.serve("/a", sends(BODY, stop_after=HALF, then_holds=True))
    started = time.monotonic()
    with pytest.raises(DownloadCancelled):
        fetch(remote(url), tmp_path, caller.report, caller.cancelled, PATIENT)
    assert time.monotonic() - started < PATIENT.stall_seconds / 2
    assert (tmp_path / f"{NAME}.part").read_bytes() == BODY[:HALF]
    server.serve("/a", sends(BODY))
    assert fetch_quietly(tmp_path, url).read_bytes() == BODY
    assert [request.first_byte for request in server.requests] == [0, HALF]


def test_a_callers_own_trouble_is_not_taken_for_the_disks(server: HostileServer, tmp_path: Path) -> None:
    """A report that cannot be written is the caller's error: it passes through, unexplained."""

    def report(done: int, total: int) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    (tmp_path / NAME).write_bytes(b"corrupted")
    with pytest.raises(BrokenPipeError):
        fetch(remote(server.serve("/a", sends(BODY))), tmp_path, report, lambda: False)


CHILD = """
import pathlib, sys
from vitdash.data.download import RemoteFile, fetch

file = RemoteFile(sys.argv[1], sys.argv[2], (sys.argv[3],))
report = lambda done, total: print(done, total, flush=True)
fetch(file, pathlib.Path(sys.argv[4]), report, lambda: False)
"""


@pytest.fixture
def child(server: HostileServer, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that fetches half of the file and then waits for the server."""
    url = server.serve("/a", sends(BODY, stop_after=HALF, then_holds=True))
    arguments = [sys.executable, "-c", CHILD, NAME, MD5, url, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(Path(download.__file__).parents[2])}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.split() == [str(HALF), str(len(BODY))]:
                break
        yield process
        process.kill()


def test_a_killed_process_leaves_its_bytes_and_no_lock(
    server: HostileServer, tmp_path: Path, child: subprocess.Popen[str]
) -> None:
    """What a process reported is on disk, though it was killed without a chance to tidy up."""
    child.kill()
    child.wait()
    assert names_in(tmp_path) == {f"{NAME}.part"}
    assert fetch_quietly(tmp_path, server.serve("/a", sends(BODY))).read_bytes() == BODY
    assert [request.first_byte for request in server.requests] == [0, HALF]


def test_of_two_processes_one_downloads_and_the_other_finds_the_file(
    server: HostileServer, tmp_path: Path, child: subprocess.Popen[str]
) -> None:
    """The second waits, reports what has arrived, and asks for nothing once the first has finished."""
    reports: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        reports.append((done, total))
        if len(reports) == 2:  # by now it waits for the lock: let the first one finish
            server.serve("/a", sends(BODY))
            server.released.set()

    assert fetch(remote("http://127.0.0.1:9/"), tmp_path, report, lambda: False).read_bytes() == BODY
    assert reports[1] == (HALF, 0)
    assert child.wait() == 0
    assert [request.first_byte for request in server.requests] == [0, HALF]
    assert names_in(tmp_path) == {NAME}


def test_waiting_for_another_process_can_be_cancelled(tmp_path: Path) -> None:
    """The other one may be stopped for good; whoever waits for it is not."""
    part, caller = tmp_path / f"{NAME}.part", Caller(cancel_after=(HALF, 0))
    part.write_bytes(BODY[:HALF])
    with open(part, "ab") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(DownloadCancelled):
            fetch(remote(), tmp_path, caller.report, caller.cancelled)
    assert part.read_bytes() == BODY[:HALF]


def test_a_partial_file_that_vanishes_while_waited_for_is_opened_anew(server: HostileServer, tmp_path: Path) -> None:
    """A process that failed removes its empty partial file; whoever waited must not write into the void."""
    url = server.serve("/a", sends(BODY))
    part = tmp_path / f"{NAME}.part"
    with open(part, "wb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)

        def report(done: int, total: int) -> None:
            if not holder.closed:
                part.unlink()
                holder.close()

        assert fetch(remote(url), tmp_path, report, lambda: False).read_bytes() == BODY


def test_the_bytes_reach_the_disk_before_the_name(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut a file with the right name must have the right bytes."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        steps.append(f"fsync {Path(f'/dev/fd/{descriptor}').is_dir()}")
        fsync(descriptor)

    def watched_replace(source: Path, target: Path) -> Path:
        steps.append("replace")
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    fetch_quietly(tmp_path, server.serve("/a", sends(BODY)))
    assert steps == ["fsync False", "replace", "fsync True"]


def test_a_directory_that_is_a_file_is_an_input_error(tmp_path: Path) -> None:
    """It says which path is wrong and which option changes it, also if only a parent is a file."""
    (tmp_path / "data").write_text("")
    for directory in (tmp_path / "data", tmp_path / "data" / "raw"):
        with pytest.raises(InputError, match=r"not a folder|Not a directory") as caught:
            fetch_quietly(directory)
        assert caught.value.title == str(directory)
        assert "--data-dir" in caught.value.hint


@pytest.mark.parametrize("name", [NAME, f"{NAME}.part"])
def test_a_folder_where_the_file_should_be_is_an_input_error(tmp_path: Path, name: str) -> None:
    """It is noticed before anything is downloaded."""
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="Is a directory"):
        fetch_quietly(tmp_path, refused_address())


def test_a_linked_partial_file_is_not_followed(server: HostileServer, tmp_path: Path) -> None:
    """In a folder that others can write to, a planted link must not send the download over another file."""
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / f"{NAME}.part").symlink_to(precious)
    with pytest.raises(InputError, match="cannot be used"):
        fetch_quietly(tmp_path, server.serve("/a", sends(BODY)))
    assert precious.read_text() == "mine"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_a_directory_that_cannot_be_written_to_is_an_input_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Permissions are simulated, because they do not stop the superuser, whom containers often run as."""

    def refuse(path: Path, flags: int, mode: int = 0) -> int:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(InputError) as caught:
        fetch_quietly(tmp_path)
    assert caught.value.title == str(tmp_path / f"{NAME}.part")
    assert os.strerror(number) in caught.value.message
    assert "--data-dir" in caught.value.hint


def test_a_disk_that_fills_up_is_an_input_error(server: HostileServer, tmp_path: Path) -> None:
    """It is nobody's fault among the mirrors: no other one is asked. What fits is kept."""
    urls = server.serve("/a", sends(BODY)), server.serve("/b", sends(BODY))
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, hard))
    try:
        with pytest.raises(InputError, match="File too large"):
            fetch_quietly(tmp_path, *urls)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [request.target for request in server.requests] == ["/a"]
    assert (tmp_path / f"{NAME}.part").read_bytes() == BODY[:HALF]


def test_md5_of_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    """The one function for checksums speaks in the same sentences."""
    with pytest.raises(InputError, match="No such file"):
        md5_of(tmp_path / NAME)
