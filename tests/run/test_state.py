"""A run's state follows from its claim, lock, host and boot, at every moment and whatever the claim's file holds."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.run.bare_runs import bare_run, claim_of, rewrite
from tests.run.happenings import JSON
from tests.run.rights import nobody, open_to_all
from vitdash.errors import RunError
from vitdash.run import lock, machine, pulse, state
from vitdash.run.state import STARTING_GRACE_SECONDS, State, derive, without_worker
from vitdash.run.store import Run

LIVING = ("starting", "running", "paused")
LASTING = ("queued", "finished", "stopped", "failed")
LONG_AGO = STARTING_GRACE_SECONDS + 60
HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    b"{",
    b"\xff\xfe",
    b"\x00" * 100,
    b"[" * 100_000,
    b'{"id": ' * 5000,
    b'{"pid": ' + b"9" * 5000 + b"}",
    json.dumps({"id": 1}).encode(),
]


def expected_state(claim: str, *, held: bool, here: bool, this_boot: bool, fresh: bool) -> State:
    """Return what the architecture says, as a table."""
    if claim in LASTING:
        return State(claim)
    if not here and not this_boot:
        # A machine, or a container, that was given another name has not been started anew: its locks still tell.
        return State.ELSEWHERE
    if this_boot and claim in LIVING and (held or (claim == "starting" and fresh)):
        return State(claim)
    return State.LOST


@pytest.mark.parametrize("claim", [*LIVING, *LASTING, "lost", "", "from the future", "RUNNING"])
def test_the_state_of_every_kind_of_run(root: Path, claim: str) -> None:
    """Claim × lock × host × boot × age: the whole table."""
    for held, here, this_boot, fresh in product([True, False], repeat=4):
        run = bare_run(
            root,
            claim=claim,
            host=machine.host() if here else "another-machine",
            boot_id=machine.boot_id() if this_boot else "another-boot",
            claimed_uptime=machine.uptime() - (0 if fresh else LONG_AGO),
        )
        holder = lock.acquire(run.lock) if held else None
        expected = expected_state(claim, held=held, here=here, this_boot=this_boot, fresh=fresh)
        assert derive(run) is expected, (held, here, this_boot, fresh)
        if holder:
            holder.release()


@pytest.mark.parametrize("claim", [*LIVING, *LASTING])
def test_a_run_that_was_never_locked_and_one_that_is_no_more_are_alike(root: Path, claim: str) -> None:
    """What counts is who holds the lock, not whether its file is there."""
    run = bare_run(root, claim=claim, claimed_uptime=machine.uptime() - LONG_AGO)
    without_file = derive(run)
    holder = lock.acquire(run.lock)
    assert holder
    holder.release()
    assert derive(run) is without_file is without_worker(run.read_claim())


def test_a_starting_worker_is_given_seconds_to_come(root: Path) -> None:
    """Up to the grace it is on its way; later, or claimed at a time that is not yet, it is lost."""
    for age, expected in (
        (STARTING_GRACE_SECONDS / 2, State.STARTING),
        (STARTING_GRACE_SECONDS + 0.1, State.LOST),
        (-3600.0, State.LOST),
        (-1e300, State.LOST),
    ):
        run = bare_run(root, claim="starting", claimed_uptime=machine.uptime() - age)
        assert derive(run) is expected


@pytest.mark.parametrize("last_claim", LASTING)
@pytest.mark.parametrize("first_claim", LIVING)
def test_a_last_claim_between_two_looks_is_seen(
    root: Path, monkeypatch: pytest.MonkeyPatch, first_claim: str, last_claim: str
) -> None:
    """The worker ends after its claim was read and before its lock is probed: it has finished, it is not lost."""
    run = bare_run(root, claim=first_claim, claimed_uptime=machine.uptime() - LONG_AGO)

    def worker_ends(path: Path) -> bool:
        rewrite(run, claim=last_claim)
        return lock.is_held(path)

    monkeypatch.setattr(state, "lock", Probe(worker_ends))
    assert derive(run) is State(last_claim)


def test_a_resume_between_two_looks_is_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost run is claimed by its next life after its claim was read: it is starting, followers must stay."""
    run = bare_run(root, claim="running", claimed_uptime=machine.uptime() - LONG_AGO)

    def resumed(path: Path) -> bool:
        rewrite(run, claim="starting", claimed_uptime=machine.uptime())
        return lock.is_held(path)

    monkeypatch.setattr(state, "lock", Probe(resumed))
    assert derive(run) is State.STARTING


@dataclasses.dataclass(frozen=True)
class Probe:
    """Stands in for the lock module: something happens right before the lock is looked at."""

    is_held: Callable[[Path], bool]


def test_a_claim_that_was_just_read_is_not_read_again(root: Path) -> None:
    """A list that has read a lasting claim asks for no second reading."""
    run = bare_run(root, claim="finished")
    claim = run.read_claim()
    (run.path / "run.json").unlink()
    assert derive(run, claim) is State.FINISHED


