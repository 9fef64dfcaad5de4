"""The terminal under the dashboard: what it sends is survived, and it is usable again however the dashboard ends."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.terminal import Terminal, opened

APP = (sys.executable, "-m", "tests.ui.small_app")
CHECKOUT = Path(__file__).parents[2]
MAIN_SCREEN, MOUSE, CURSOR = 1049, (1000, 1003, 1006), 25


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Return a terminal in which the small app is ready."""
    with opened(APP, cwd=CHECKOUT, columns=120, rows=20, environment={"PYTHONPATH": str(CHECKOUT)}) as found:
        found.until("ready")
        yield found


def assert_usable(terminal: Terminal) -> None:
    """Check that mouse reports are off, the main screen and the cursor are back, and lines are echoed."""
    modes = terminal.modes
    assert not any(modes[number] for number in (MAIN_SCREEN, *MOUSE))
    assert modes[CURSOR]
    flags = termios.tcgetattr(terminal._terminal)[3]
    assert flags & termios.ECHO
    assert flags & termios.ICANON


@pytest.mark.parametrize("report", [b"\x1b[M \xff!", b"\x1b[M\x80\xc3\xa1", b"\x1b[M#\xe2\x31", b"\xff\xfe"])
def test_bytes_that_are_no_text_end_nothing(terminal: Terminal, report: bytes) -> None:
    """A multiplexer that is attached again sends mouse reports as before 1995: a column beyond 95 is no UTF-8."""
    terminal.press(report, b"xxxxz")
    terminal.until(lambda: " z" in terminal.text)
    terminal.press("q")
    assert terminal.wait() == 0
    assert_usable(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_and_gives_the_terminal_back(terminal: Terminal, number: signal.Signals) -> None:
    """The exit code says which signal it was, as a shell says it."""
    terminal.tell(number)
    assert terminal.wait() == 128 + number
    assert_usable(terminal)


def test_a_terminal_that_is_closed_ends_it_without_a_word(terminal: Terminal) -> None:
    """Nobody is there any more: nothing is printed anywhere, and no process goes on for ever."""
    terminal.hang_up()
    assert terminal.process.wait(30) == 128 + signal.SIGHUP


def test_a_stopped_process_goes_on_where_it_was(terminal: Terminal) -> None:
    """Stopped by the shell it leaves the terminal as it was; back again it draws anew, and hears each key once."""
    terminal.press("a")
    terminal.until(" a")
    terminal.tell(signal.SIGTSTP)
    _until_stopped(terminal)
    assert_usable(terminal)
    terminal.screen.reset()
    terminal.tell(signal.SIGCONT)
    terminal.until("ready")
    terminal.press("b", "c")
    terminal.until(" a b c")
    terminal.press("q")
    assert terminal.wait() == 0
    assert_usable(terminal)


def test_whoever_was_stopped_unasked_draws_anew_and_hears_each_key_once(terminal: Terminal) -> None:
    """SIGSTOP cannot be heard: after it the terminal is taken over again, by one reader and one writer."""
    terminal.tell(signal.SIGSTOP)
    _until_stopped(terminal)
    terminal.screen.reset()
    terminal.tell(signal.SIGCONT)
    terminal.until("ready")
    for key in "abcdefgh":
        terminal.press(key)
        terminal.until(f" {key}")
    terminal.until(" a b c d e f g h")
    terminal.press("q")
    assert terminal.wait() == 0


def test_signals_amid_a_write_neither_hang_it_nor_are_lost(terminal: Terminal) -> None:
    """Whoever writes holds a lock: what a signal's handler wrote would wait for it in the thread that has it."""
    terminal.press("w")
    assert terminal.wait() == 128 + signal.SIGTERM
    assert_usable(terminal)


def test_keys_that_come_at_once_go_where_the_one_before_them_leads(terminal: Terminal) -> None:
    """Over a slow connection several come together: what follows the key that opens a field is typed into it."""
    terminal.press("/max")
    terminal.until("max")
    assert "keys: slash  " in terminal.text


def test_keys_that_come_with_the_one_that_opens_a_screen_are_that_screen_s(terminal: Terminal) -> None:
    """It is waited for until it is there."""
    terminal.press("nhello world")
    terminal.until("hello world")


def test_a_key_that_comes_a_moment_later_waits_as_well(terminal: Terminal) -> None:
    """A fast typist, a busy machine: what opens the field is under way when the next key comes."""
    terminal.press("p")
    time.sleep(0.005)
    terminal.press("max")
    terminal.until("max")
    assert "keys: p  " in terminal.text


def test_another_size_is_drawn_at_once(terminal: Terminal) -> None:
    """Smaller and larger again."""
    terminal.resize(40, 12)
    terminal.until(lambda: "╮" in terminal.screen.display[0][39])
    terminal.resize(100, 30)
    terminal.until(lambda: "╮" in terminal.screen.display[0][99])


def test_an_ascii_locale_gets_nothing_but_ascii() -> None:
    """Borders, markers, curves, names: nothing moves, nothing is beyond 126."""
    with opened(APP, cwd=CHECKOUT, columns=60, rows=12, environment={"LC_ALL": "C", "PYTHONPATH": str(CHECKOUT)}) as it:
        it.until("ready")
        it.press("q")
        it.wait()
        assert max(it.received) <= 126
        assert b"ready o ^ #: _., ~ ?? e" in bytes(it.received)


@pytest.mark.parametrize("variables", [{"TERM": "xterm", "COLORTERM": None}, {"TERM": "screen", "COLORTERM": None}])
def test_sixteen_colours_are_no_more_than_sixteen(variables: dict[str, str | None]) -> None:
    """Neither 256 colours nor all of them are asked of such a terminal."""
    environment = variables | {"PYTHONPATH": str(CHECKOUT)}
    with opened(APP, cwd=CHECKOUT, columns=60, rows=12, environment=environment) as it:
        it.until("muted")
        assert b"38;2;" not in it.received
        assert b"38;5;" not in it.received
        assert b"\x1b[" in it.received


def _until_stopped(terminal: Terminal) -> None:
    status = 0
    while not os.WIFSTOPPED(status):
        terminal.read(0.02)
        _, status = os.waitpid(terminal.process.pid, os.WNOHANG | os.WUNTRACED)
