"""The world of one case: a run or two with real workers, everybody who reads and schedules them, and what goes wrong.

Must not know which faults there are. Every process that belongs to it carries `VITDASH_FAULTS` in its environment, by
which orphans are found.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import psutil

from tests.faults import case as cases
from tests.faults import evidence, readers, troubles
from tests.faults.case import Case
from tests.faults.readers import Reader, Witness
from tests.ui.terminal import Terminal
from vitdash.errors import VitdashError
from vitdash.run import control, launch, lock, queue, state
from vitdash.run.control import Word
from vitdash.run.launch import Worker
from vitdash.run.state import STARTING_GRACE_SECONDS, State
from vitdash.run.store import Run

PATIENCE_SECONDS = 600.0
"""For anything that must come: the machine may be busy, and nothing here is about speed."""
LONGEST_START, LONGEST_PAUSE = 3.0, 0.12
MOST_LIVES = 8
HOOKS = Path(__file__).parent / "hooks"
CHECKOUT = Path(__file__).parents[2]


class Broken(Exception):  # noqa: N818 - what a case has found, told where it was found
    """An invariant does not hold."""


class Subject:
    """A run of the case: its lives, its readers, the witness of its state."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.workers: list[Worker] = []
        self._known = 0
        self.witness = Witness(run, self.process)
        self.lasting = readers.as_dashboard(run)
        self.passing: list[Reader] = []
        self.witness.start()
        self.lasting.start()

    def process(self) -> int:
        """Return the number of the process that computes it, or last did; 0 before the first."""
        if self.workers and self.workers[-1].process.poll() is None:
            return self.workers[-1].process.pid
        with suppress(VitdashError, psutil.Error):
            number = self.run.read_claim().pid
            # After a restart of the machine another process has that number; and the words of one that is just ending
            # can be read no more.
            if number and (number == self._known or str(self.run.path) in psutil.Process(number).cmdline()):
                self._known = number
                return number
        return 0

    @property
    def state(self) -> State:
        """What it is doing, as everybody is told."""
        return state.derive(self.run)

    def attach(self, worker: Worker | None = None) -> None:
        """Let readers follow the life that begins: by its pipe where it was launched here, and as a script does."""
        fresh = [readers.by_api(self.run)]
        if worker is not None:
            self.workers.append(worker)
            fresh.append(readers.by_pipe(worker))
        for reader in fresh:
            reader.start()
        self.passing += fresh

    def dismiss_readers(self) -> None:
        """Let all readers end: what happens to the log now, nobody who has lived can know."""
        self._end_readers()
        self.passing.clear()

    def recall_readers(self) -> None:
        """Let somebody read the run again, from its first event."""
        self.lasting = readers.as_dashboard(self.run)
        self.lasting.start()

    def check_readers(self) -> None:
        """Check what everybody has read, once nothing more comes."""
        self._end_readers()
        log = evidence.events(self.run)
        wrong = self.lasting.wrong(log, to_its_end=True)
        for reader in self.passing:
            wrong = wrong or reader.wrong(log, to_its_end=False)
        if wrong or self.witness.findings:
            raise Broken(wrong or self.witness.findings[0])

    def close(self) -> None:
        """End whatever of it still lives, and let go of its readers."""
        self.witness.over.set()
        self.lasting.over.set()
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.kill()
            worker.process.wait()

    def _end_readers(self) -> None:
        self.lasting.over.set()
        for reader in (self.lasting, *self.passing):
            reader.join(PATIENCE_SECONDS)
            if reader.is_alive():
                raise Broken(f"{reader.name} does not come to an end")


class Window:
    """A dashboard in a terminal of its own, whose screen is read all the time, as a terminal reads it."""

    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal([sys.executable, "-m", "vitdash"], cwd=folder, columns=100, rows=30)
        self._over = threading.Event()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    @property
    def process(self) -> int:
        """Its process."""
        return self.terminal.process.pid

    def close(self) -> None:
        """Ask it to end, and see that it does."""
        with suppress(ProcessLookupError):
            self.terminal.tell(signal.SIGCONT)
            self.terminal.tell(signal.SIGTERM)
        with suppress(AssertionError):
            wait_for(lambda: self.terminal.process.poll() is not None, "a dashboard ends when it is asked to", 20)
        self._over.set()
        self._reading.join()
        self.terminal.close()

    def _read(self) -> None:
        while not self._over.is_set():
            self.terminal.read(0.1)


