"""What keys do to runs, and what came of it in one sentence. Must not know widgets; may block for milliseconds."""

from __future__ import annotations

from pathlib import Path

from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.run import launch, queue, request
from vitdash.run.control import Word
from vitdash.run.fleet import Standing
from vitdash.run.launch import Worker
from vitdash.run.state import State
from vitdash.run.store import Run

DIGITS_IMAGES = "16000"


def pause_or_go_on(known: Standing) -> Word:
    """Pause a run that trains, or let one go on that does not, as soon as there is room; return what was asked.

    Raises:
        InputError: there is nothing to pause or to go on with.
        RunError: nothing can be asked of it.
    """
    if known.state in (State.RUNNING, State.STARTING):
        request.give(known.run, Word.PAUSE)
        return Word.PAUSE
    if known.state is State.QUEUED:
        raise InputError(known.short.name, "waits for its turn.", "Let it start earlier, or stop it.")
    if known.state in (State.FINISHED, State.ELSEWHERE):
        reason = "is finished." if known.state is State.FINISHED else "belongs to another machine."
        raise InputError(known.short.name, reason)
    # First in line, and at once where there is room: it does not compete with what took its place.
    queue.resume(known.run)
    return Word.RUN


def stop(known: Standing) -> Word:
    """Stop a run with a checkpoint, or take it out of the line; return what was asked.

    Raises:
        InputError: it has ended.
        RunError: nothing can be asked of it.
    """
    if known.state is State.QUEUED:
        queue.leave(known.run)
    elif known.state.active:
        if known.state is State.PAUSED:
            queue.leave(known.run)
        request.give(known.run, Word.STOP)
    else:
        raise InputError(known.short.name, f"is {known.state}: there is nothing to stop.")
    return Word.STOP


def start(config: RunConfig, root: Path, name: str) -> Worker:
    """Create a run and start its worker.

    Raises:
        InputError: the name or the folder cannot be used.
        RunError: no process can be started.
    """
    return launch.start(launch.create(config, root, name, command(config, name)))


def enqueue(config: RunConfig, root: Path, name: str) -> Run:
    """Create a run that starts when it is its turn.

    Raises:
        InputError: the name or the folder cannot be used.
        RunError: the queue cannot be written.
    """
    return queue.enqueue(config, root, name, command(config, name))


def digits() -> RunConfig:
    """Return what a newcomer trains first: a small network on data that is here, for well under a minute."""
    config = presets.load_for_new_run("cnn")
    return config.replace(config.parse({"dataset": "digits", "max_inputs": DIGITS_IMAGES}))


def command(config: RunConfig, name: str) -> tuple[str, ...]:
    """Return what is noted as the command of a run that the dashboard started."""
    return ("dashboard", config.description.preset, name)
