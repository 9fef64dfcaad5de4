"""Runs as Python objects, read from their directories whenever they are asked. Must not know how one is started."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vitdash.errors import InputError, RunError
from vitdash.knobs import Value
from vitdash.run import labels, launch, outcome, request, state, store, summary
from vitdash.run.control import Word
from vitdash.run.events import Event
from vitdash.run.history import RunHistory
from vitdash.run.launch import POLL_SECONDS
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.text import plain


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A run, wherever it is computed. Nothing is remembered: each property reads what its directory says now."""

    path: Path

    @property
    def id(self) -> str:
        """The run's name for ever: the directory's."""
        return self.path.name

    @property
    def name(self) -> str:
        """What the run is called; `vitdash rename` changes it."""
        return store.shown_name(self._run)

    @property
    def tags(self) -> tuple[str, ...]:
        """The words it is tagged with."""
        return labels.read(self._run).tags

    @property
    def note(self) -> str:
        """What is noted about it, of several lines perhaps; "" where nothing is."""
        return labels.read(self._run).note

    @property
    def state(self) -> State:
        """What it is doing, equal to a word: "running", "paused", "finished", "stopped", "failed" or "lost"."""
        return state.derive(self._run)

    @property
    def config(self) -> dict[str, Value]:
        """Every knob that has an effect, by name, and the `architecture`."""
        config = store.read_config(self._run)
        return {"architecture": config.model.name} | {declared.name: value for _, declared, value in config.knobs()}

    @property
    def results(self) -> dict[str, float]:
        """What the table shows: `validation_loss`, `accuracy`, and the probes' values if any; empty before them."""
        found = summary.summarise(self._run)
        if found.problem:
            raise RunError(self.id, f"cannot be read: {found.problem}")
        return found.figures.results

    @property
    def history(self) -> RunHistory:
        """All that was recorded: lists of events, such as `progress`, `evaluations` and `probes`."""
        return summary.read_history(self._run)

    def follow(self) -> Iterator[Event]:
        """Yield every event once, from the run's first, as it comes, until the run has ended.

        Leaving the loop, by Ctrl-C too, leaves the run alone.
        """
        reader = EventReader(self._run.events)
        # Not `launch.follow`: no second event loop can run where there is one already, as in every notebook.
        over = False
        while not over:
            # Asked before reading: what is read once a run has ended is all there is.
            over = self._is_over()
            yield from (item for item in reader.from_file() if isinstance(item, Event))
            if not over:
                time.sleep(POLL_SECONDS)

    def wait(self) -> TrainingRun:
        """Return this run once it is finished or stopped; Ctrl-C leaves it alone.

        Raises:
            RunError: it failed, or its worker is gone without a word.
        """
        while not self._is_over():
            time.sleep(POLL_SECONDS)
        outcome.check(self._run)
        return self

    def pause(self) -> State:
        """Let it keep its process and wait, with a checkpoint written; return what it is doing then.

        Raises:
            InputError: it has no worker that could obey.
        """
        return self._ask(Word.PAUSE)

    def stop(self) -> State:
        """End it with a checkpoint from which `resume` goes on; return what it is doing then.

        Raises:
            InputError: it has no worker that could obey.
        """
        return self._ask(Word.STOP)

    def resume(self) -> State:
        """Let a paused run go on, or start one again that stopped, failed or was lost; return what it is doing then.

        Raises:
            InputError: it is finished, running already, or another machine's.
        """
        if self.state is State.PAUSED:
            return self._ask(Word.RUN)
        launch.detach(launch.resume(self._run))
        return self.state

    @property
    def _run(self) -> Run:
        return Run(self.path)

    def _is_over(self) -> bool:
        current = self.state
        return not current.active and current is not State.QUEUED

    def _ask(self, word: Word) -> State:
        request.ask(self._run, word)
        return self.state


def runs(root: str | os.PathLike[str] | None = None) -> list[TrainingRun]:
    """Return all runs, oldest first; `root` is where they are kept, else as the command has it.

    Raises:
        InputError: `root` cannot be read.
    """
    return [TrainingRun(run.path) for run in store.all_runs(directory(root))]


def open_run(run: str | os.PathLike[str] | TrainingRun, root: str | os.PathLike[str] | None = None) -> TrainingRun:
    """Return the run that `run` names: the path of its directory, its name, or the beginning of its id below `root`.

    Raises:
        InputError: no run fits, or several do.
    """
    if isinstance(run, TrainingRun):
        return run
    text = os.fspath(run)
    if isinstance(run, str) and os.sep not in run:
        return TrainingRun(store.find(directory(root), run).path)
    path = Path(text).expanduser().resolve()
    if not (path / "run.json").is_file():
        raise InputError(plain(text), "is no run's directory.", "It would have a run.json in it.")
    return TrainingRun(path)


def directory(root: str | os.PathLike[str] | None) -> Path:
    """Return where runs are kept."""
    return Path(root) if root is not None else store.default_root()
