"""A run in short is what its events say; the cache of it is believed only while it cannot be wrong."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.run.bare_runs import bare_run
from tests.run.happenings import JSON, evaluated, failed, finished, numbered, probed, progress
from tests.run.rights import nobody, open_to_all
from vitdash.errors import InputError, RunError
from vitdash.run import lock, store, summary
from vitdash.run.events import Event, RunStarted, Stopped, encode
from vitdash.run.history import fold
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import Figures, Summary, describe, figures_of, read_history, summarise, summarise_all

STARTED = RunStarted(
    protocol=1,
    run_id="a-run",
    config={},
    classes=(),
    parameters=1,
    device="cpu",
    threads=1,
    compiled=False,
    planned_images=1280,
)
HAPPENED = numbered([STARTED, progress(640), progress(1280), evaluated(1280), probed(1280, svc=0.75), finished(1280)])
FIGURES = Figures(
    planned_images=1280,
    images_seen=1280,
    loss=1280 / 7,
    learning_rate=0.1,
    images_per_second=500.0,
    seconds=12.5,
    evaluated_at=1280,
    results={"validation_loss": 0.25, "accuracy": 0.5, "svc": 0.75},
    last_time=6.0,
)


def grow(run: Run, event: Event) -> None:
    """Let one more event happen in a run."""
    with run.events.open("ab") as file:
        file.write(encode(event))


def cache_of(run: Run) -> Any:
    """Return what is cached of a run."""
    return json.loads(run.summary.read_text())


def test_the_order_is_that_of_moments_and_not_of_local_times(root: Path) -> None:
    """Two hours that are called the same in autumn, another time zone, many runs a second: the newest is the last."""
    zone = store.dated(bare_run(root, run_id="unreadable-20260601-120000-aaaa"))
    moments = {
        "a-20260601-120000-bbbb": zone - 5,
        "b-20260601-110000-zzzz": zone + 0.2,
        "c-20260601-110000-aaaa": zone + 0.3,
    }
    for run_id, created in moments.items():
        bare_run(root, run_id=run_id, created=created)
    (root / "unreadable-20260601-120000-aaaa" / "run.json").write_text("{")
    found = [item.run.id for item in summarise_all(root)]
    assert [run_id[0] for run_id in found] == ["a", "u", "b", "c"]
    assert store.dated(bare_run(root, run_id="no date")) == 0.0


def test_figures_are_what_the_events_say() -> None:
    """Each figure from the event that has it; None or nothing where it has not happened."""
    assert figures_of(fold(HAPPENED)) == FIGURES
    assert figures_of(fold([])) == Figures()
    assert figures_of(fold([STARTED, progress(640)])).results == {}
    gone_on = figures_of(fold([STARTED, evaluated(640), progress(1280)]))
    assert (gone_on.evaluated_at, gone_on.images_seen) == (640, 1280)
    assert figures_of(fold([STARTED, Stopped(images_seen=700)])).seconds is None
    assert figures_of(fold([failed("out of\x1b[2J memory\n", title="bad")])).reason == "bad: out of [2J memory"


def test_a_summary_is_the_claim_the_state_and_the_figures(root: Path) -> None:
    """Everything that a line of a list needs."""
    run = bare_run(root, HAPPENED, claim="finished", name="my-run", created=5.0)
    assert summarise(run) == Summary(run, "my-run", 5.0, State.FINISHED, FIGURES)


@given(st.lists(st.sampled_from([*HAPPENED, Stopped(images_seen=640), failed("x" * 3000)]), max_size=8))
def test_the_cache_equals_a_fresh_fold(tmp_path_factory: pytest.TempPathFactory, happened: list[Event]) -> None:
    """The second look, from the cache, says what the first one folded."""
    run = bare_run(tmp_path_factory.getbasetemp() / "cached", numbered(happened), claim="stopped")
    first = summarise(run)
    assert run.summary.exists()
    assert summarise(run) == first
    assert first.figures == figures_of(read_history(run))


def test_the_cache_is_what_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long log is folded once, not at every list."""
    run = bare_run(root, HAPPENED, claim="finished")
    summarise(run)
    monkeypatch.setattr(summary, "read_history", None)
    assert summarise(run).figures == FIGURES


