"""Signs of life: written without taking room, read without trust, and judged by how often they usually come."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run.bare_runs import bare_run, claim_of, rewrite
from vitdash.run import machine, pulse, silence
from vitdash.run.pulse import FIRST_SECONDS, SIZE, STALLED_SECONDS, USUAL_TIMES, Heart, Pulse
from vitdash.run.state import State
from vitdash.run.store import Run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a clock that stands still until its only item is set."""
    now = [1000.0]
    monkeypatch.setattr(machine, "uptime", lambda: now[0])
    return now


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    """Return a lock's file as a worker finds it."""
    path = tmp_path / "lock"
    path.touch()
    return path


def test_a_sign_is_read_as_it_was_given(lock_file: Path, clock: list[float]) -> None:
    """When, and what is waited for; the file never grows beyond its first size."""
    heart = Heart(lock_file)
    heart.beat()
    assert pulse.read(lock_file) == Pulse(1000.0)
    clock[0] += 0.5
    heart.beat("room on its disk")
    assert pulse.read(lock_file) == Pulse(1000.5, 0.5, "room on its disk")
    heart.beat("x" * 10_000)
    assert lock_file.stat().st_size == SIZE


def test_signs_cost_no_more_than_one_write_a_second(lock_file: Path, clock: list[float]) -> None:
    """Asked between two batches of a fast network, it stays silent; what it waits for then stays as it was."""
    heart = Heart(lock_file)
    heart.beat("")
    for _ in range(9):
        clock[0] += 0.1
        heart.beat()
    assert pulse.read(lock_file) == Pulse(1000.0)
    clock[0] += 0.2
    heart.beat()
    found = pulse.read(lock_file)
    assert found is not None
    assert found.uptime == clock[0]
    assert found.usual == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("usual", "silent", "stalled"),
    [
        (0.1, STALLED_SECONDS - 1, False),
        (0.1, STALLED_SECONDS + 1, True),
        (30.0, 100.0, False),
        (30.0, 30.0 * USUAL_TIMES + 1, True),
        (0.0, STALLED_SECONDS + 1, False),
        (0.0, FIRST_SECONDS + 1, True),
    ],
)
def test_silence_is_judged_by_what_is_usual(usual: float, silent: float, *, stalled: bool) -> None:
    """A step of half a minute is no stall; ten seconds after steps of a tenth are; a first batch has a minute."""
    found = Pulse(100.0, usual).stalled(100.0 + silent)
    assert found == (silent if stalled else None)


def test_after_a_long_rest_the_next_silence_is_judged_anew(lock_file: Path, clock: list[float]) -> None:
    """A process that was suspended for ten minutes is not trusted for an hour."""
    heart = Heart(lock_file)
    heart.beat()
    for step in (600.0, 1.0, 1.0):
        clock[0] += step
        heart.beat()
    found = pulse.read(lock_file)
    assert found is not None
    assert found.stalled(clock[0] + STALLED_SECONDS + 1)


@pytest.mark.parametrize(
    "content",
    [b"", b" " * SIZE, b"\x00" * SIZE, b"null", b"[1]", b'{"uptime": 1}', b'{"uptime": "1", "usual": 0, "waits": ""}',
     json.dumps({"uptime": 1.0, "usual": 1.0, "waits": 3}).encode(), b"\xff" * SIZE, b'{"uptime": NaN}'],
)  # fmt: skip
def test_what_is_no_sign_is_none(lock_file: Path, content: bytes) -> None:
    """Older versions leave the file empty; anyone may write into it."""
    lock_file.write_bytes(content)
    assert pulse.read(lock_file) is None


def test_a_missing_file_a_link_and_a_pipe_are_none(tmp_path: Path, lock_file: Path) -> None:
    """Nothing is followed, and nobody waited for."""
    import os

    (tmp_path / "link").symlink_to(lock_file)
    os.mkfifo(tmp_path / "pipe")
    assert [pulse.read(tmp_path / name) for name in ("missing", "link", "pipe")] == [None, None, None]
    Heart(tmp_path / "missing").beat()


def beat(run: Run, ago: float, usual: float = 0.1, waits: str = "") -> None:
    content = {"uptime": machine.uptime() - ago, "usual": usual, "waits": waits}
    run.lock.write_bytes(json.dumps(content).encode().ljust(SIZE))


def test_what_is_said_of_a_worker_that_is_there(root: Path) -> None:
    """Nothing while it computes; what it waits for; for how long it has been silent."""
    run = bare_run(root, claimed_uptime=machine.uptime() - 1000)
    claim = run.read_claim()
    for ago, waits, said in ((0, "", ""), (0, "room on its disk", "waits for room on its disk"),
                             (75, "", "stalled: no sign of life for 1m 15s")):  # fmt: skip
        beat(run, ago, waits=waits)
        assert silence.of_living(claim, pulse.read(run.lock)) == said
    assert silence.of_living(claim, None) == ""


def test_a_sign_of_an_earlier_life_says_nothing_of_this_one(root: Path) -> None:
    """A worker that was just launched has a minute, whatever the last one left."""
    run = bare_run(root, claimed_uptime=machine.uptime() - 20)
    beat(run, 500, waits="room on its disk")
    assert silence.of_living(run.read_claim(), pulse.read(run.lock)) == ""


def test_why_a_worker_may_be_gone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as the machine knows: started anew, out of memory, waiting; else only that it is gone."""
    monkeypatch.setattr(machine, "oom_kills", lambda: 5)
    run = bare_run(root, oom_kills=5)
    claim, sign = run.read_claim(), Pulse(1.0, 0.1, "room on its disk")
    assert silence.of_lost(claim, None) == "its worker was killed, or ended without a word"
    assert "it waited for room on its disk" in silence.of_lost(claim, sign)
    assert "ran out of memory" in silence.of_lost(claim_of(oom_kills=4), sign)
    assert "ran out of memory" not in silence.of_lost(claim_of(oom_kills=-1), None)
    assert silence.of_lost(claim_of(boot_id="another"), sign) == "the machine was started anew while it ran"
    rewrite(run, claim="lost")
    assert State(run.read_claim().claim) is State.LOST
