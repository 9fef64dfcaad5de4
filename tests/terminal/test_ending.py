"""However a command ends, there is one line at the most, and the exit code that scripts expect."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

import pytest
import typer

from vitdash.errors import InputError, InterruptedByUser, RunError
from vitdash.terminal import ending
from vitdash.terminal.output import OutputClosedError


def raising(error: BaseException) -> Callable[[], object]:
    """Return a command that ends in `error`."""

    def command() -> object:
        raise error

    return command


@pytest.fixture(autouse=True)
def _no_descriptor_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests' own stdout: what discards it is asked for, not done."""
    monkeypatch.setattr(ending, "discard_stdout", lambda: None)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("--name", "is odd.", "Try another."), 2, "vitdash: --name: is odd. Try another.\n"),
        (RunError("cnn-1", "failed: diverged."), 1, "vitdash: cnn-1: failed: diverged.\n"),
        (InterruptedByUser("cnn-1", "stopped."), 130, "vitdash: cnn-1: stopped.\n"),
        (InputError("a\nb", "\x1b[31mc"), 2, "vitdash: a b:  [31mc\n"),
        (typer.BadParameter("No."), 2, "vitdash: Invalid value: No.\n"),
        (KeyboardInterrupt(), 130, "vitdash: interrupted.\n"),
        (typer.Abort(), 130, "vitdash: interrupted.\n"),
        (BrokenPipeError(), 141, ""),
        (OutputClosedError(), 141, ""),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "vitdash: the output cannot be written: No space left"),
    ],
)
def test_expected_trouble_is_one_line_and_an_exit_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, no control character, nothing on stdout."""
    assert ending.of(raising(error)) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(said)
    assert len(shown.err.splitlines()) == (1 if said else 0)


@pytest.mark.parametrize("error", [ZeroDivisionError(), PermissionError(errno.EACCES, "x"), SystemExit(3)])
def test_the_unexpected_is_not_hidden(error: BaseException) -> None:
    """A bug keeps its traceback: that is what a report needs."""
    with pytest.raises(type(error)):
        ending.of(raising(error))


def test_a_command_that_ends_well_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing or a number of its own: the exit code."""
    assert ending.of(lambda: None) == 0
    assert ending.of(lambda: 130) == 130
    assert capsys.readouterr() == ("", "")


def test_a_broken_pipe_that_typer_wrapped_is_still_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Typer ends with an exit code of its own there, which would read as a failed run."""
    read_end, write_end = os.pipe()
    os.close(read_end)

    def command() -> object:
        try:
            os.write(write_end, b"x")
        except BrokenPipeError:
            sys.exit(1)
        return None

    assert ending.of(command) == 141
    assert capsys.readouterr().err == ""
    os.close(write_end)


def test_windows_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is tried that only POSIX has."""
    monkeypatch.setattr(sys, "platform", "win32")
    assert ending.of(lambda: 0) == 2
    assert capsys.readouterr().err == "vitdash: vitdash needs Linux or macOS; on Windows use it inside WSL.\n"
