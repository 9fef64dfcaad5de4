"""A terminal in memory for tests: a command runs in a real pseudo-terminal, its screen is read, keys are pressed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyte

DEADLINE_SECONDS = 60.0
COMMAND = (sys.executable, "-m", "vitdash")
# What pyte takes for text: the keyboard protocol's modes.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][\d;]*[a-z]")
_MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")


class Terminal:
    """A pseudo-terminal and the command in it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._controller, self._terminal = pty.openpty()
        self.received = bytearray()
        self._unread = b""
        self._set_size(columns, rows)
        self.process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=surroundings(environment or {}),
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )

    @property
    def text(self) -> str:
        """The screen as it is seen, without what is empty at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def modes(self) -> dict[int, bool]:
        """Which of the terminal's private modes were last switched on or off."""
        return {int(number): switch == b"h" for number, switch in _MODE.findall(bytes(self.received))}

    @property
    def title(self) -> str:
        """What the title bar says."""
        return self.screen.title

    def press(self, *keys: str | bytes) -> None:
        """Send keys as a terminal does, one after the other."""
        for key in keys:
            os.write(self._controller, key if isinstance(key, bytes) else key.encode())

    def until(self, seen: Callable[[], bool] | str, seconds: float = DEADLINE_SECONDS) -> None:
        """Read until something is so, or a text is on the screen."""
        deadline = time.monotonic() + seconds
        while not (seen in self.text if isinstance(seen, str) else seen()):
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {seen}\n{self.text}"
            self.read(0.05)

    def read(self, seconds: float) -> bool:
        """Take in what the command has written, waiting so long for it; return whether there was anything."""
        if not select.select([self._controller], [], [], seconds)[0]:
            return False
        try:
            chunk = os.read(self._controller, 65_536)
        except OSError:
            return False
        self.received += chunk
        self._feed(chunk)
        return bool(chunk)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, which its programs hear of."""
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def tell(self, number: signal.Signals) -> None:
        """Send the command a signal."""
        self.process.send_signal(number)

    def wait(self, seconds: float = DEADLINE_SECONDS) -> int:
        """Return the command's exit code once it has ended, everything read that it wrote."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"goes on after {seconds:.0f} s:\n{self.text}"
            self.read(0.05)
        while self.read(0.0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal, as a window that is closed."""
        os.close(self._terminal)
        os.close(self._controller)
        self._terminal = self._controller = -1

    def close(self) -> None:
        """End the command, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for handle in {self._terminal, self._controller} - {-1}:
            os.close(handle)

    def _feed(self, chunk: bytes) -> None:
        whole = self._unread + chunk
        # A sequence may come in two pieces.
        start = whole.rfind(b"\x1b", max(0, len(whole) - 16))
        cut = start if start >= 0 and not re.match(rb"\x1b\[?[<>=?\d;]*[a-zA-Z]", whole[start:]) else len(whole)
        self._unread = whole[cut:]
        self._stream.feed(_UNKNOWN.sub(b"", whole[:cut]))

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextlib.contextmanager
def opened(command: Sequence[str], **options: object) -> Iterator[Terminal]:
    """Run a command in a terminal that is closed again, whatever happens."""
    terminal = Terminal(command, **options)  # type: ignore[arg-type]
    try:
        yield terminal
    finally:
        terminal.close()


def surroundings(changes: Mapping[str, str | None]) -> dict[str, str]:
    """Return the environment of a good terminal with `changes`; None takes a variable away."""
    inherited = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES", "SSH_CONNECTION")}
    good = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    given = inherited | good | {name: text for name, text in changes.items() if text is not None}
    return {name: text for name, text in given.items() if changes.get(name, text) is not None}


def _take_terminal() -> None:
    """Make stdin the terminal of the new session, so that closing it hangs up."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
