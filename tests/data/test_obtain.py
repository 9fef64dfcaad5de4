"""All files of a data set are found or fetched, for the command and for a training alike."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.hostile_server import HostileServer, answers, running
from tests.data.small import FOLDER, PACKED, publication, put, put_all, serve
from tests.run.rights import nobody, open_to_all
from vitdash.data.download import DownloadCancelled
from vitdash.data.published import obtain
from vitdash.errors import InputError
from vitdash.publications import Publication
from vitdash.text import size

IMAGES, LABELS = PACKED["images.gz"], PACKED["labels.gz"]
SIZE = len(IMAGES) + len(LABELS)
REFUSING = "http://127.0.0.1:9/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileServer]:
    """Run a server that is reached without a proxy."""
    monkeypatch.setenv("no_proxy", "*")
    with running() as server:
        yield server


def obtained(known: Publication, directory: Path, *mirrors: str) -> list[bytes]:
    paths = obtain(known, directory, lambda *_: None, lambda: False, mirrors)
    return [path.read_bytes() for path in paths]


def test_progress_is_that_of_the_whole_data_set(server: HostileServer, tmp_path: Path) -> None:
    """Files that are here count from the start; whoever waits wants to know how long for all of it."""
    put(tmp_path, labels=LABELS)
    reports: list[tuple[int, int]] = []
    known = publication(serve(server, "mirror"))
    obtain(known, tmp_path, lambda done, total: reports.append((done, total)), lambda: False)
    assert {total for _, total in reports} == {SIZE}
    assert reports[0] == (len(LABELS), SIZE)
    assert reports[-1] == (SIZE, SIZE)


def test_a_resumed_download_does_not_seem_to_begin_again(server: HostileServer, tmp_path: Path) -> None:
    """While what is here is read once more, it is still here."""
    folder = put(tmp_path)
    (folder / "images.gz.part").write_bytes(IMAGES[:150_000])
    reports: list[int] = []
    known = publication(serve(server, "mirror"))
    obtain(known, tmp_path, lambda done, _: reports.append(done), lambda: False)
    assert reports == sorted(reports)
    assert reports[0] >= 150_000


def test_given_mirrors_come_before_the_published_ones(server: HostileServer, tmp_path: Path) -> None:
    """The checksum decides whether what they send is right, so none need be trusted."""
    wrong = serve(server, "given", images=answers("200 OK", b"wrong"), labels=answers("404 Not Found"))
    failures: list[str] = []
    known = publication(serve(server, "published"))
    obtain(known, tmp_path, lambda *_: None, lambda: False, (wrong,), failures.append)
    asked = [request.target for request in server.requests]
    assert asked == ["/given/images.gz", "/published/images.gz", "/given/labels.gz", "/published/labels.gz"]
    assert [failure.partition(" ")[2] for failure in failures] == [
        "sent something else (of unknown type)",
        "answered 404 Not Found",
    ]


def test_a_disk_without_room_is_noticed_before_anything_is_fetched(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is here already needs no room."""
    folder = put(tmp_path, labels=LABELS)
    (folder / "images.gz.part").write_bytes(IMAGES[:100_000])
    needed = len(IMAGES) - 100_000
    usage = shutil.disk_usage(tmp_path)
    known = publication(serve(server, "mirror"))
    for free, told in ((5000, "5.0 kB"), (needed - 1, size(needed - 1))):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
        with pytest.raises(
            InputError, match=f"needs {size(needed)} more, but only {told} are free. Make room, or give"
        ):
            obtained(known, tmp_path)
    assert server.requests == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed))
    assert obtained(known, tmp_path) == [IMAGES, LABELS]


def test_looking_at_large_files_can_be_cancelled(tmp_path: Path) -> None:
    """Reading may take long where a folder lies on another machine."""
    put_all(tmp_path)
    with pytest.raises(DownloadCancelled):
        obtain(publication(REFUSING), tmp_path, lambda *_: None, lambda: True)


def test_whole_data_in_a_read_only_folder_are_enough(tmp_path: Path) -> None:
    """Nothing is written, no lock taken, nobody asked."""
    with open_to_all() as folder:
        put_all(folder)
        for path in (folder / FOLDER, *(folder / FOLDER).parents):
            if path.is_relative_to(folder):
                path.chmod(0o555)
        with nobody():
            assert obtained(publication(REFUSING), folder) == [IMAGES, LABELS]


def test_an_empty_read_only_folder_fails_in_one_sentence(tmp_path: Path) -> None:
    """It names the folder, the reason and the option, and asks no mirror."""
    with open_to_all() as folder:
        folder.chmod(0o555)
        with nobody(), pytest.raises(InputError) as caught:
            obtained(publication(REFUSING), folder)
    assert caught.value.title == str(folder / FOLDER)
    assert caught.value.message == "cannot be used: Permission denied."
    assert "--data-dir" in caught.value.hint
