"""The worker's log: read from its end, in bounded pieces, whatever is in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harmless import is_harmless
from vitdash.run import worker_log
from vitdash.run.worker_log import LogTail, harmless


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return where a log will be."""
    return tmp_path / "log.txt"


def append(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def test_lines_come_as_they_are_printed(log: Path) -> None:
    """None twice, none in two halves; the last one counts before it has ended."""
    tail = LogTail(log)
    assert not tail.read()
    append(log, "one\ntw")
    assert tail.read()
    assert tail.lines == ["one", "tw"]
    append(log, "o\n\nthree\n")
    assert tail.read()
    assert tail.lines == ["one", "two", "", "three"]
    assert not tail.read()
    assert (tail.before, tail.problem) == (0, "")


def test_a_log_of_a_gigabyte_opens_at_once(log: Path) -> None:
    """Only its end is read; the rest is counted, not touched."""
    with log.open("wb") as file:
        file.truncate(10**9)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + b"x" * 100 + b"\nthe end\n")
    tail = LogTail(log)
    assert tail.read()
    assert tail.lines[-1] == "the end"
    assert 10**9 - worker_log.PIECE_BYTES < tail.before < 10**9 + 109


def test_what_came_before_is_read_piece_by_piece(log: Path) -> None:
    """Back to the first line, and every line once."""
    expected = [f"{number} {'.' * 60}" for number in range(6000)]
    log.write_text("".join(f"{line}\n" for line in expected))
    tail = LogTail(log)
    tail.read()
    assert tail.lines == expected[-len(tail.lines) :]
    read = len(tail.lines)
    while lines := tail.read_earlier():
        read += lines
        assert tail.lines == expected[-read:]
    assert (tail.lines, tail.before) == (expected, 0)


def test_a_worker_that_prints_without_end_fills_no_memory(log: Path) -> None:
    """What was printed first is let go, and counted."""
    tail = LogTail(log)
    printed = 0
    for _ in range(30):
        append(log, "y" * 99_999 + "\n")
        printed += 100_000
        tail.read()
    kept = len(tail.lines) * 100_000
    assert kept <= worker_log.MOST_BYTES
    assert tail.before == printed - kept
    assert tail.read_earlier() > 0


def test_a_log_that_was_cut_is_read_anew(log: Path) -> None:
    """Another worker may have begun it again."""
    log.write_text("a first worker\n" * 3)
    tail = LogTail(log)
    tail.read()
    log.write_text("another\n")
    assert tail.read()
    assert tail.lines == ["another"]


def test_what_is_no_file_is_not_waited_for(log: Path, tmp_path: Path) -> None:
    """A pipe would never answer, a link may lead anywhere."""
    os.mkfifo(log)
    tail = LogTail(log)
    assert not tail.read()
    assert tail.problem == "cannot be read: it is no regular file"
    (tmp_path / "link").symlink_to("/etc/hosts")
    linked = LogTail(tmp_path / "link")
    assert not linked.read()
    assert linked.problem
    assert linked.lines == []


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b"\x1b[33mwarning:\x1b[0m slow", "warning: slow"),
        (b"    indented\tby a tab", "    indented    by a tab"),
        (b" 10%|#   |\r 90%|### |\r100%|####|\r", "100%|####|"),
        (b"\x1b]0;title\x07text \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "text link"),
        (b"\x1b(B\x1b7\x1b=caf\xc3\xa9 \xff", "café \ufffd"),
        (b"\x1bPsixel\x1b\\after", "after"),
        (b"\r\n"[:1], ""),
    ],
)
def test_lines_are_what_a_terminal_would_show_in_the_end(printed: bytes, shown: str) -> None:
    """Colours go, progress bars are their last state, indentation stays."""
    assert harmless(printed) == shown


@given(st.binary(max_size=60))
def test_nothing_in_a_line_can_drive_a_terminal(printed: bytes) -> None:
    """Whatever the worker, its libraries or a stranger wrote."""
    assert is_harmless(harmless(b"x" + printed))