def test_active_and_resumable_divide_the_states() -> None:
    """A worker is there or about to be, or the run may go on, or neither; never both."""
    assert [word for word in State if word.active] == [State.STARTING, State.RUNNING, State.PAUSED]
    assert [word for word in State if word.resumable] == [State.STOPPED, State.FAILED, State.LOST]


def assert_one_sentence(error: RunError) -> None:
    """Check that an error is one line that can be printed anywhere."""
    shown = str(error)
    assert shown.isprintable()
    assert shown.endswith(".")
    assert len(shown) < 500


@pytest.mark.parametrize("content", HOSTILE, ids=lambda content: repr(content[:12]))
def test_a_claim_that_is_none_is_one_sentence(root: Path, content: bytes) -> None:
    """No traceback, whatever lies in run.json."""
    run = bare_run(root)
    (run.path / "run.json").write_bytes(content)
    with pytest.raises(RunError, match=r"run\.json: cannot be understood") as caught:
        derive(run)
    assert_one_sentence(caught.value)


def test_a_claim_that_cannot_be_read_is_one_sentence() -> None:
    """Missing, a directory, or someone else's secret."""
    with open_to_all() as folder:
        run = bare_run(folder)
        (run.path / "run.json").chmod(0)
        with nobody(), pytest.raises(RunError, match=r"run\.json: cannot be read: Permission denied\.$"):
            derive(run)
        (run.path / "run.json").unlink()
        with pytest.raises(RunError, match=r"^a-run-\S+: has no run\.json; this is no run's directory\.$"):
            derive(run)
        (run.path / "run.json").mkdir()
        with pytest.raises(RunError, match=r"run\.json: cannot be read: Is a directory\.$"):
            derive(run)


def test_a_lock_that_cannot_be_read_is_one_sentence() -> None:
    """Without looking at it nobody can say whether the worker lives."""
    with open_to_all() as folder:
        run = bare_run(folder, claim="running")
        run.lock.touch(mode=0)
        with nobody(), pytest.raises(RunError, match=r"lock: cannot be read: Permission denied\.$"):
            derive(run)


def drives_a_terminal(character: str) -> bool:
    """Return whether a terminal acts on a character, or no terminal can be sent it."""
    reverses = unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return reverses or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


NAMES = sorted(field.name for field in dataclasses.fields(claim_of()))
HOSTILE_TEXT = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["\x1b[2J", "\u202eevil", "a\nb", "\ud800", "\x9b31m"]
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON | HOSTILE_TEXT | st.floats() | st.integers(), max_size=4))
def test_a_malicious_claim_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    """Wrong types, huge numbers, NaN and control characters: refused in a sentence, or shown without them."""
    run = Run(tmp_path_factory.getbasetemp() / "a-run-20260101-000000-abcd")
    run.path.mkdir(exist_ok=True)
    content = dataclasses.asdict(claim_of()) | changes
    (run.path / "run.json").write_text(json.dumps(content))
    try:
        claim = run.read_claim()
        derive(run)
    except RunError as error:
        assert_one_sentence(error)
        return
    for field in dataclasses.fields(claim):
        value = getattr(claim, field.name)
        match str(field.type):
            case "str":
                assert not any(drives_a_terminal(character) for character in value)
            case "int" | "float":
                assert type(value) in (int, float)
                assert abs(value) < 1e309
            case "tuple[str, ...]":
                assert not any(drives_a_terminal(character) for item in value for character in item)
            case _:
                assert not any(drives_a_terminal(character) for pair in value.items() for character in "".join(pair))
    hash(claim.command)


@pytest.mark.parametrize(("ago", "alive"), [(1, True), (1, False), (LONG_AGO, True), (LONG_AGO, False)])
def test_a_worker_that_is_slow_to_start_is_not_lost_and_one_that_died_is(
    root: Path, ago: float, *, alive: bool
) -> None:
    """On a busy machine an interpreter takes its time; that its process is there, or gone, says more than a clock."""
    run = bare_run(root, claim="starting", claimed_uptime=machine.uptime() - ago)
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        pulse.announce(run.lock, process.pid)
        if not alive:
            process.kill()
            process.wait()
        assert derive(run) is (State.STARTING if alive else State.LOST)
        process.kill()


def test_a_process_that_an_earlier_life_announced_says_nothing_of_this_one(root: Path) -> None:
    """The claim is younger: who was launched for it has not been announced yet."""
    run = bare_run(root, claim="starting")
    pulse.announce(run.lock, os.getpid())
    rewrite(run, claimed_uptime=machine.uptime())
    assert derive(run) is State.STARTING
    rewrite(run, claimed_uptime=machine.uptime() + 1)
    assert derive(run) is State.LOST
