"""The lock says whether a run's worker lives: exactly as long as it does, and to any number of readers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.run.waiting import until
from vitdash.run import lock

HOLD = """
import sys
from pathlib import Path
from vitdash.run import lock

held = lock.acquire(Path(sys.argv[1]))
print("held" if held else "refused", flush=True)
sys.stdin.read()
"""
PROBE = """
import sys, threading
from pathlib import Path
from vitdash.run import lock

path, told = Path(sys.argv[1]), threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), told.set())).start()
print("probing", flush=True)
probes = found = 0
while not told.is_set() or probes < int(sys.argv[2]):
    probes += 1
    found += lock.is_held(path)
print(probes, found, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a lock will be."""
    return tmp_path / "lock"


@contextmanager
def process(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run `code` in a process of its own, which ends with its input."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def says(child: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints."""
    assert child.stdout
    return child.stdout.readline().strip()


def test_nobody_holds_what_is_not_there(path: Path) -> None:
    """A run whose worker never came has no lock, and asking leaves none."""
    assert not lock.is_held(path)
    assert not path.exists()


def test_one_holds_it_at_a_time(path: Path) -> None:
    """Also within a process: two dashboards' resumes must not both succeed."""
    held = lock.acquire(path)
    assert held
    assert lock.is_held(path)
    assert lock.acquire(path, patience_seconds=0.05) is None
    held.release()
    assert not lock.is_held(path)
    again = lock.acquire(path, patience_seconds=0)
    assert again
    again.release()


def test_patience_ends(path: Path) -> None:
    """Who cannot have it is told so in time."""
    held = lock.acquire(path)
    before = time.monotonic()
    assert lock.acquire(path, patience_seconds=0.2) is None
    assert 0.2 <= time.monotonic() - before < 10
    assert held
    held.release()


def test_it_dies_with_its_holder(path: Path) -> None:
    """Exclusive across processes, and let go by nothing less than the holder's end – kill -9 included."""
    with process(HOLD, path) as holder:
        assert says(holder) == "held"
        assert lock.is_held(path)
        assert lock.acquire(path, patience_seconds=0.05) is None
        with process(HOLD, path) as second:
            assert says(second) == "refused"
        assert lock.is_held(path)
        holder.kill()
        until(lambda: not lock.is_held(path), "the lock is free")
    held = lock.acquire(path, patience_seconds=0)
    assert held
    held.release()


def test_a_child_does_not_inherit_it(path: Path) -> None:
    """A compiler or data loader that outlives its worker must not keep the run alive, whatever it inherits."""
    held = lock.acquire(path)
    assert held
    child = subprocess.Popen(
        [sys.executable, "-c", "print(1, flush=True); input()"],
        close_fds=False,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout
        child.stdout.readline()
        assert lock.is_held(path)
        held.release()
        assert not lock.is_held(path)
    finally:
        child.kill()
        child.communicate()


def test_probes_never_take_each_other_for_a_holder(path: Path) -> None:
    """Any number of dashboards may look at the same time: a dead run is dead for all of them."""
    path.touch()
    with ExitStack() as stack:
        probers = [stack.enter_context(process(PROBE, path, 3000)) for _ in range(3)]
        for prober in probers:
            assert says(prober) == "probing"
        for prober in probers:
            probes, found = map(int, prober.communicate(timeout=60)[0].split())
            assert probes >= 3000
            assert found == 0


def test_probes_do_not_keep_a_worker_from_its_lock(path: Path) -> None:
    """A probe holds the lock for an instant: patience finds the instants between, again and again."""
    path.touch()
    with process(PROBE, path, 0) as one, process(PROBE, path, 0) as other:
        assert says(one) == says(other) == "probing"
        for _ in range(20):
            held = lock.acquire(path)
            assert held
            held.release()
