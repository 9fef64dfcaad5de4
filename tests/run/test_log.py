"""Every reader of a run's log sees each event exactly once and in order, whatever becomes of the pipe."""

from __future__ import annotations

import errno
import os
import select
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.run.happenings import oversize, progress, recorded, tick
from tests.run.rights import nobody
from vitdash.errors import RunError
from vitdash.run import log
from vitdash.run.events import Event, News, Skipped, Tick, TrainProgress, decode, encode
from vitdash.run.log import LONGEST_PIPE_LINE, EventReader, EventWriter


def lines_of(path: Path) -> list[Event]:
    """Return what a log holds, read without the reader that is tested."""
    found = [decode(line) for line in path.read_bytes().splitlines(keepends=True)]
    assert all(isinstance(item, Event) for item in found)
    return [item for item in found if isinstance(item, Event)]


def seqs(news: list[News]) -> list[int]:
    """Return the numbers of the events in some news."""
    return [item.seq for item in recorded(news)]


def append_many(writer: EventWriter, count: int) -> None:
    """Record training, one small event after another."""
    for number in range(count):
        writer.append(progress(number))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a log will be."""
    return tmp_path / "events.jsonl"


@pytest.fixture
def ends(path: Path) -> Iterator[tuple[EventWriter, EventReader]]:
    """Return both ends of a log with a pipe between them."""
    read_end, write_end = os.pipe()
    writer, reader = EventWriter(path, write_end), EventReader(path, read_end)
    yield writer, reader
    writer.close()
    reader.close()


def test_events_are_numbered_from_one_and_stamped(path: Path) -> None:
    """What `append` returns is what was recorded, with its number and time."""
    writer = EventWriter(path)
    returned = [writer.append(progress(640 * index)) for index in range(3)]
    writer.sync()
    writer.close()
    assert lines_of(path) == returned
    assert [event.seq for event in returned] == [1, 2, 3]
    assert returned[0].time > 1.7e9


def test_a_later_writer_goes_on_counting(path: Path) -> None:
    """A resumed run's events follow those of its earlier life."""
    for first in (1, 3, 5):
        writer = EventWriter(path)
        assert writer.seq == first - 1
        append_many(writer, 2)
        writer.close()
    assert [event.seq for event in lines_of(path)] == [1, 2, 3, 4, 5, 6]


@given(cut=st.integers(1, 200), noise=st.binary(max_size=20))
def test_a_torn_last_line_is_cut_off(cut: int, noise: bytes) -> None:
    """A crash may leave any part of a line, or any bytes in its place: the next writer starts on a clean line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        writer = EventWriter(path)
        append_many(writer, 2)
        writer.close()
        whole = path.read_bytes()
        path.write_bytes(whole + encode(progress(99))[:-1][:cut] + noise.replace(b"\n", b""))
        again = EventWriter(path)
        assert (again.seq, path.read_bytes()) == (2, whole)
        again.append(progress(1))
        again.close()
        assert [event.seq for event in lines_of(path)] == [1, 2, 3]


def test_a_log_that_is_all_torn_begins_anew(path: Path) -> None:
    """A crash within the first line leaves an empty log, not a stuck one."""
    path.write_bytes(b'{"seq": 1, "ti')
    writer = EventWriter(path)
    assert (writer.seq, path.read_bytes()) == (0, b"")
    writer.close()


def test_numbers_go_on_behind_lines_that_were_not_understood(path: Path) -> None:
    """A newer version's event counts by its number; a malformed line in the middle counts for nothing."""
    path.write_bytes(encode(progress(1)).replace(b'"seq": 0', b'"seq": 6') + b"garbage\n")
    writer = EventWriter(path)
    assert writer.seq == 6
    writer.close()
    path.write_bytes(b'{"seq": 7, "time": 1.0, "type": "FromTheFuture"}\n\x00\x00\n')
    writer = EventWriter(path)
    assert writer.seq == 7
    writer.close()


def test_a_number_that_is_not_finite_is_not_recorded(path: Path) -> None:
    """The refused event leaves no trace: not in the file, not in the numbers."""
    writer = EventWriter(path)
    with pytest.raises(ValueError, match="JSON compliant"):
        writer.append(progress(1, pace=float("nan")))
    assert (writer.seq, path.read_bytes()) == (0, b"")
    writer.append(progress(1))
    writer.close()
    assert [event.seq for event in lines_of(path)] == [1]


