"""Both ends of a run's event log: append each event once, read each event once. Must not know what events mean.

The file is the truth, the pipe is the news: a line is first appended to the file, then offered to a pipe whose write
end never blocks. A reader takes from the pipe what comes, and wherever that has a gap it reads the file.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import select
import time
from pathlib import Path
from typing import Protocol, TypeVar

from vitdash.errors import RunError
from vitdash.opening import open_to_append
from vitdash.run.events import Event, News, Skipped, Tick, decode, encode
from vitdash.run.whole_lines import LONGEST_LINE_BYTES, WholeLines
from vitdash.text import plain

LONGEST_PIPE_LINE = min(4096, select.PIPE_BUF)
"""Bytes that one write puts on a pipe whole or not at all; macOS promises 512, Linux 4,096."""
FULL_DISK_RETRY_SECONDS = 1.0
MOST_MALFORMED = 10_000
"""A log with so many lines that are no events is none: its reader does not go on for ever."""
MOST_MISSED = 10**9
"""How far the numbers of events may jump ahead."""

SomeEvent = TypeVar("SomeEvent", bound=Event)


class Patience(Protocol):
    """How a full disk is waited for."""

    def wait(self) -> None:
        """Wait a moment; called each time that there is no room."""

    def found(self) -> None:
        """Note that what had to wait is written."""


class _Rest:
    """Waits, and tells nobody."""

    def wait(self) -> None:
        time.sleep(FULL_DISK_RETRY_SECONDS)

    def found(self) -> None:
        return


class EventWriter:
    """The one writer of a run's event log; holding the run's lock is its caller's duty.

    On a full disk it waits as `patience` does; what that raises, `append` raises, and the event is not recorded.

    Raises:
        RunError: the file cannot be written, or is no event log.
    """

    def __init__(self, path: Path, pipe: int | None = None, patience: Patience | None = None) -> None:
        self._patience: Patience = patience or _Rest()
        self._file = _opened(path)
        self._pipe = pipe
        if pipe is not None:
            os.set_blocking(pipe, False)
        self.seq = self._recover(path)

    def append(self, event: SomeEvent) -> SomeEvent:
        """Record `event` and return it as recorded, with its number and time."""
        recorded = dataclasses.replace(event, seq=self.seq + 1, time=round(time.time(), 3))
        line = encode(recorded)
        self._write(line)
        self.seq += 1
        self._offer(line)
        return recorded

    def tick(self, tick: Tick) -> None:
        """Offer a tick to the pipe; it is never stored."""
        self._offer(encode(tick))

    def sync(self) -> None:
        """Return when everything recorded so far would survive a power cut."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close file and pipe; whoever reads the pipe sees its end."""
        os.close(self._file)
        if self._pipe is not None:
            os.close(self._pipe)

    def _write(self, line: bytes) -> None:
        start = os.fstat(self._file).st_size
        while True:
            left = line
            try:
                # Nearly always one write. Of what finds no room for all, the rest is told why: not only disks are full.
                while left:
                    left = left[os.write(self._file, left) :]
            except OSError as error:
                # What was written of the line goes, so that no reader ever sees half of it.
                os.ftruncate(self._file, start)
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                self._patience.wait()
            else:
                self._patience.found()
                return

    def _offer(self, line: bytes) -> None:
        if self._pipe is None or len(line) > LONGEST_PIPE_LINE:
            return
        # A full pipe drops this line: its reader notices the gap. A broken one has lost its reader for good.
        with contextlib.suppress(BlockingIOError):
            try:
                os.write(self._pipe, line)
            except BrokenPipeError:
                os.close(self._pipe)
                self._pipe = None

    def _recover(self, path: Path) -> int:
        """Cut off a last line that a crash tore, and return the number of the last event."""
        before = EventReader(path)
        before.from_file()
        if before.given_up:
            raise RunError(plain(path), "is no event log: too many of its lines are no events.")
        if os.fstat(self._file).st_size > before.offset:
            os.ftruncate(self._file, before.offset)
        return before.seen


