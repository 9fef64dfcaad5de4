"""The command `vitdash` as users run it: a process of its own, with or without a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import sysconfig
import tempfile
import termios
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

COMMAND = (str(Path(sysconfig.get_path("scripts")) / "vitdash"),)
DEADLINE_SECONDS = 60.0

Result = subprocess.CompletedProcess[str]


def environment() -> dict[str, str]:
    """Return what a test has set. A child's own default is not it: readline, which pytest loads, sets COLUMNS in C."""
    return dict(os.environ)


def vitdash(*arguments: str, cwd: Path) -> Result:
    """Run the installed command without a terminal: nothing to read, output into pipes, a session of its own."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        start_new_session=True,
        check=False,
    )


def vitdash_each(commands: Sequence[Sequence[str]], cwd: Path) -> list[Result]:
    """Run many commands as `vitdash` does, each in a process of its own, all forked from one that has started up.

    Starting Python and typer costs a fifth of a second, what most commands do a hundredth.
    """
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps([list(command) for command in commands]),
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=True,
    )
    return [
        Result(list(command), code, stdout, stderr)
        for command, (code, stdout, stderr) in zip(commands, json.loads(done.stdout), strict=True)
    ]


def vitdash_on_terminal(*arguments: str, cwd: Path, columns: int) -> tuple[int, str]:
    """Run the command on a terminal and return its exit code and all that the terminal got, as sent."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    received = []
    # A terminal whose last program has closed it reads as an error on Linux, as its end elsewhere.
    while chunk := _read(controller):
        received.append(chunk)
    os.close(controller)
    return process.wait(DEADLINE_SECONDS), b"".join(received).decode().replace("\r\n", "\n")


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65_536)
    except OSError:
        return b""


def _serve() -> None:
    """Run the commands that stdin names, one after the other, and print what became of each."""
    # Imported before the fork: what all of them need, none of them pays for.
    from vitdash import cli
    from vitdash.export import rows  # noqa: F401
    from vitdash.run import launch  # noqa: F401
    from vitdash.terminal import listing  # noqa: F401

    results = []
    for arguments in json.load(sys.stdin):
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            child = os.fork()
            if not child:
                os.setsid()
                nothing = os.open(os.devnull, os.O_RDONLY)
                for target, source in enumerate((nothing, stdout.fileno(), stderr.fileno())):
                    os.dup2(source, target)
                _become(cli.main, arguments)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            texts = [(file.seek(0), file.read().decode())[1] for file in (stdout, stderr)]
        results.append((code, *texts))
    json.dump(results, sys.stdout)


def _become(main: Callable[[], None], arguments: list[str]) -> None:
    """Be the command; a fork must never return into its parent's code."""
    sys.argv = ["vitdash", *arguments]
    code = 1
    try:
        main()
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