class RunAndItsReaders(RuleBasedStateMachine):
    """A worker's lives, what becomes of their pipes, and the dashboards that read along in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "events.jsonl"
        self.written: list[Event] = []
        self.ticked: list[int] = []
        self.writer: EventWriter | None = None
        self.readers: list[EventReader] = []
        self.seen: list[list[News]] = []

    @initialize()
    def launched(self) -> None:
        """Give the worker a pipe to whoever launched it; another reader attaches without one."""
        read_end, write_end = os.pipe()
        self.writer = EventWriter(self.path, write_end)
        self._attach(read_end)
        self._attach(None)

    def _attach(self, pipe: int | None) -> None:
        self.readers.append(EventReader(self.path, pipe))
        self.seen.append([])

    @precondition(lambda self: self.writer)
    @rule(
        count=st.sampled_from([1, 2, 30, 600]), size=st.sampled_from([0, 0, LONGEST_PIPE_LINE - 200, LONGEST_PIPE_LINE])
    )
    def append(self, count: int, size: int) -> None:
        """Events happen: one or more than a pipe holds, short or longer than a pipe takes."""
        assert self.writer
        for number in range(count if size == 0 else min(count, 2)):
            event: Event = oversize(size) if size else progress(number)
            self.written.append(self.writer.append(event))

    @precondition(lambda self: self.writer)
    @rule()
    def tick(self) -> None:
        """Send a sign of life, which may get lost."""
        assert self.writer
        self.ticked.append(len(self.ticked))
        self.writer.tick(tick(self.ticked[-1]))

    @rule(which=st.integers(0, 5), from_file=st.booleans())
    def read(self, which: int, from_file: bool) -> None:
        """One of the readers takes what there is, from either side."""
        reader, seen = self.readers[which % len(self.readers)], self.seen[which % len(self.readers)]
        seen.extend(reader.from_file() if from_file else reader.from_pipe())

    @rule()
    def dashboard_ends(self) -> None:
        """Close the pipe of the dashboard that launched; it may go on reading the file."""
        self.readers[0].close()

    @precondition(lambda self: self.writer)
    @rule(torn=st.booleans())
    def worker_ends(self, torn: bool) -> None:
        """End the worker, perhaps in the middle of a line."""
        assert self.writer
        self.writer.close()
        self.writer = None
        if torn:
            with self.path.open("ab") as file:
                file.write(encode(progress(1))[:50])

    @precondition(lambda self: not self.writer)
    @rule(with_pipe=st.booleans())
    def resumed(self, with_pipe: bool) -> None:
        """Begin a later life of the run, from a dashboard that reads along or from nowhere."""
        if with_pipe and len(self.readers) < 6:
            read_end, write_end = os.pipe()
            self.writer = EventWriter(self.path, write_end)
            self._attach(read_end)
        else:
            self.writer = EventWriter(self.path)

    @invariant()
    def in_order(self) -> None:
        """Check that what a reader has seen so far is the beginning of what happened."""
        for seen in self.seen:
            events = [item for item in seen if isinstance(item, Event)]
            assert events == self.written[: len(events)]

    def teardown(self) -> None:
        """Check that at last every reader has all, ticks in their order, and none of them in the file."""
        if self.writer:
            self.writer.close()
        for reader, seen in zip(self.readers, self.seen, strict=True):
            seen.extend(reader.from_pipe())
            seen.extend(reader.from_file())
            assert [item for item in seen if isinstance(item, Event)] == self.written
            ticks = [item.images_seen for item in seen if isinstance(item, Tick)]
            assert ticks == sorted(set(ticks))
            assert set(ticks) <= set(self.ticked)
            reader.close()
        assert b'"Tick"' not in self.path.read_bytes()
        self.folder.cleanup()


RunAndItsReaders.TestCase.settings = settings(max_examples=40, stateful_step_count=20)
test_every_reader_sees_every_event_once_and_in_order = RunAndItsReaders.TestCase


def test_a_reader_beside_a_busy_writer_misses_and_doubles_nothing(ends: tuple[EventWriter, EventReader]) -> None:
    """Both at full speed, and an oversize event now and then: what reaches the reader is the log, event by event."""
    writer, reader = ends
    total = 6000

    def write() -> None:
        for number in range(total):
            writer.append(oversize() if number % 500 == 499 else progress(number))

    thread = threading.Thread(target=write)
    thread.start()
    news: list[News] = []
    while thread.is_alive():
        news += reader.from_pipe()
        select.select([reader.pipe or 0], [], [], 0.01)
    thread.join()
    news += reader.from_pipe() + reader.from_file()
    assert seqs(news) == list(range(1, total + 1))


def test_a_full_pipe_never_holds_up_the_writer(path: Path) -> None:
    """Nobody reads: thousands of events are recorded all the same, and who reads at last has all of them."""
    read_end, write_end = os.pipe()
    reader = EventReader(path, read_end)

    def write() -> None:
        writer = EventWriter(path, write_end)
        append_many(writer, 4000)
        for number in range(100):
            writer.tick(tick(number))
        writer.close()

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive()
    waiting = reader.from_pipe()
    assert seqs(waiting) == list(range(1, 4001))
    assert len(lines_of(path)) == 4000
    assert reader.pipe is None


def test_a_reader_that_falls_silent_for_a_while_goes_on_without_a_gap(ends: tuple[EventWriter, EventReader]) -> None:
    """The pipe overflows in the middle: the gap is filled from the file, and later news come by pipe again."""
    writer, reader = ends
    append_many(writer, 10)
    news = reader.from_pipe()
    append_many(writer, 3000)
    news += reader.from_pipe()
    held_by_the_pipe = len(news)
    assert held_by_the_pipe < 3010
    append_many(writer, 1)
    news += reader.from_pipe()
    assert seqs(news) == list(range(1, 3012))


def test_a_reader_that_dies_does_not_disturb_the_writer(path: Path) -> None:
    """The write end is closed with the first event that nobody can hear, and all events are recorded."""
    read_end, write_end = os.pipe()
    writer = EventWriter(path, write_end)
    append_many(writer, 2)
    os.close(read_end)
    append_many(writer, 3)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(write_end)
    writer.tick(tick(1))
    writer.close()
    assert [event.seq for event in lines_of(path)] == [1, 2, 3, 4, 5]


def test_a_line_too_long_for_a_pipe_goes_to_the_file_only(ends: tuple[EventWriter, EventReader]) -> None:
    """Longer writes are not whole on a pipe. The reader gets the event with the next one, from the file."""
    writer, reader = ends
    small = len(encode(oversize(0)))
    fits = writer.append(oversize(LONGEST_PIPE_LINE - small - 20))
    assert reader.from_pipe() == [fits]
    long = writer.append(oversize(LONGEST_PIPE_LINE))
    assert reader.from_pipe() == []
    after = writer.append(progress(1))
    assert reader.from_pipe() == [long, after]
    assert reader.from_file() == []


def test_ticks_come_by_pipe_and_are_never_stored(ends: tuple[EventWriter, EventReader], path: Path) -> None:
    """They stand between the events where they happened, and are no events."""
    writer, reader = ends
    first = writer.append(progress(1))
    writer.tick(tick(2))
    second = writer.append(progress(3))
    assert reader.from_pipe() == [first, tick(2), second]
    assert lines_of(path) == [first, second]
    assert EventReader(path).from_file() == [first, second]


def test_a_line_that_is_no_event_is_told_and_skipped(path: Path) -> None:
    """A damaged line does not hide what follows it, and is mentioned once."""
    reader = EventReader(path)
    assert reader.from_file() == []
    writer = EventWriter(path)
    first = writer.append(progress(1))
    with path.open("ab") as file:
        file.write(b"\xff\x00garbage\n\n")
    second = writer.append(progress(2))
    writer.close()
    news = reader.from_file()
    assert [type(item) for item in news] == [TrainProgress, Skipped, Skipped, TrainProgress]
    assert [news[0], news[3]] == [first, second]
    assert reader.from_file() == []


def test_noise_on_the_pipe_is_no_news(path: Path) -> None:
    """The file is the truth: neither garbage nor an event that it does not have is taken from the pipe."""
    read_end, write_end = os.pipe()
    reader = EventReader(path, read_end)
    writer = EventWriter(path)
    forged = encode(progress(5)).replace(b'"seq": 0', b'"seq": 1')
    os.write(write_end, b"\xff\xfe\n{}\n" + forged + forged[:20])
    assert reader.from_pipe() == []
    real = writer.append(progress(1))
    assert reader.from_file() == [real]
    os.write(write_end, b"\n" + forged)
    os.close(write_end)
    assert reader.from_pipe() == []
    writer.close()


def test_half_a_line_is_not_read(path: Path) -> None:
    """A reader that looks while a line is being written waits for its end."""
    line = encode(progress(1)).replace(b'"seq": 0', b'"seq": 1')
    reader = EventReader(path)
    path.write_bytes(line[:30])
    assert reader.from_file() == []
    path.write_bytes(line)
    assert seqs(reader.from_file()) == [1]


def test_a_log_that_is_gone_has_no_news(ends: tuple[EventWriter, EventReader], path: Path) -> None:
    """Deleting a run's directory under its readers is no crash of theirs."""
    writer, reader = ends
    append_many(writer, 1)
    path.unlink()
    append_many(writer, 1)
    assert reader.from_pipe() == []
    assert reader.from_file() == []


