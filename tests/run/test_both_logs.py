"""A run's two logs, looked at again and again: what is new is read, what cannot be read is said."""

from __future__ import annotations

from pathlib import Path

from tests.run.bare_runs import bare_run, rewrite
from tests.run.happenings import evaluated, failed, numbered, progress
from vitdash.run.both_logs import BothLogs
from vitdash.run.events import RunFailed, encode
from vitdash.run.state import State
from vitdash.run.store import Run


def test_each_look_adds_what_is_new(tmp_path: Path) -> None:
    """Events, printed lines, the state, and at last the reason of a failure."""
    first, second, third = numbered([progress(640), evaluated(1000), failed("too hot")])
    run = bare_run(tmp_path, [first], claim="finished")
    logs = BothLogs(run)
    found = logs.look()
    assert (found.state, len(found.events), found.printed, found.failure) == (State.FINISHED, 1, (), None)
    with run.events.open("ab") as file:
        file.write(encode(second) + encode(third))
    run.log.write_text("printed\n")
    rewrite(run, claim="failed")
    found = logs.look()
    assert (found.state, len(found.events), found.printed) == (State.FAILED, 3, ("printed",))
    assert isinstance(found.failure, RunFailed)
    assert found.failure.message == "too hot"
    assert logs.look() == found
    assert found.problem == ""


def test_what_can_be_read_is_read_whatever_cannot(tmp_path: Path) -> None:
    """A directory that was half removed still tells what is left in it."""
    run = bare_run(tmp_path, numbered([evaluated(1000)]))
    (run.path / "run.json").unlink()
    run.log.mkdir()
    found = BothLogs(run).look()
    assert found.state is None
    assert len(found.events) == 1
    assert "run.json" in found.problem
    assert "log.txt" in found.problem


def test_a_run_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    """Somebody deleted it while its log was open."""
    found = BothLogs(Run(tmp_path / "gone")).look()
    assert (found.events, found.printed) == ((), ())
    assert found.problem
