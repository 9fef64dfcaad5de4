"""Output goes where it is read: a pipe is no terminal, and no terminal gets what it was told not to get."""

from __future__ import annotations

import io
import sys

import pytest

from vitdash.terminal import console as consoles
from vitdash.terminal import output


class Terminal(io.StringIO):
    """A text file that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Return True."""
        return True


def terminal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Terminal:
    """Return a terminal that stands in for stdout from now on; a fixture would be undone by pytest's own capture."""
    for name, value in ({"TERM": "xterm-256color"} | environment).items():
        monkeypatch.setenv(name, value)
    file = Terminal()
    monkeypatch.setattr(sys, "stdout", file)
    return file


def test_a_terminal_shows_styles_and_what_was_written_literally(monkeypatch: pytest.MonkeyPatch) -> None:
    """Style comes from our code alone: brackets and colons of a name are brackets and colons."""
    screen = terminal(monkeypatch)
    console = consoles.stdout()
    console.print("[bold]:smile:[/bold] 17", style="dim")
    assert "[bold]:smile:[/bold] 17" in screen.getvalue()
    assert "\x1b[2m" in screen.getvalue()
    assert consoles.is_live(console)
    assert consoles.is_unicode(console)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_whoever_asks_for_text_alone_gets_text_alone(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even bold or dim: neither setting is about colour only for those who use it."""
    screen = terminal(monkeypatch, **{name: value})
    console = consoles.stdout()
    console.print("plain", style="bold red")
    assert screen.getvalue() == "plain\n"
    assert consoles.is_live(console) is (name == "NO_COLOR")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("FORCE_COLOR", "1"), ("TTY_COMPATIBLE", "1"), ("TTY_INTERACTIVE", "1"), ("COLUMNS", "40"), ("TERM", "dumb")],
)
def test_a_pipe_is_no_terminal_whatever_the_environment_says(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CI services set these for everything; what we pipe is parsed, and a live view in a log is rubbish."""
    monkeypatch.setenv(variable, value)
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", file)
    console = consoles.stdout()
    assert console.width == consoles.PIPE_WIDTH
    console.print("x" * 5000, style="bold")
    assert file.getvalue() == "x" * 5000 + "\n"
    assert not console.is_terminal
    assert not consoles.is_live(console)


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_terminal_has_the_width_that_it_says(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dumb one too, which libraries take for eighty columns."""
    terminal(monkeypatch, TERM=term, COLUMNS="40")
    assert consoles.stdout().width == 40


def test_a_closed_stdout_is_written_to_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """`>&-` leaves no stdout at all, which is no reason for a traceback."""
    monkeypatch.setattr(sys, "stdout", None)
    output.accept_any_text()
    console = consoles.stdout()
    console.print("nobody reads this")
    assert not console.is_terminal


def test_an_old_locale_gets_escapes_for_what_it_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in another script must not end a command half-way."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    output.accept_any_text()
    console = consoles.stdout()
    assert not consoles.is_unicode(console)
    console.print("数")
    sys.stdout.flush()
    assert raw.getvalue() == b"\\u6570\n"
