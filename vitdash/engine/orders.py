"""What the worker is asked to do, from the control file and from signals. Must not know what it is doing."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType

from vitdash.run import control
from vitdash.run.control import Word
from vitdash.run.pulse import Heart

LOOK_SECONDS = 0.05


class StopRequested(Exception):  # noqa: N818 - an order, not an error
    """Raised where the computation can be left, once a stop was asked for and the position is saved."""

    def __init__(self, images_seen: int) -> None:
        super().__init__(images_seen)
        self.images_seen = images_seen


class Orders:
    """Reads the control file twenty times a second at the most; SIGTERM and SIGINT mean `stop`.

    Orders numbered up to `after` were given before this worker was launched: they are not for it. Whoever asks what is
    wanted is at work: each time, the worker's `heart` may beat, once it has one.
    """

    def __init__(self, path: Path, after: int) -> None:
        self._path = path
        self._after = after
        self.heart: Heart | None = None
        self._word = Word.RUN
        self._looked = 0.0
        self._signalled = False

    def listen(self) -> None:
        """Take over the signals of this process; losing the terminal is nothing to a worker."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        # Whoever launched this process may have held them back, and what it held back is inherited.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT))

    def wanted(self) -> Word:
        """Return what is asked now."""
        if self.heart is not None:
            self.heart.beat()
        if self._signalled:
            return Word.STOP
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            order = control.read(self._path)
            if order.number > self._after:
                self._word = order.word
        return self._word

    def wait_while_paused(self) -> Word:
        """Return the first word that is not `pause`."""
        while (word := self.wanted()) is Word.PAUSE:
            time.sleep(LOOK_SECONDS)
        return word

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - what signal.signal calls
        self._signalled = True
