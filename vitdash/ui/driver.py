"""The terminal under the dashboard, and how it is left: usable, whatever happened. Must not know what is drawn.

Departs from Textual's driver where that one dies or leaves the terminal in a state: input that is no UTF-8, signals, a
terminal that is gone, a process that was stopped and goes on.
"""

from __future__ import annotations

import asyncio
import os
import select
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
READ_BYTES = 4096
LOOK_SECONDS = 0.1
QUIET_TURNS = 40
"""So many turns of the event loop a key may take from widget to widget up to the app, and its work as many back."""
LONGEST_WORK_SECONDS = 0.5
PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"


class TerminalDriver(LinuxDriver):
    """Reads keys and mouse, writes frames, and gives the terminal back as it was."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # It has what the writer's thread calls.
        self._file = _Terminal(sys.__stderr__, self._gone)  # type: ignore[assignment]
        self._suspended = False
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._passing_on: asyncio.Task[None] | None = None

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._passing_on is None:
            self._passing_on = self._loop.create_task(self._pass_on())
        for number in ENDING:
            self._loop.add_signal_handler(number, self._app.exit, None, 128 + number)
        if self._writer_thread is not None:
            self.write(PUSH_TITLE)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.write(POP_TITLE)
        super().stop_application_mode()

    def set_title(self, title: str) -> None:
        """Say something in the terminal's title; no control character may be in it."""
        self.write(f"\x1b]2;{title}\x07")

    def send_message(self, message: Message) -> None:
        """Send what was heard to the app, one after the other."""
        self._loop.call_soon_threadsafe(self._heard.put_nowait, message)

    def run_input_thread(self) -> None:
        """Read until the dashboard ends; what is no UTF-8, as old mouse reports beyond column 95, ends nothing."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(LOOK_SECONDS):
                    try:
                        received = os.read(self.fileno, READ_BYTES)
                    except OSError:
                        received = b""
                    if not received:
                        self._gone()
                        return
                    for message in parser.feed(decode(received)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def close(self) -> None:
        """Let go of the terminal."""
        super().close()
        if self._passing_on is not None:
            self._passing_on.cancel()
            self._passing_on = None
        for number in ENDING:
            self._loop.remove_signal_handler(number)

    async def _pass_on(self) -> None:
        """Pass on each key when the one before it has done its work.

        Textual decides to whom a key goes when it arrives. Of keys that come at once, as over a slow connection, those
        after a key that opens a field or a screen would go where that was pressed.
        """
        settled_by = 0.0
        while True:
            message = await self._heard.get()
            # Also a key that comes a moment later: work that was given from one to the next may not have begun.
            quiet = 0
            while quiet < QUIET_TURNS and self._loop.time() < settled_by:
                await asyncio.sleep(0)
                quiet = quiet + 1 if self._is_settled() else 0
            await self._app._post_message(message)
            settled_by = self._loop.time() + LONGEST_WORK_SECONDS if isinstance(message, events.Key) else 0.0

    def _is_settled(self) -> bool:
        """Return whether nobody who could have been given a key has anything left to do."""
        screen = self._app.screen
        asked = (self._app, screen, *([screen.focused] if screen.focused else []))
        return screen.is_mounted and not any(item.message_queue_size for item in asked)

    def _sigtstp_application(self, *_: object) -> None:
        # A signal comes between any two steps: amid a write, too, whose lock a second write would wait for, for ever.
        self._loop.call_soon_threadsafe(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._go_on)

    def _stop(self) -> None:
        self._suspended = True
        super()._sigtstp_application()

    def _go_on(self) -> None:
        # Whoever was stopped without being asked has left the terminal as it was, with its threads reading and writing:
        # they would be there twice.
        if not self._suspended and self._auto_restart:
            self.suspend_application_mode()
        self._suspended = False
        super()._sigcont_application()
        self._repaint()

    def _repaint(self) -> None:
        self._app.refresh(layout=True)

    def _gone(self) -> None:
        """End the dashboard when there is no terminal any more; called from threads."""
        self._loop.call_soon_threadsafe(self._app.exit, None, 128 + signal.SIGHUP)


class _Terminal:
    """Writes to the terminal until that is gone; then nothing is written, and nothing raised."""

    def __init__(self, file: TextIO | None, gone: Callable[[], None]) -> None:
        assert file is not None, "whoever opens the dashboard has looked that it is a terminal"
        self._handle = file.fileno()
        self._encoding = file.encoding or "utf-8"
        self._gone = gone
        self._is_gone = False
        self._waiting: list[str] = []

    def fileno(self) -> int:
        """Return the handle that is written to."""
        return self._handle

    def write(self, text: str) -> None:
        """Keep text for the next flush, so that a frame and what surrounds it are one write."""
        self._waiting.append(text)

    def flush(self) -> None:
        """Write what was kept, however often the terminal takes only a part of it."""
        left = "".join(self._waiting).encode(self._encoding, "replace")
        self._waiting.clear()
        while left and not self._is_gone:
            try:
                left = left[os.write(self._handle, left) :]
            except BlockingIOError:
                # Another program on this terminal may have left it so.
                select.select([], [self._handle], [], LOOK_SECONDS)
            except OSError:
                self._is_gone = True
                self._gone()
