"""Files written while training goes on: one after the other, and no failure is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from vitdash.engine.writing import Writer


def at_once(path: Path, work: Callable[[], None]) -> None:
    work()


@pytest.mark.parametrize("in_background", [True, False])
def test_what_was_begun_is_done_after_waiting(in_background: bool) -> None:
    """Several in a row are done in their order, each whole before the next begins."""
    done: list[str] = []
    writer = Writer(at_once, in_background=in_background)
    for index in range(3):
        writer.write(Path("best.pt"), lambda index=index: done.extend([f"begin {index}", f"end {index}"]))  # type: ignore[misc]
    writer.wait()
    assert done == ["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]


def test_the_background_does_not_hold_up_who_asks() -> None:
    """While a file is written, training goes on: here it is what lets the writing end."""
    going_on = threading.Event()
    ended: list[bool] = []
    writer = Writer(at_once, in_background=True)
    writer.write(Path("best.pt"), lambda: ended.append(going_on.wait(60)))
    going_on.set()
    writer.wait()
    assert ended == [True]


def test_what_the_background_could_not_write_is_written_patiently() -> None:
    """A full disk is dealt with where there is someone to wait for room, once."""
    tried: list[str] = []

    def fail_at_first() -> None:
        tried.append(threading.current_thread().name)
        if len(tried) == 1:
            raise OSError("disk full")

    patient: list[Path] = []

    def patiently(path: Path, work: Callable[[], None]) -> None:
        patient.append(path)
        work()

    writer = Writer(patiently, in_background=True)
    writer.write(Path("best.pt"), fail_at_first)
    writer.wait()
    writer.wait()
    assert patient == [Path("best.pt")]
    assert tried[1] == threading.current_thread().name != tried[0]


@pytest.mark.parametrize("in_background", [True, False])
def test_what_cannot_be_written_at_all_is_raised_where_it_is_waited_for(in_background: bool) -> None:
    """A failure ends the run as it would without a thread."""

    def fail() -> None:
        raise OSError("read-only")

    def write_and_wait(writer: Writer) -> None:
        writer.write(Path("best.pt"), fail)
        writer.wait()

    writer = Writer(at_once, in_background=in_background)
    with pytest.raises(OSError, match="read-only"):
        write_and_wait(writer)
    writer.wait()
