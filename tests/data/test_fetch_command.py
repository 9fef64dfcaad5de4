"""`vitdash data fetch` for real, against servers that misbehave, signals, and disks that fill up."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data import small
from tests.data.hostile_server import (
    HostileServer,
    answers,
    redirects_with_an_endless_body,
    running,
    sends,
    silent,
)
from tests.data.small import FOLDER, PACKED, put, put_all, serve
from vitdash.data.stock import State, look
from vitdash.text import size

IMAGES, LABELS = PACKED["images.gz"], PACKED["labels.gz"]
HALF = len(IMAGES) // 2
SIZE = len(IMAGES) + len(LABELS)
FETCH = ("data", "fetch", "small", "--data-dir", "data")
LIST = ("data", "--data-dir", "data")


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with running() as server:
        yield server


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


HOSTILE = {
    "silent": (silent, "was silent, or nearly so, for too long"),
    "stalls": (sends(IMAGES[::-1], stop_after=HALF, then_holds=True), "was silent"),
    "truncates": (sends(IMAGES[:HALF]), "sent something else"),
    "breaks": (sends(IMAGES, stop_after=HALF, ranges=False), "broke off after"),
    "little": (sends(IMAGES, claimed_length=HALF), "sent something else"),
    "much": (sends(IMAGES[::-1], claimed_length=len(IMAGES) + 9, ranges=False), "broke off after"),
    "wrong": (sends(IMAGES[::-1]), "sent something else"),
    "missing": (answers("404 Not Found", b"<html>"), "answered 404 Not Found"),
    "broken": (answers("500 Internal Server Error"), "answered 500 Internal Server Error"),
    "loop": (redirects_with_an_endless_body, "redirects without an end"),
}


def test_whatever_mirrors_do_a_good_one_behind_them_is_enough(server: HostileServer, tmp_path: Path) -> None:
    """Every failure is told, none is fatal, and what arrives is what was published."""
    mirrors = [serve(server, name, images=behaviour) for name, (behaviour, _) in HOSTILE.items()]
    code, stdout, stderr = small.run([*mirrors, serve(server, "good")], *FETCH, cwd=tmp_path)
    assert (code, stderr) == (0, "")
    assert contents(tmp_path / "data" / FOLDER) == PACKED
    assert {f"/{name}/images.gz" for name in [*HOSTILE, "good"]} <= {request.target for request in server.requests}
    for _, told in HOSTILE.values():
        assert told in stdout
    assert stdout.startswith(f"small: fetching {size(SIZE)} into {tmp_path / 'data' / FOLDER}.\n")
    assert stdout.splitlines()[-1].startswith(f"small: whole, {size(SIZE)} in {tmp_path / 'data' / FOLDER}, after ")


def test_mirrors_that_all_fail_are_named_in_one_sentence(server: HostileServer, tmp_path: Path) -> None:
    """And nothing is left that could be taken for the data."""
    mirrors = [serve(server, name, images=HOSTILE[name][0]) for name in ("wrong", "missing")]
    code, _, stderr = small.run(mirrors, *FETCH, "--quiet", cwd=tmp_path)
    assert (code, stderr.count("\n")) == (2, 1)
    assert stderr.startswith(f"vitdash: images.gz: could not be fetched: {server.address} sent something else")
    assert "answered 404 Not Found" in stderr
    assert contents(tmp_path / "data" / FOLDER) == {}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_download_goes_on_where_it_stopped(
    server: HostileServer, tmp_path: Path, number: signal.Signals
) -> None:
    """Not a byte is sent twice, whether the process could tidy up or not."""
    mirror = serve(server, "mirror", images=sends(IMAGES, stop_after=HALF, then_holds=True))
    with small.start([mirror], *FETCH, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert any(line.startswith(f"small: {100 * HALF // SIZE}%, {size(HALF)} of ") for line in process.stdout)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=small.DEADLINE_SECONDS)
    told = f"vitdash: small: interrupted at {size(HALF)} of {size(SIZE)}; what has arrived is kept."
    expected = (-9, "") if number == signal.SIGKILL else (130, f"{told} The same command goes on from there.\n")
    assert (process.returncode, stderr) == expected
    assert contents(tmp_path / "data" / FOLDER) == {"images.gz.part": IMAGES[:HALF]}
    assert look(small.publication(), tmp_path / "data").state is State.PARTIAL
    serve(server, "mirror")
    code, stdout, _ = small.run([mirror], *FETCH, cwd=tmp_path)
    assert (code, stdout.split(" into ")[0]) == (0, f"small: fetching {size(SIZE - HALF)}")
    assert contents(tmp_path / "data" / FOLDER) == PACKED
    assert [(request.target, request.first_byte) for request in server.requests] == [
        ("/mirror/images.gz", 0),
        ("/mirror/images.gz", HALF),
        ("/mirror/labels.gz", 0),
    ]


def test_a_damaged_file_is_found_and_repaired(server: HostileServer, tmp_path: Path) -> None:
    """By its checksum: it is as long as it should be."""
    folder = put(tmp_path / "data", images=IMAGES[:-1] + b"?", labels=LABELS)
    mirror = serve(server, "mirror")
    code, stdout, _ = small.run([mirror], *FETCH, cwd=tmp_path)
    assert (code, stdout.splitlines()[0]) == (
        0,
        f"small: images.gz damaged; fetching {size(len(IMAGES))} into {folder}.",
    )
    assert contents(folder) == PACKED


def test_what_is_there_already_is_not_fetched(server: HostileServer, tmp_path: Path) -> None:
    """It says so, exits with 0 and asks no mirror; programs are told the same as by the list."""
    folder = put_all(tmp_path / "data")
    mirror = serve(server, "mirror")
    told = f"small: is there already, whole: {size(SIZE)} in {folder}.\n"
    assert small.run([mirror], *FETCH, cwd=tmp_path) == (0, told, "")
    code, stdout, stderr = small.run([mirror], *FETCH, "--json", cwd=tmp_path)
    (described,) = json.loads(stdout)
    assert (code, stderr, described["state"], described["checksum"]) == (0, "", "whole", "verified")
    assert json.loads(small.run([mirror], *LIST, "--json", cwd=tmp_path)[1]) == [described]
    assert server.requests == []


def test_a_given_mirror_is_asked_first(server: HostileServer, tmp_path: Path) -> None:
    """With or without a slash at its end; quiet says what came of it and nothing else."""
    given, published = serve(server, "given"), serve(server, "published")
    code, stdout, _ = small.run([published], *FETCH, "--mirror", given.removesuffix("/"), "--quiet", cwd=tmp_path)
    assert (code, stdout.count("\n")) == (0, 1)
    assert [request.target for request in server.requests] == ["/given/images.gz", "/given/labels.gz"]


def limit_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, hard))


def test_a_disk_that_fills_up_in_mid_download_is_named(server: HostileServer, tmp_path: Path) -> None:
    """One sentence; what fits is kept. A limit on the length of files stands for the full disk, everywhere."""
    mirrors = [serve(server, "mirror"), serve(server, "other")]
    code, _, stderr = small.run(mirrors, *FETCH, cwd=tmp_path, preexec_fn=limit_files)
    part = tmp_path / "data" / FOLDER / "images.gz.part"
    assert code == 2
    assert stderr.startswith(f"vitdash: {part}: cannot be used: File too large. Make it writable, with room to spare")
    assert part.read_bytes() == IMAGES[:HALF]
    assert [request.target for request in server.requests] == ["/mirror/images.gz"]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Return a disk of 64 kB; where none can be made, skip loudly."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
        try:
            done = subprocess.run(mount, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount: not tested on a disk that is really full")
        if done.returncode:
            pytest.skip(f"no small disk can be made ({done.stderr.strip()}): not tested on one that is really full")
        try:
            yield Path(folder).resolve()
        finally:
            subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_really_full_is_named_before_and_in_mid_download(
    server: HostileServer, tmp_path: Path, small_disk: Path
) -> None:
    """Before, as far as sizes are known; the second publication is larger than it says."""
    mirror = serve(server, "mirror")
    fetch = ("data", "fetch", "small", "--data-dir", str(small_disk))
    code, _, stderr = small.run([mirror], *fetch, cwd=tmp_path)
    assert (code, server.requests) == (2, [])
    assert f"{small_disk / FOLDER}: needs {size(SIZE)} more, but only 65.5 kB are free." in stderr
    code, _, stderr = small.run([mirror], *fetch, "--understated", cwd=tmp_path)
    assert code == 2
    assert "cannot be used: No space left on device. Make it writable, with room to spare" in stderr
    assert IMAGES.startswith((small_disk / FOLDER / "images.gz.part").read_bytes())


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop root; tests/data/test_obtain.py covers it")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    """By the command itself, where the tests are not run by root."""
    (tmp_path / "data").mkdir(mode=0o555)
    code, _, stderr = small.run(["http://127.0.0.1:9/"], *FETCH, cwd=tmp_path)
    assert (code, "cannot be used: Permission denied" in stderr) == (2, True)