def test_a_log_that_cannot_be_read_is_expected_trouble(path: Path) -> None:
    """Someone else's private log, or a directory in its place: one sentence, no traceback."""
    path.mkdir()
    with pytest.raises(RunError, match=r"cannot be read: Is a directory\.$"):
        EventReader(path).from_file()
    path.rmdir()
    path.write_bytes(b"")
    path.chmod(0)
    with nobody(), pytest.raises(RunError, match=r"cannot be read: Permission denied\.$"):
        EventReader(path).from_file()


class FullDisk:
    """Stands in for `os` and `time` in the log module: writes to files fail as told, and waiting is looked at."""

    def __init__(self, path: Path, troubles: list[str]) -> None:
        self.path = path
        self.troubles = troubles
        self.waits = 0
        self.reader = EventReader(path)
        self.heard: list[News] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, handle: int, data: bytes) -> int:
        """Write as a disk does that is full for a while."""
        if not self.troubles or os.fstat(handle).st_ino != self.path.stat().st_ino:
            return os.write(handle, data)
        match self.troubles.pop():
            case "half":
                written = os.write(handle, data[: len(data) // 2])
                self.heard += self.reader.from_file()
                return written
            case "quota":
                raise OSError(errno.EDQUOT, "Disk quota exceeded")
            case _:
                raise OSError(errno.ENOSPC, "No space left on device")

    def time(self) -> float:
        """Return a time for events."""
        return 1764.0

    def sleep(self, seconds: float) -> None:
        """Look at the log while the writer waits for space: it ends with a whole line."""
        assert seconds == log.FULL_DISK_RETRY_SECONDS
        assert self.path.read_bytes()[-1:] in (b"", b"\n")
        self.heard += self.reader.from_file()
        self.waits += 1


@given(st.lists(st.lists(st.sampled_from(["full", "half", "quota"]), max_size=4), min_size=1, max_size=5))
def test_a_full_disk_leaves_no_half_line_and_loses_nothing(troubles: list[list[str]]) -> None:
    """The writer waits until there is space again; no reader ever sees what was written of a line before."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "events.jsonl"
        read_end, write_end = os.pipe()
        writer, follower = EventWriter(path, write_end), EventReader(path, read_end)
        disk = FullDisk(path, [])
        for name in ("os", "time"):
            patch.setattr(f"vitdash.run.log.{name}", disk)
        patch.setattr(log, "FULL_DISK_RETRY_SECONDS", 0)
        heard: list[News] = []
        for number, trouble in enumerate(troubles):
            disk.troubles = list(trouble)
            writer.append(progress(number))
            heard += follower.from_pipe()
        assert disk.waits == sum(kind != "half" for trouble in troubles for kind in trouble)
        disk.heard += disk.reader.from_file()
        expected = list(range(1, len(troubles) + 1))
        assert [event.seq for event in lines_of(path)] == expected
        assert seqs(heard) == seqs(disk.heard) == expected
        writer.close()
        follower.close()


def test_other_trouble_with_the_disk_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails for good ends the run; waiting would hide it."""
    writer = EventWriter(path)

    class Broken(FullDisk):
        def write(self, handle: int, data: bytes) -> int:  # noqa: ARG002 - what os.write is called with
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("vitdash.run.log.os", Broken(path, []))
    with pytest.raises(OSError, match="Input/output error"):
        writer.append(progress(1))
    assert writer.seq == 0
    writer.close()


def test_a_limit_to_the_size_of_files_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No room will come of it; what was written of the line goes, so that the next one is not lost with it."""
    writer = EventWriter(path)
    writer.append(progress(1))

    class Limited(FullDisk):
        def write(self, handle: int, data: bytes) -> int:
            """Write up to the limit, which lies within the second line, as the system does."""
            room = 200 - os.fstat(handle).st_size
            if room <= 0:
                raise OSError(errno.EFBIG, "File too large")
            return os.write(handle, data[:room])

    before = path.read_bytes()
    assert len(before) < 200 < 2 * len(before)
    with monkeypatch.context() as patch:
        patch.setattr("vitdash.run.log.os", Limited(path, []))
        with pytest.raises(OSError, match="File too large"):
            writer.append(progress(2))
    assert path.read_bytes() == before
    writer.append(progress(3))
    assert [event.seq for event in lines_of(path)] == [1, 2]
    writer.close()


def numbered_line(seq: int) -> bytes:
    """Return the line of an event with a number."""
    return encode(progress(640)).replace(b'"seq": 0', b'"seq": %d' % seq)


@pytest.mark.parametrize("wrong", [90, 1_000_000, 2**53, 2**53 + 1, 2**63 - 1, -5])
def test_one_number_that_is_wrong_hides_no_event(path: Path, wrong: int) -> None:
    """A damaged digit, or a forged one: what follows is read all the same, and the next worker is heard too."""
    path.write_bytes(b"".join(map(numbered_line, (1, 2, wrong, 4, 5))))
    news = EventReader(path).from_file()
    assert [seq for seq in seqs(news) if seq != wrong] == [1, 2, 4, 5]
    path.write_bytes(b"".join(map(numbered_line, (1, 2, wrong))))
    reader = EventReader(path)
    before = seqs(reader.from_file())
    assert before in ([1, 2], [1, 2, wrong])
    writer = EventWriter(path)
    append_many(writer, 2)
    writer.close()
    assert len(seqs(reader.from_file())) == len(seqs(EventReader(path).from_file())) - len(before) == 2


def test_a_number_that_comes_again_is_told_and_skipped(path: Path) -> None:
    """Each event counts once; a line that pretends to be one that was is no event."""
    path.write_bytes(b"".join(map(numbered_line, (1, 2, 3, 2, 3, 4))))
    news = EventReader(path).from_file()
    assert seqs(news) == [1, 2, 3, 4]
    assert [item.reason for item in news if isinstance(item, Skipped)] == [
        "its number 2 is not the next",
        "its number 3 is not the next",
    ]


@pytest.mark.parametrize("ended", [True, False])
def test_a_line_without_end_takes_no_memory_and_hides_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    """It is passed over as it grows, told once when it ends, and cut off like any torn one."""
    monkeypatch.setattr("vitdash.run.whole_lines.LONGEST_LINE_BYTES", 1000)
    monkeypatch.setattr("vitdash.run.whole_lines.PIECE_BYTES", 300)
    path.write_bytes(numbered_line(1))
    reader = EventReader(path)
    news = reader.from_file()
    with path.open("ab") as file:
        for _ in range(5):
            file.write(b"x" * 700)
            file.flush()
            assert reader.from_file() == []
        if ended:
            file.write(b"\n" + numbered_line(2) + numbered_line(3))
    news += reader.from_file()
    assert seqs(news) == ([1, 2, 3] if ended else [1])
    assert sum(isinstance(item, Skipped) for item in news) == ended
    writer = EventWriter(path)
    assert writer.seq == (3 if ended else 1)
    writer.close()
    assert (b"xxx" in path.read_bytes()) is ended


def test_what_is_no_log_is_not_read_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After too many lines that are no events the reader gives up, and no worker cuts off what it has not read."""
    monkeypatch.setattr(log, "MOST_MALFORMED", 10)
    content = numbered_line(1) + b"\n" * 100 + numbered_line(2)
    path.write_bytes(content)
    reader = EventReader(path)
    news = reader.from_file()
    assert len(news) == 12
    assert seqs(news) == [1]
    assert reader.from_file() == []
    with pytest.raises(RunError, match="is no event log"):
        EventWriter(path)
    assert path.read_bytes() == content


def test_no_event_is_written_through_a_link_or_into_a_pipe(path: Path, tmp_path: Path) -> None:
    """A log that leads elsewhere is refused, and what it leads to stays as it is: not even its torn line is cut off."""
    target = tmp_path / "precious"
    target.write_bytes(b"no end of line")
    path.symlink_to(target)
    with pytest.raises(RunError, match="it is a link to another place"):
        EventWriter(path)
    assert target.read_bytes() == b"no end of line"
    with pytest.raises(RunError, match="it is a link to another place"):
        EventReader(path).from_file()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RunError, match="it is no regular file"):
        EventWriter(path)
    with pytest.raises(RunError, match="it is no regular file"):
        EventReader(path).from_file()
