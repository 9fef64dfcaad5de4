"""What stands in the place of a run's file may be anything: it is not waited for, not followed, not read for ever."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fuzz import seeds, showing
from tests.fuzz.folders import prepare
from vitdash import presets
from vitdash.data import stock
from vitdash.engine.datasets.idx import read_idx
from vitdash.errors import VitdashError
from vitdash.publications import Publication, PublishedFile
from vitdash.run import control, diagnostics, labels, launch, lock, queue, removal, state
from vitdash.run.files import remove_leftovers, write_atomically
from vitdash.run.log import EventReader, EventWriter
from vitdash.run.store import Run

SPARSE_BYTES = 1 << 30
GROWTH_BYTES = 96 << 20
SECONDS = 60
FILES = ("run.json", "events.jsonl", "config.toml", "labels.json", "control", "lock", "log.txt", "summary.json")


def sparse(path: Path) -> None:
    """Make a file of 1 GB that takes no room."""
    with path.open("wb") as file:
        file.truncate(SPARSE_BYTES)


STANDS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a link to a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a secret": lambda path: path.symlink_to("/etc/passwd"),
    "1 GB": sparse,
    "a line without end": lambda path: path.write_bytes(b'{"seq": 1, ' + b" " * (40 << 20)),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a run in which everything is as it should be."""
    for name in ("VITDASH_CONFIG", "VITDASH_RUNS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, "")
    prepare(tmp_path)
    return seeds.run_in(tmp_path)


@pytest.fixture
def _in_time_and_memory() -> Iterator[None]:
    """Let no test wait for ever, and none take much memory."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError("it waits for ever")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    handler = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, handler)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < GROWTH_BYTES, f"{grown >> 20} MB more than before"


def put(path: Path, stands: str) -> None:
    path.unlink(missing_ok=True)
    STANDS[stands](path)


@pytest.mark.usefixtures("_in_time_and_memory")
@pytest.mark.parametrize("stands", STANDS)
@pytest.mark.parametrize("name", FILES)
def test_whatever_stands_there_is_read_or_refused(run: Run, name: str, stands: str) -> None:
    """By every reader: lists, pages, exports, the dashboard; with a sentence at the most, and no word of a secret."""
    put(run.path / name, stands)
    root = run.path.parent
    shown = [*showing.listed(root), *showing.drawn(root), *showing.told(run)]
    assert not any("root:" in text for text in shown)
    control.read(run.control)
    labels.read(run)
    run.log_tail()
    for read in (run.read_claim, lambda: state.derive(run), lambda: presets.load_file(run.config)):
        with contextlib.suppress(VitdashError):
            read()


@pytest.mark.usefixtures("_in_time_and_memory")
@pytest.mark.parametrize("stands", STANDS)
def test_a_queue_that_is_no_file_lets_runs_wait_all_the_same(run: Run, stands: str) -> None:
    """In the order of their creation."""
    put(run.path.parent / "queue.json", stands)
    assert queue.read(run.path.parent) == queue.Line()


@pytest.mark.usefixtures("_in_time_and_memory")
@pytest.mark.parametrize("stands", [name for name in STANDS if name != "1 GB"])
def test_a_data_file_that_is_none_is_refused(tmp_path: Path, stands: str) -> None:
    """And said to be damaged, or not to be used."""
    path = tmp_path / "set" / "x.gz"
    path.parent.mkdir()
    put(path, stands)
    publication = Publication("set", (), (PublishedFile("x.gz", 10, "0" * 32),), ("a",))
    with pytest.raises(VitdashError):
        read_idx(path, 3)
    with contextlib.suppress(VitdashError):
        assert stock.look(publication, tmp_path).files[0].state is not stock.State.WHOLE


@pytest.mark.usefixtures("_in_time_and_memory")
@pytest.mark.parametrize("name", ["events.jsonl", "log.txt", "lock"])
def test_nothing_is_written_through_a_link(run: Run, tmp_path: Path, name: str) -> None:
    """A worker that would start there does not: what the link leads to stays as it is."""
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    place = run.path / name
    place.unlink(missing_ok=True)
    place.symlink_to(target)
    run.write_claim(dataclasses.replace(run.read_claim(), claim="stopped"))
    with pytest.raises(VitdashError):
        EventWriter(run.events) if name == "events.jsonl" else launch.resume(run)
    assert target.read_bytes() == b"precious"


def test_diagnostics_are_not_written_into_a_linked_folder(run: Run, tmp_path: Path) -> None:
    """Nor is anything in it taken for what a killed worker left, and removed."""
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / ".x.1-1.tmp").write_bytes(b"precious")
    run.diagnostics.rename(run.path / "away")
    run.diagnostics.symlink_to(target)
    with pytest.raises(VitdashError, match="is a link"):
        diagnostics.make_folder(run)
    remove_leftovers(run.diagnostics / "*")
    assert [path.name for path in target.iterdir()] == [".x.1-1.tmp"]


def test_a_file_is_replaced_and_not_written_through_a_planted_temporary(tmp_path: Path) -> None:
    """Whoever guesses the name of the temporary file, and makes a link of it, gets nothing."""
    target, path = tmp_path / "precious", tmp_path / "file"
    target.write_bytes(b"precious")
    path.with_name(f".file.{os.getpid()}-{threading.get_native_id()}.tmp").symlink_to(target)
    write_atomically(path, b"new")
    assert (path.read_bytes(), target.read_bytes()) == (b"new", b"precious")
    assert not path.is_symlink()


def test_a_linked_run_is_read_but_not_removed(run: Run, tmp_path: Path) -> None:
    """An archive on another disk is listed like any other; deleting would reach beyond the runs' folder."""
    linked = tmp_path / "elsewhere" / "b-run-20260101-000000-abcd"
    linked.parent.mkdir()
    linked.symlink_to(run.path)
    assert "b-run" in "".join(showing.listed(linked.parent))
    with pytest.raises(VitdashError, match="is a link to another place"):
        removal.delete(Run(linked))
    assert run.config.exists()


def test_a_pipe_for_a_lock_holds_nobody_up(run: Run) -> None:
    """Nor does it show a worker that lives."""
    os.mkfifo(run.lock)
    assert not lock.is_held(run.lock)
    assert EventReader(run.events).from_file()
