"""What a run's worker printed, read from its end in pieces of bounded size. Must not know events, nor who shows it.

A log may be of any size and hold anything: nothing is read whole, and nothing in a line can drive a terminal.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from vitdash.opening import open_regular
from vitdash.text import plain

PIECE_BYTES = 128 * 1024
MOST_BYTES = 1024 * 1024
"""What is kept of a log: beyond it, what was printed first is let go."""
LONGEST_LINE = 4000
_TAB = 8
# Control sequences (colours, cursor), operating system commands (titles, links), and other escapes.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")


class LogTail:
    """The lines of one log, the latest pieces of it first; `before` are the bytes that come before them.

    Whole lines count as soon as they end, and the last one while it does not.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pieces: list[tuple[int, list[str]]] = []
        self._unended = b""
        self._end = 0
        self.before = 0
        self.problem = ""

    @property
    def lines(self) -> list[str]:
        """What was read so far, the oldest line first."""
        whole = [line for _, piece in self._pieces for line in piece]
        return [*whole, harmless(self._unended)] if self._unended else whole

    def read(self) -> bool:
        """Read what was printed since the last time, of a great deal only the end; return whether there was anything.

        What keeps it from being read is said in `problem`.
        """
        try:
            size, content, start = self._read_after(self._end)
        except OSError as error:
            told = f"cannot be read: {plain(error.strerror)}"
            # A worker that has not come yet has printed nothing.
            self.problem = "" if isinstance(error, FileNotFoundError) else told
            return False
        self.problem = ""
        if start != self._end:
            # There is a gap, or the file is another one: what was read belongs to the past.
            self._pieces, self._unended, self.before = [], b"", start
        self._end = size
        self._append(content)
        return bool(content)

    def read_earlier(self) -> int:
        """Read a piece of what was printed before, and return how many lines came."""
        if not self.before or self._kept() >= MOST_BYTES:
            return 0
        start = max(0, self.before - PIECE_BYTES)
        try:
            with open_regular(self._path) as file:
                file.seek(start)
                content = file.read(self.before - start)
        except OSError:
            return 0
        begun = content.find(b"\n") + 1 if start else 0
        content = content[begun:] if begun < len(content) else content
        self.before -= len(content)
        lines = _split(content.removesuffix(b"\n")) if content else []
        self._pieces.insert(0, (len(content), lines))
        return len(lines)

    def _append(self, content: bytes) -> None:
        whole, ended, rest = (self._unended + content).rpartition(b"\n")
        if ended:
            self._pieces.append((len(whole) + 1, _split(whole)))
        self._unended = rest[-PIECE_BYTES:]
        while len(self._pieces) > 1 and self._kept() > MOST_BYTES:
            size, _ = self._pieces.pop(0)
            self.before += size

    def _kept(self) -> int:
        return sum(size for size, _ in self._pieces)

    def _read_after(self, end: int) -> tuple[int, bytes, int]:
        """Return the file's size, what it has beyond `end`, and where that starts: later, if it is too much."""
        with open_regular(self._path) as file:
            size = os.fstat(file.fileno()).st_size
            start = end if end <= size else 0
            if size - start <= PIECE_BYTES:
                file.seek(start)
                return size, file.read(size - start), start
            start = size - PIECE_BYTES
            file.seek(start)
            content = file.read(PIECE_BYTES)
            # The first line there is torn, unless it is a piece long.
            begun = content.find(b"\n") + 1
            return size, content[begun:], start + begun


def harmless(raw: bytes) -> str:
    """Return a line as it would stand on a terminal in the end, without anything that could drive one."""
    text = _ESCAPES.sub("", raw.decode(errors="replace").rstrip("\r"))
    # Progress bars overwrite their line again and again: what was written last is what one would see.
    text = text.rpartition("\r")[2].expandtabs(_TAB)
    indent = len(text) - len(text.lstrip(" "))
    return " " * min(indent, LONGEST_LINE) + plain(text, LONGEST_LINE)


def _split(content: bytes) -> list[str]:
    return [harmless(line) for line in content.split(b"\n")]
