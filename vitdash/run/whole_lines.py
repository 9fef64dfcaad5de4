"""The lines of a file that grows, each handed out once and as soon as it is whole. Must not know what they say.

Whatever the file holds, no more of it is in memory than a piece and a line: a log may be of any size, and anyone's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vitdash.opening import open_regular

LONGEST_LINE_BYTES = 1 << 20
PIECE_BYTES = 1 << 20


class WholeLines:
    """Where a reader stands in the file: `offset` is where the first line begins that was not handed out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passed = 0
        """How much is known of a line that is too long and has not ended yet."""
        self.offset = 0

    def read(self) -> Iterator[bytes | None]:
        """Yield the lines that have ended since the last time, without their ends; None for one that is too long.

        Raises:
            OSError: the file cannot be read.
        """
        with open_regular(self._path) as file:
            file.seek(self.offset + self._passed)
            begun = b""
            while piece := file.read(PIECE_BYTES):
                *whole, begun = (begun + piece).split(b"\n")
                for line in whole:
                    length = self._passed + len(line)
                    self.offset, self._passed = self.offset + length + 1, 0
                    yield line if length <= LONGEST_LINE_BYTES else None
                if self._passed or len(begun) > LONGEST_LINE_BYTES:
                    self._passed, begun = self._passed + len(begun), b""

    def step_over(self, line: bytes) -> bool:
        """Pass the next line where it is `line` (its end included), and return whether it was."""
        try:
            with open_regular(self._path) as file:
                file.seek(self.offset)
                same = file.read(len(line)) == line
        except OSError:
            return False
        if same:
            self.offset += len(line)
        return same
