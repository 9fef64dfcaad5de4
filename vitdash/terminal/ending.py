"""How a command ends: one line on stderr at the most, and an exit code. Must not know commands."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from typing import Any

from vitdash import plugins
from vitdash.errors import EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_OK, EXIT_OUTPUT_CLOSED, VitdashError
from vitdash.terminal.output import OutputClosedError, accept_any_text, discard_stdout
from vitdash.text import plain

LONGEST_SENTENCE = 4000


class _NoError(Exception):
    """Never raised: stands for what cannot have been raised."""


def of(command: Callable[[], object]) -> int:
    """Run `command` and return what to exit with, having said what there was to say."""
    if sys.platform == "win32":
        return _complain("vitdash needs Linux or macOS; on Windows use it inside WSL.", EXIT_BAD_INPUT)
    accept_any_text()
    plugins.on_problem(_say)
    try:
        outcome = command()
        if sys.stdout is not None:
            sys.stdout.flush()
    except VitdashError as error:
        return _complain(str(error), error.exit_code)
    except _usage_error() as error:
        return _complain(_usage(error), EXIT_BAD_INPUT)
    except (KeyboardInterrupt, _abort()):
        return _complain("interrupted.", EXIT_INTERRUPTED)
    except (OSError, OutputClosedError, SystemExit) as error:
        return _output_failed(error)
    return outcome if isinstance(outcome, int) else EXIT_OK


def _usage_error() -> type[Exception]:
    """Return the error that all complaints of typer descend from, where it has been imported at all."""
    typer = sys.modules.get("typer")
    # Typer vendors click from 0.28 on; that error has no public name in both.
    return typer.BadParameter.__mro__[2] if typer else _NoError


def _abort() -> type[Exception]:
    typer = sys.modules.get("typer")
    return typer.Abort if typer else _NoError


def _complain(sentence: str, code: int) -> int:
    _say(sentence)
    return code


def _say(sentence: str) -> None:
    if sys.stderr is not None:
        # Typer quotes what was typed as it is; no escape sequence in it may reach the terminal.
        print(f"vitdash: {plain(sentence, LONGEST_SENTENCE)}", file=sys.stderr)  # noqa: T201 - the one line


def _usage(error: Exception) -> str:
    """Return what typer complains of, and where the options are explained."""
    sentence: str = error.format_message()  # type: ignore[attr-defined]
    context: Any = error.ctx  # type: ignore[attr-defined]
    ended = sentence if sentence.endswith((".", "?")) else f"{sentence}."
    return f"{ended} See: {context.command_path} --help" if context else ended


def _output_failed(error: BaseException) -> int:
    """Return what to exit with when stdout is closed or its disk full; raise again what is neither."""
    # Typer makes an exit of its own of a broken pipe.
    cause = error.__context__ if isinstance(error, SystemExit) else error
    if isinstance(cause, (BrokenPipeError, OutputClosedError)):
        discard_stdout()
        return EXIT_OUTPUT_CLOSED
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        discard_stdout()
        return _complain(f"the output cannot be written: {cause.strerror}.", EXIT_BAD_INPUT)
    raise error
