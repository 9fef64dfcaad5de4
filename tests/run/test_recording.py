"""A recorded run played again: in its order, by its times, forwards and back, and nothing of it is touched."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.recorded import finished, progress, record, started
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.run import recording
from vitdash.run.events import Event, Paused, Resumed, RunFailed, Stopped, encode
from vitdash.run.recording import LONGEST_GAP_SECONDS, Replay
from vitdash.run.state import State
from vitdash.run.store import Run


class Clock:
    """Time that passes when it is told to."""

    seconds = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def write(path: Path, events: list[Event], times: list[float]) -> Path:
    """Write events as a worker did at those times."""
    numbered = [
        dataclasses.replace(event, seq=index + 1, time=1764000000.0 + moment)
        for index, (event, moment) in enumerate(zip(events, times, strict=True))
    ]
    path.write_bytes(b"".join(map(encode, numbered)))
    return path


def replay(path: Path, clock: Clock, speed: float = 1.0) -> Replay:
    return Replay(recording.read(Run(path.parent), path), speed, now=clock)


def test_events_come_when_they_came_by_a_faster_clock(tmp_path: Path, tiny: RunConfig) -> None:
    """Ten times as fast; figures and state are those of that moment."""
    events: list[Event] = [started(tiny), progress(640, loss=0.05), progress(1280, loss=0.04)]
    clock = Clock()
    feed = replay(write(tmp_path / "events.jsonl", events, [0, 10, 20]), clock, 10)
    (known,) = feed.runs.values()
    states = [known.state]
    assert feed.look() == {known.run.id}
    assert [*states, known.state] == [State.STARTING, State.RUNNING]
    assert feed.poll() == set()
    clock.seconds += 1
    assert feed.poll() == {known.run.id}
    assert known.short.figures.loss == 0.05
    assert known.short.figures.images_seen == 640
    clock.seconds += 100
    assert feed.poll() == {known.run.id}
    assert known.short.figures.loss == 0.04
    assert feed.position == 20


def test_the_clock_stands_still_and_goes_back(tmp_path: Path, tiny: RunConfig) -> None:
    """What came after the moment that is sought has not happened yet."""
    clock = Clock()
    path = write(tmp_path / "events.jsonl", [started(tiny), progress(640), progress(1280)], [0, 10, 20])
    feed = replay(path, clock)
    (known,) = feed.runs.values()
    clock.seconds += 12
    feed.poll()
    feed.pause()
    version = known.version
    clock.seconds += 100
    assert feed.paused
    assert feed.poll() == set()
    feed.seek(feed.position - 5)
    assert feed.poll() == {known.run.id}
    assert known.version > version
    assert known.short.figures.images_seen == 0
    feed.pause()
    feed.seek(1000)
    feed.poll()
    assert known.short.figures.images_seen == 1280
    feed.seek(-1)
    feed.poll()
    assert feed.position == 0
    assert known.history.progress == []


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (Paused(images_seen=640), State.PAUSED),
        (Stopped(images_seen=640), State.STOPPED),
        (RunFailed(title="ValueError", message="nan", traceback=""), State.FAILED),
        (Resumed(from_images=0, from_seq=1), State.RUNNING),
    ],
)
def test_the_state_is_what_the_events_say(tmp_path: Path, tiny: RunConfig, last: Event, expected: State) -> None:
    """No lock, no claim: what is played has no worker."""
    clock = Clock()
    feed = replay(write(tmp_path / "events.jsonl", [started(tiny), last], [0, 1]), clock)
    clock.seconds += 1
    feed.poll()
    (known,) = feed.runs.values()
    assert known.state is expected


def test_a_night_in_between_is_not_waited_for(tmp_path: Path, tiny: RunConfig) -> None:
    """And a clock that was set back does not make time run backwards."""
    path = write(tmp_path / "events.jsonl", [started(tiny), progress(640), progress(1280)], [0, 36_000, 10])
    found = recording.read(Run(tmp_path), path)
    assert found.moments == (0.0, LONGEST_GAP_SECONDS, LONGEST_GAP_SECONDS)


def test_a_run_its_folder_and_its_file_are_the_same_recording(root: Path, tiny: RunConfig) -> None:
    """By name, by folder, by file; name and configuration come from the folder."""
    run = record(root, tiny, finished(tiny), name="first")
    found = [recording.find(root, str(reference)) for reference in ("first", run.path, run.events)]
    assert found[0].events == found[1].events == found[2].events
    assert {item.run for item in found} == {run}
    (known,) = Replay(found[0], 1).runs.values()
    assert known.config == tiny
    assert known.claim.name == "first"


def test_a_file_alone_says_enough(tmp_path: Path, tiny: RunConfig) -> None:
    """Sent by somebody else, without the folder: name and configuration come from the first event."""
    path = write(tmp_path / "sent.jsonl", [started(tiny, "cnn-20260101-000000-abcd")], [0])
    (known,) = Replay(recording.find(tmp_path, str(path)), 1).runs.values()
    assert known.short.name == "cnn"
    assert known.config is not None
    assert known.config.model == tiny.model


def test_what_holds_no_events_is_refused(tmp_path: Path) -> None:
    """An empty log, or a file that is none."""
    (tmp_path / "x.jsonl").write_text("nonsense\n")
    with pytest.raises(InputError, match="holds no events to show"):
        recording.find(tmp_path, str(tmp_path / "x.jsonl"))


def test_nothing_is_written(root: Path, tiny: RunConfig) -> None:
    """Whoever looks at how a run went leaves it as it was."""
    run = record(root, tiny, finished(tiny))
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    feed = Replay(recording.find(root, run.id), 1e6)
    feed.look()
    feed.poll()
    feed.close()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
