"""The fuzzer finds what it looks for: every kind of failure, bugs behind branches, and makes its findings small."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz import guard, planted
from tests.fuzz.campaign import Campaign
from tests.fuzz.guard import Guard, Outcome, Read
from tests.fuzz.reader import Reader
from tests.fuzz.readers import BY_NAME, READERS
from tests.fuzz.signals import kept_signals
from tests.fuzz.supervisor import is_starved
from vitdash.errors import InputError

INPUTS = 20_000


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Give the signals back that the guard takes."""
    with kept_signals():
        yield


def reading(text: str) -> Iterator[str]:
    yield text


def outside(folder: Path) -> Path:
    return folder.parent / "precious"


def write_outside(raw: bytes, folder: Path) -> Iterator[str]:
    outside(folder).write_bytes(raw)
    yield ""


def write_through_a_link(raw: bytes, folder: Path) -> Iterator[str]:
    (folder / "link").symlink_to(outside(folder))
    (folder / "link").write_bytes(raw)
    yield ""


def write_through_a_linked_folder(raw: bytes, folder: Path) -> Iterator[str]:
    (folder / "linked").symlink_to(folder.parent)
    (folder / "linked" / "precious").write_bytes(raw)
    yield ""


def write_above(raw: bytes, folder: Path) -> Iterator[str]:
    (folder / ".." / "precious").write_bytes(raw)
    yield ""


def hide_a_deed(raw: bytes, folder: Path) -> Iterator[str]:
    try:
        outside(folder).unlink()
    except BaseException:
        yield "nothing happened"


def execute(raw: bytes, folder: Path) -> Iterator[str]:
    subprocess.run(["true"], check=True)
    yield ""


def wait_for_ever(raw: bytes, folder: Path) -> Iterator[str]:
    while True:
        os.getpid()
    yield ""


def block(raw: bytes, folder: Path) -> Iterator[str]:
    os.mkfifo(folder / "pipe")
    yield (folder / "pipe").read_text()


def take_memory(raw: bytes, folder: Path) -> Iterator[str]:
    # Counted is what goes beyond the most that the process ever had, and tests before this one may have had much.
    kept = bytearray((200 << 20) + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    kept[:: 1 << 12] = b"x" * len(kept[:: 1 << 12])
    yield str(len(kept))


def refuse_with_an_escape(raw: bytes, folder: Path) -> Iterator[str]:
    raise InputError("file", "has \x1b[2J in it.")
    yield ""


def divide_by_zero(raw: bytes, folder: Path) -> Iterator[str]:
    yield str(1 // (len(raw) - 1))


def miss_a_key(raw: bytes, folder: Path) -> Iterator[str]:
    yield {b"y": ""}[raw]


def show_an_escape(raw: bytes, folder: Path) -> Iterator[str]:
    yield "a\x1b[2J"


def turn_what_is_read(raw: bytes, folder: Path) -> Iterator[str]:
    yield "\u202e"


FAILING: dict[str, tuple[Read, ...]] = {
    "traceback": (divide_by_zero, miss_a_key),
    "escape": (show_an_escape, turn_what_is_read, refuse_with_an_escape),
    "deed": (write_outside, write_through_a_link, write_through_a_linked_folder, write_above, hide_a_deed, execute),
    "hang": (wait_for_ever, block),
    "memory": (take_memory,),
}


@pytest.mark.parametrize(
    ("kind", "place"), [(kind, place) for kind, many in FAILING.items() for place in range(len(many))]
)
def test_every_kind_of_failure_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, place: int) -> None:
    """And what must not be written is not."""
    if kind == "hang":
        monkeypatch.setattr(guard, "CPU_SECONDS", 0.3)
        monkeypatch.setattr(guard, "WALL_SECONDS", 2.0)
    folder = tmp_path / "inside"
    folder.mkdir()
    outside(folder).write_bytes(b"precious")
    outcome = Guard(folder).run(FAILING[kind][place], b"x")
    assert (outcome.kind, outcome.failed) == (kind, True)
    assert outside(folder).read_bytes() == b"precious"


def test_what_is_allowed_is_no_failure(tmp_path: Path) -> None:
    """Text that shows itself, a sentence, a file of the reader's own."""

    def read(raw: bytes, folder: Path) -> Iterator[str]:
        (folder / "own").write_bytes(raw)
        (folder / "own").replace(folder / "renamed")
        yield "of several\nlines"

    def refuse(raw: bytes, folder: Path) -> Iterator[str]:
        raise InputError("file", "is none.")
        yield ""

    guarded = Guard(tmp_path)
    assert [guarded.run(read, b""), guarded.run(refuse, b"")] == [Outcome("read"), Outcome("refused")]


def test_a_bug_behind_branches_is_found_and_made_small(tmp_path: Path) -> None:
    """Each branch that an input is the first to take brings the next one nearer; chance alone finds nothing."""

    def campaign(modules: tuple[str, ...]) -> Campaign:
        reader = Reader(
            "planted",
            "",
            lambda raw, _: reading(planted.parse(raw)),
            modules,
            lambda: [b"xxxxxxxx"],
            (b"F", b"U", b"Z"),
        )
        found = Campaign(reader, Path(tempfile.mkdtemp(dir=tmp_path)), seed=1)
        found.begin([], limited=False)
        return found

    guided = campaign(("tests.fuzz.planted",))
    for _ in range(INPUTS // 1000):
        guided.go_on(1e9, 1000)
        if guided.found.failures:
            break
    (failure,) = guided.found.failures.values()
    assert failure.raw == b"FUZZ"
    assert failure.outcome.where.startswith("KeyError")
    blind = campaign(())
    blind.go_on(1e9, guided.found.inputs)
    assert not blind.found.failures


def test_the_same_seed_makes_the_same_inputs(tmp_path: Path) -> None:
    """A finding can be had again."""

    def inputs(seed: int) -> list[bytes]:
        noted: list[bytes] = []
        reader = BY_NAME["keys"]
        campaign = Campaign(reader, Path(tempfile.mkdtemp(dir=tmp_path)), seed, noted.append)
        campaign.begin([], limited=False)
        campaign.go_on(1e9, 50)
        return noted

    assert inputs(1) == inputs(1) != inputs(2)


def test_the_command_prints_a_line_a_reader(tmp_path: Path) -> None:
    """With processes of its own, as anyone would run it."""
    command = [sys.executable, "-m", "tests.fuzz", "control", "--minutes", "0.01", "--corpus", str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    heading, line = done.stdout.splitlines()
    assert heading.startswith("reader")
    assert line.startswith("control")
    assert "read" in line
    assert list((tmp_path / "control").iterdir())


def test_each_reader_says_what_it_reads_and_which_modules_parse_it() -> None:
    """Names are unique, and every module is there."""
    assert len(BY_NAME) == len(READERS)
    for reader in READERS:
        assert reader.about
        for module in reader.modules:
            assert (
                Path(*module.split(".")).with_suffix(".py").exists() or Path(*module.split("."), "__init__.py").exists()
            )


@pytest.mark.parametrize(
    ("then", "computed", "expected"),
    [("while True: pass", 0.0, True), ("while True: pass", -10.0, False), ("input()", 0.0, False)],
)
def test_who_is_not_let_compute_does_not_hang(then: str, computed: float, expected: bool) -> None:
    """As on a busy machine; whoever has computed for long, or waits for something, does."""
    command = [sys.executable, "-c", f"print(flush=True)\n{then}"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        # From its line to its waiting is a moment.
        time.sleep(0.5)
        assert is_starved(process.pid, computed) is expected
    finally:
        process.kill()
        process.communicate()
