"""One input given to one reader, under guard: what came of it, and whether it did anything that reading must not do.

Allowed are a correct read and a `VitdashError`. Everything else is a failure: another exception, more time or memory
than an input may take, text that could drive a terminal, a write outside the reader's folder, a process, a connection.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harmless import is_harmless
from vitdash.errors import VitdashError

CPU_SECONDS = 5.0
WALL_SECONDS = 60.0
LONGEST_ERROR = 4000
GROWTH_BYTES = 32 << 20
GROWTH_PER_BYTE = 200
"""How much more memory than before one input may take, besides a share for its length."""

READ, REFUSED = "read", "refused"
Read = Callable[[bytes, Path], Iterable[str]]

_WRITES = {
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"),
    *(
        "os.utime",
        "os.setxattr",
        "os.removexattr",
        "shutil.rmtree",
        "shutil.move",
        "shutil.copyfile",
        "shutil.unpack_archive",
    ),
}
_DEEDS = {
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"),
    *("socket.connect", "socket.bind", "socket.getaddrinfo", "os.kill", "pickle.find_class"),
    *("os.chdir", "ctypes.dlopen", "signal.pthread_kill", "urllib.Request", "webbrowser.open"),
}
_PATHS = 2
"""Of what an audit event names, at most so many are paths."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an input: `read`, `refused`, or a failure; `where` tells failures apart, `detail` is for people."""

    kind: str
    where: str = ""
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether a reader may not do this."""
        return self.kind not in (READ, REFUSED)


class TooLong(BaseException):
    """The input has had its time; no reader catches this."""


class Forbidden(BaseException):
    """The reader was about to do something that reading must not do."""


class Guard:
    """Watches what this process does; there can be one of them, and it stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.realpath(folder)
        self._on = False
        self._deed = ""
        sys.addaudithook(self._audit)
        for number in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(number, self._late)

    def run(self, read: Read, raw: bytes, traced: AbstractContextManager[object] | None = None) -> Outcome:
        """Give an input to a reader and judge what it does."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._deed, self._on = "", True
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
        try:
            with ExitStack() as stack:
                if traced is not None:
                    stack.enter_context(traced)
                outcome = _judged(read, raw, Path(self._folder))
        except TooLong:
            outcome = Outcome("hang", "hang", f"more than {CPU_SECONDS:g} s of processor, or {WALL_SECONDS:g} s in all")
        except Forbidden as deed:
            outcome = Outcome("deed", str(deed).partition(":")[0], str(deed))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._on = False
        if self._deed and outcome.kind != "deed":
            return Outcome("deed", self._deed.partition(":")[0], self._deed)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        if not outcome.failed and grown > GROWTH_BYTES + GROWTH_PER_BYTE * len(raw):
            return Outcome("memory", "grown", f"{grown >> 20} MB more than before")
        return outcome

    def _late(self, *_: object) -> None:
        raise TooLong

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event == "open":
            path, mode, flags = arguments
            writes = any(letter in (mode or "") for letter in "wax+") or (flags or 0) & (
                os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
            )
            if writes and not self._is_inside(path):
                self._forbid(f"opened for writing: {path!r}")
        elif event in _WRITES:
            for path in arguments[:_PATHS]:
                if isinstance(path, (str, bytes, os.PathLike)) and not self._is_inside(path):
                    self._forbid(f"{event}: {path!r}")
        elif event in _DEEDS:
            self._forbid(f"{event}: {arguments!r}"[:200])

    def _is_inside(self, path: Any) -> bool:
        if isinstance(path, int):
            return True
        real = os.path.realpath(os.fsdecode(path))
        return real == "/dev/null" or real == self._folder or real.startswith(f"{self._folder}{os.sep}")

    def _forbid(self, deed: str) -> None:
        self._deed = self._deed or deed
        raise Forbidden(deed)


def limit_memory(more: int) -> None:
    """Let this process take at most `more` bytes of address space besides what it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _judged(read: Read, raw: bytes, folder: Path) -> Outcome:
    try:
        shown = list(read(raw, folder))
    except VitdashError as error:
        sentence = str(error)
        if not is_harmless(sentence) or len(sentence) > LONGEST_ERROR:
            return Outcome("escape", "the sentence of an error", repr(sentence)[:300])
        return Outcome("memory", "refused for memory", sentence[:300]) if _names_memory(sentence) else Outcome(REFUSED)
    except MemoryError as error:
        return Outcome("memory", "MemoryError", _trace(error))
    except Exception as error:  # that is what is looked for
        return Outcome("traceback", f"{type(error).__name__} {_place(error)}", _trace(error))
    for text in shown:
        for line in text.split("\n"):
            if not is_harmless(line):
                return Outcome("escape", "what is shown", repr(line)[:300])
    return Outcome(READ)


def _names_memory(sentence: str) -> bool:
    return "allocate" in sentence or "MemoryError" in sentence


def _place(error: BaseException) -> str:
    """Return the innermost function of ours in which an exception arose."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}vitdash{os.sep}" in frame.filename]
    last = ours[-1] if ours else frames[-1]
    return f"{Path(last.filename).stem}.{last.name}"


def _trace(error: BaseException) -> str:
    lines = traceback.format_exception(error)
    return "".join(lines[-6:])[-1500:]
