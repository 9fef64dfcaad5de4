"""A file written while training goes on. Must not know what is in it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

Work = Callable[[], None]


class Writer:
    """Writes one file at a time, in a thread where computing does not need the core that it takes.

    `patiently` writes in the thread that asks, as it is done without: it knows what to do where there is no room.
    """

    def __init__(self, patiently: Callable[[Path, Work], None], *, in_background: bool) -> None:
        self._patiently = patiently
        self._in_background = in_background
        self._thread: threading.Thread | None = None
        self._left: tuple[Path, Work] | None = None

    def write(self, path: Path, work: Work) -> None:
        """Do `work`, which writes `path`, or begin it; it is done after the next `wait`.

        Raises: what writing patiently raises, this or what was left of the one before.
        """
        self.wait()
        if not self._in_background:
            self._patiently(path, work)
            return

        def run() -> None:
            try:
                work()
            except Exception:  # whatever it is, it comes again where it can be dealt with: in the thread that waits
                self._left = path, work

        # A daemon: whatever ends the process is not held up by a file that is replaced only once it is whole.
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return once everything is written; what could not be is now written patiently.

        Raises: what that raises.
        """
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._left is not None:
            left, self._left = self._left, None
            self._patiently(*left)