class EventReader:
    """One reader of a run: sees every event exactly once and in order, whoever was killed, stopped or late."""

    def __init__(self, path: Path, pipe: int | None = None) -> None:
        self._path = path
        self._pipe = pipe
        if pipe is not None:
            os.set_blocking(pipe, False)
        self._lines = WholeLines(path)
        self._confirmed = 0
        self._malformed = 0
        self._partial = b""
        self.seen = 0
        """The number of the last event."""

    @property
    def offset(self) -> int:
        """Where in the file the first line begins that was not read."""
        return self._lines.offset

    @property
    def given_up(self) -> bool:
        """Whether too much was found that is no event for this to be a log."""
        return self._malformed >= MOST_MALFORMED

    @property
    def pipe(self) -> int | None:
        """The read end of the pipe while it is open, to wait on."""
        return self._pipe

    def from_pipe(self) -> list[News]:
        """Return what came through the pipe since the last call, gaps filled from the file.

        Raises:
            RunError: the file cannot be read.
        """
        news: list[News] = []
        for line in self._pipe_lines():
            try:
                item = decode(line)
            except ValueError:
                continue
            if isinstance(item, Tick):
                news.append(item)
            elif isinstance(item, Event) and item.seq > self._confirmed:
                # The place in the file moves along with the pipe: that is where a gap is read from.
                if item.seq == self.seen + 1 and self._lines.step_over(line):
                    self._is_next(item.seq)
                    news.append(item)
                else:
                    news.extend(self.from_file())
        if self._pipe is None:
            news.extend(self.from_file())
        return news

    def from_file(self) -> list[News]:
        """Return the events that the file has beyond those seen; none while there is no file.

        Raises:
            RunError: the file cannot be read.
        """
        news: list[News] = []
        try:
            for line in () if self.given_up else self._lines.read():
                news.append(self._understood(line))
                if self.given_up:
                    news.append(self._skipped("too many lines are no events; the rest is not read"))
                    break
        except FileNotFoundError:
            return news
        except OSError as error:
            raise RunError(plain(self._path), f"cannot be read: {plain(error.strerror)}.") from None
        return news

    def close(self) -> None:
        """Close the pipe; the writer drops it at its next event."""
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _understood(self, line: bytes | None) -> Event:
        """Return the event in a line of the file, or what stands for one that has none."""
        try:
            return self._event_in(line)
        except ValueError as error:
            self._malformed += 1
            return self._skipped(str(error))

    def _event_in(self, line: bytes | None) -> Event:
        if line is None:
            raise ValueError(f"it is longer than {LONGEST_LINE_BYTES:,} bytes")
        item = decode(line)
        if isinstance(item, Tick):
            raise ValueError("a tick is never stored")  # noqa: TRY004 - one kind of error for everything malformed
        if not self._is_next(item.seq):
            raise ValueError(f"its number {item.seq} is not the next")
        return item

    def _is_next(self, seq: int) -> bool:
        """Return whether an event with this number comes next, and count on from it.

        Damaged lines leave gaps, so a number may jump ahead; but only its successor confirms it. So one number that is
        wrong hides none of the events that follow it.
        """
        if not self._confirmed < seq <= self._confirmed + MOST_MISSED or seq == self.seen:
            return False
        if seq == self.seen + 1:
            self._confirmed = seq
        self.seen = seq
        return True

    def _skipped(self, reason: str) -> Skipped:
        return Skipped(seq=self.seen, reason=reason)

    def _pipe_lines(self) -> list[bytes]:
        chunks = [self._partial]
        while self._pipe is not None:
            try:
                chunk = os.read(self._pipe, 65_536)
            except BlockingIOError:
                break
            if not chunk:
                self.close()
                break
            chunks.append(chunk)
        *lines, self._partial = b"".join(chunks).split(b"\n")
        return [line + b"\n" for line in lines]


def _opened(path: Path) -> int:
    try:
        return open_to_append(path)
    except OSError as error:
        raise RunError(plain(path), f"cannot be written: {plain(error.strerror)}.") from None