def test_a_log_that_grew_is_folded_again(root: Path) -> None:
    """A resumed run's old figures are not shown; neither are those of a log that was changed in place."""
    run = bare_run(root, HAPPENED[:-1], claim="stopped")
    assert summarise(run).figures.seconds is None
    grow(run, HAPPENED[-1])
    assert summarise(run).figures == FIGURES
    content = run.events.read_bytes()
    run.events.write_bytes(content.replace(b"0.75", b"0.25"))
    os.utime(run.events, ns=(1, 1))
    assert summarise(run).figures.results["svc"] == 0.25


def test_a_run_that_is_going_on_is_not_cached(root: Path) -> None:
    """It changes with every event: writing the cache would cost more than folding."""
    run = bare_run(root, HAPPENED[:3], claim="running")
    held = lock.acquire(run.lock)
    assert held
    assert summarise(run).state is State.RUNNING
    assert not run.summary.exists()
    held.release()
    assert summarise(run).state is State.LOST
    assert run.summary.exists()


def test_events_that_came_while_folding_are_not_taken_for_cached(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache is keyed by how the log was before it was read, so that it can only be too old."""
    run = bare_run(root, HAPPENED[:-1], claim="stopped")

    def read_and_grow(run: Run) -> Any:
        history = read_history(run)
        grow(run, HAPPENED[-1])
        return history

    with monkeypatch.context() as patch:
        patch.setattr(summary, "read_history", read_and_grow)
        assert summarise(run).figures.seconds is None
    assert summarise(run).figures.seconds == 12.5


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b"\xff", b"\x00" * 99, b"[" * 100_000, b'{"key": ' * 5000, b'{"key": [1]}'],
    ids=lambda content: repr(content[:9]),
)
def test_a_corrupted_cache_is_ignored_and_replaced(root: Path, content: bytes) -> None:
    """It is derived: whatever happened to it, the events say the same."""
    run = bare_run(root, HAPPENED, claim="finished")
    run.summary.write_bytes(content)
    assert summarise(run).figures == FIGURES
    assert cache_of(run)["figures"]["images_seen"] == 1280


def test_a_cache_that_is_no_file_is_ignored(root: Path) -> None:
    """A directory in its place costs the cache, not the answer."""
    run = bare_run(root, HAPPENED, claim="finished")
    run.summary.mkdir()
    assert summarise(run).figures == FIGURES


@given(st.dictionaries(st.sampled_from([field.name for field in dataclasses.fields(Figures)] + ["more"]), JSON))
def test_a_hostile_cache_reaches_no_front_end(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    """With the right key and figures of wrong types it is ignored: lists format them as numbers and texts."""
    run = Run(tmp_path_factory.getbasetemp() / "hostile" / "a-run")
    if not run.path.exists():
        bare_run(run.path.parent, HAPPENED, run_id=run.id, claim="finished")
        summarise(run)
    content = json.loads((run.summary).read_text())
    run.summary.write_text(json.dumps(content | {"figures": content["figures"] | changes}))
    found = summarise(run).figures
    run.summary.write_text(json.dumps(content))
    for name in ("planned_images", "images_seen", "evaluated_at"):
        assert type(getattr(found, name)) is int
    for name in ("loss", "learning_rate", "images_per_second", "seconds"):
        assert type(getattr(found, name)) in (int, float, type(None))
    assert type(found.last_time) in (int, float)
    assert type(found.results) is dict
    assert not found.results or {"validation_loss", "accuracy"} <= found.results.keys()
    assert all(type(value) in (int, float) for value in found.results.values())
    assert not set("\x1b\n\x9b\u202e") & set(found.reason)


@pytest.mark.parametrize(
    "figures",
    [
        {"loss": "0.1"},
        {"loss": float("nan")},
        {"images_seen": True},
        {"results": {"accuracy": 0.9}},
        {"results": {"validation_loss": "low", "accuracy": 0.9}},
        {"planned_images": None},
        {"unknown": 1},
        {"last_time": float("inf")},
    ],
    ids=str,
)
def test_a_cache_with_a_wrong_figure_is_folded_again(root: Path, figures: dict[str, Any]) -> None:
    """One wrong figure and none is believed."""
    run = bare_run(root, HAPPENED, claim="finished")
    summarise(run)
    content = cache_of(run)
    run.summary.write_text(json.dumps(content | {"figures": content["figures"] | figures}))
    assert summarise(run).figures == FIGURES


def test_a_cached_reason_drives_no_terminal(root: Path) -> None:
    """It is text from a file."""
    run = bare_run(root, HAPPENED, claim="failed")
    summarise(run)
    content = cache_of(run)
    content["figures"]["reason"] = "\x1b[2J\nbad \ud800"
    run.summary.write_text(json.dumps(content))
    assert summarise(run).figures.reason.startswith("[2J bad")
    summarise(run).figures.reason.encode()


def test_a_read_only_run_is_listed() -> None:
    """Someone else's runs can be looked at: no cache is written, nothing is missing."""
    with open_to_all() as root:
        run = bare_run(root, HAPPENED, claim="finished")
        run.path.chmod(0o555)
        with nobody():
            assert [item.figures for item in summarise_all(root)] == [FIGURES]
            assert not run.summary.exists()


def test_what_cannot_be_read_of_a_run_is_said_and_hides_no_other() -> None:
    """A broken claim, a private log, a directory in its place: one line each among the others."""
    with open_to_all() as root:
        good = bare_run(root, HAPPENED, claim="finished", run_id="good")
        broken = bare_run(root, claim="finished", run_id="broken")
        (broken.path / "run.json").write_text("{")
        private = bare_run(root, HAPPENED, claim="finished", run_id="private")
        private.events.chmod(0)
        folder = bare_run(root, claim="finished", run_id="folder")
        folder.events.mkdir()
        with nobody():
            found = {item.run.id: item for item in summarise_all(root)}
        assert found["good"] == Summary(good, "a-run", 1764000000.0, State.FINISHED, FIGURES)
        assert "cannot be understood" in found["broken"].problem
        assert found["private"].problem.endswith("events.jsonl: cannot be read: Permission denied.")
        assert found["folder"].problem.endswith("events.jsonl: cannot be read: Is a directory.")
        for name in ("broken", "private", "folder"):
            assert (found[name].name, found[name].figures) == (name, Figures())
        with nobody(), pytest.raises(RunError):
            read_history(private)


def test_a_run_without_a_log_has_no_figures_yet(root: Path) -> None:
    """It was created a moment ago."""
    run = bare_run(root, claim="starting")
    assert summarise(run) == Summary(run, "a-run", 1764000000.0, State.STARTING, Figures())


def test_a_place_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """As the store does; an empty or missing one has no runs."""
    assert summarise_all(tmp_path) == summarise_all(tmp_path / "missing") == []
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be read"):
        summarise_all(tmp_path / "file")


def test_a_thousand_runs_are_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first list folds each and waits for no disk; the second folds none."""
    monkeypatch.setattr("vitdash.run.files.os.fsync", None)
    for number in range(1000):
        day = f"2026{number // 100 + 1:02d}{number % 28 + 1:02d}"
        bare_run(root, HAPPENED, run_id=f"r{number}-{day}-000000-aaaa", claim="finished")
    first = summarise_all(root)
    assert len(first) == 1000
    monkeypatch.setattr(summary, "read_history", None)
    assert summarise_all(root) == first
    dates = [item.run.id.split("-")[1] for item in first]
    assert dates == sorted(dates)


def test_a_description_is_plain_values(root: Path) -> None:
    """Programs get the same as people: JSON without a NaN, `problem` null where there is none."""
    run = bare_run(root, HAPPENED, claim="finished")
    described = describe(summarise(run))
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    assert described["run"] == run.id
    assert described["state"] == "finished"
    assert described["results"] == FIGURES.results
    assert described["problem"] is None
    (run.path / "run.json").unlink()
    assert "no run.json" in str(describe(summarise(run))["problem"])


def test_creation_is_in_the_past(root: Path) -> None:
    """What tells how old a run is."""
    assert summarise(bare_run(root, claim="finished")).created < time.time()