class World:
    """Everything that lives in one case, in a folder of its own."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case, self.folder = case, folder
        self.root = folder / "runs"
        self.root.mkdir(parents=True)
        self.subjects: list[Subject] = []
        self.windows: list[Window] = []
        self.told: list[str] = []

    # ── beginning and going on ──────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> Subject:
        """Start a run as `vitdash train` does."""
        worker = launch.start(launch.create(cases.config(self.case.configuration), self.root, "case", ("harness",)))
        return self._meet(worker.run, worker)

    def enqueue(self) -> Subject:
        """Put a run into the queue, as `vitdash train --queue` does."""
        return self._meet(queue.enqueue(cases.config(self.case.configuration), self.root, "case", ("harness",)))

    def resume(self, subject: Subject) -> None:
        """Go on with a run as `vitdash resume` does."""
        subject.attach(launch.resume(subject.run))

    def open_window(self) -> Window:
        """Open a dashboard, and return once it shows something."""
        window = Window(self.folder)
        self.windows.append(window)
        wait_for(lambda: "runs" in window.terminal.text, "a dashboard opens")
        return window

    def finish(self, subject: Subject) -> None:
        """Go on with a run until it is finished, however often it takes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (current := subject.state) is not State.FINISHED:
            if time.monotonic() > deadline:
                raise Broken(f"the run does not come to its end; it is {current}")
            if current is State.PAUSED:
                control.give(subject.run.control, Word.RUN)
            elif current is State.QUEUED and not lock.is_held(self.root / "queue.lock"):
                queue.ensure_standby(self.root)
            elif current.resumable and not readers.lives(subject.process()):
                if len(subject.workers) >= MOST_LIVES:
                    raise Broken(f"{MOST_LIVES} lives do not suffice: {subject.run.log_tail(1)}")
                self.resume(subject)
            time.sleep(0.05)
        wait_for(lambda: not readers.lives(subject.process()), "a worker leaves after its last word")

    # ── faults ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def tell(self, text: str) -> None:
        """Note what was done, for the case's line."""
        self.told.append(text)

    def wait_moment(self, draws: Random, subject: Subject) -> str:
        """Wait for a random moment of a life that begins, and return which it is, in words."""
        if draws.random() < 0.25:
            seconds = draws.uniform(0, LONGEST_START)
            time.sleep(seconds)
            return f"{seconds:.2f} s after its start"
        wanted, seconds = self._records(subject) + draws.randint(1, cases.RECORDS), draws.uniform(0, LONGEST_PAUSE)
        # Until then, or until there is nothing to wait for any more.
        wait_for(
            lambda: self._records(subject) >= wanted or not (subject.state.active or subject.state is State.QUEUED),
            "a run records something",
        )
        time.sleep(seconds)
        return f"{seconds:.2f} s after record {wanted}"

    def kill_worker(self, subject: Subject, number: signal.Signals) -> bool:
        """Send a worker a signal, and return whether it was there to get it."""
        return send(subject.process(), number)

    def wait_end(self, subject: Subject) -> None:
        """Wait until a run's worker is gone, then check what it leaves: a true state, a whole checkpoint."""
        wait_for(lambda: not readers.lives(subject.process()), "a worker that was told to end is gone")
        said = subject.state
        patience = STARTING_GRACE_SECONDS if said is State.STARTING else readers.TRUE_WITHIN_SECONDS
        try:
            wait_for(lambda: not subject.state.active, "", patience)
        except Broken:
            raise Broken(f"said '{said}' {patience:.0f} s after its worker was gone") from None
        self.check_checkpoint(subject)

    def check_checkpoint(self, subject: Subject) -> None:
        """Check that the checkpoint of a run without worker is whole."""
        path = subject.run.checkpoint
        if path.exists():
            try:
                evidence.read(path)
            except Exception as error:  # torch's readers have no error in common
                raise Broken(f"the checkpoint cannot be read: {type(error).__name__}") from None

    def standby(self) -> int:
        """Return the process that stands by for the queue, 0 if there is none."""
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if "vitdash.run.standby" in words and str(self.root.resolve()) in words:
                return int(process.pid)
        return 0

    def trouble(self, name: str, content: str = "") -> None:
        """Begin a trouble for all processes of the case."""
        troubles.switch(self.folder, name, content)

    def end_trouble(self, name: str) -> None:
        """End it."""
        troubles.end(self.folder, name)

    def processes(self) -> list[psutil.Process]:
        """Return the processes of this case that are alive, besides our own."""
        found = []
        for process in psutil.process_iter(["pid"]):
            with suppress(psutil.Error, OSError):
                if process.pid != os.getpid() and process.environ().get("VITDASH_FAULTS") == str(self.folder):
                    found.append(process)
        return found

    def close(self) -> None:
        """End all that still lives: a case that has failed leaves nothing to the next."""
        for trouble in (troubles.DISK_FULL, troubles.READ_ONLY, troubles.CLOCK):
            self.end_trouble(trouble)
        for window in self.windows:
            window.close()
        for subject in self.subjects:
            subject.close()
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()

    def _meet(self, run: Run, worker: Worker | None = None) -> Subject:
        subject = Subject(run)
        self.subjects.append(subject)
        subject.attach(worker)
        return subject

    def _records(self, subject: Subject) -> int:
        try:
            return subject.run.events.read_bytes().count(b'"TrainProgress"')
        except OSError:
            return 0


def send(process: int, number: signal.Signals) -> bool:
    """Send a signal, and return whether there was anybody to get it."""
    if not readers.lives(process):
        return False
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Return once something is so.

    Raises:
        Broken: it does not come to be; `what` says what was to come.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Broken(f"waited in vain until {what}")
        time.sleep(0.03)


@contextmanager
def surroundings(folder: Path, plant: str) -> Iterator[None]:
    """Give all processes that are started meanwhile the environment of a case."""
    before = dict(os.environ)
    paths = [str(HOOKS), str(CHECKOUT), *filter(None, [before.get("PYTHONPATH")])]
    # Many containers forbid bytecode; each of our processes would then compile the whole product first.
    for name in [name for name in before if name.startswith(("VITDASH_", "XDG_", "PYTHONDONTWRITE"))]:
        del os.environ[name]
    os.environ |= {
        "VITDASH_FAULTS": str(folder),
        "VITDASH_PLANT": plant,
        "VITDASH_RUNS": str(folder / "runs"),
        "HOME": str(folder),
        "PYTHONPATH": os.pathsep.join(paths),
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
