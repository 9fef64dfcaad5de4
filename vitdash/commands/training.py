"""Commands that make a worker do something: train, resume, pause, stop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitdash.commands.options import (
    ActiveRunName,
    Assignments,
    DataDir,
    Detach,
    Json,
    PresetOption,
    Quiet,
    ResumableRunName,
    RunsDir,
    StoppableRunName,
    assigned,
    root,
    whole_number,
)
from vitdash.commands.output import out, print_json
from vitdash.completion import candidates

if TYPE_CHECKING:
    from vitdash.run.launch import Worker
    from vitdash.run.store import Run


def train(
    preset: Annotated[str, PresetOption],
    assignments: Assignments = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Short for --set dataset=…", autocompletion=candidates.datasets)
    ] = None,
    data_dir: DataDir = None,
    max_inputs: Annotated[str | None, typer.Option(metavar="IMAGES", help="Short for --set max_inputs=…")] = None,
    seed: Annotated[str | None, typer.Option(metavar="NUMBER", help="Short for --set seed=…")] = None,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="Short for --set device=…", autocompletion=candidates.devices)
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What to call the run; else as its preset.")] = None,
    runs_dir: RunsDir = None,
    detach: Detach = False,
    queue: Annotated[bool, typer.Option("--queue", help="Let it wait for its turn, and return at once.")] = False,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as markdown at the end.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --export replace a file.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a preset in the background and watch it. Ctrl-C stops it with a checkpoint."""
    from vitdash import presets
    from vitdash.errors import InputError
    from vitdash.export import destination, rendering
    from vitdash.run import launch
    from vitdash.run import queue as queues
    from vitdash.terminal import interruptions

    short = {
        "dataset": dataset,
        "data_dir": data_dir,
        "max_inputs": max_inputs,
        "seed": seed,
        "device": device,
    }
    given = assigned(assignments or []) | {knob: text for knob, text in short.items() if text is not None}
    if queue and export:
        raise InputError("--export", "cannot be given with --queue: this command does not wait for the end.")
    config = presets.load_for_new_run(preset)
    config = config.replace(config.parse(given))
    if export:
        destination.check(export, replace=force)
    what = (config, root(runs_dir), name or config.description.preset, tuple(sys.argv[1:]))
    if queue:
        _queue(queues.enqueue(*what), as_json=as_json)
        return
    with interruptions.held():
        run = launch.create(*what)
        _attend(launch.start(run), detach=detach, quiet=quiet, as_json=as_json)
    if export and not detach:
        destination.write(export, rendering.render([run], "markdown"), replace=force)


def resume(
    reference: ResumableRunName,
    max_inputs: Annotated[
        int | None,
        typer.Option(metavar="IMAGES", parser=whole_number, help="Extend a finished run to so many images."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take over another machine's run, whose worker there is gone for good.")
    ] = False,
    runs_dir: RunsDir = None,
    detach: Detach = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Go on with a paused, stopped, failed or lost run. An ended one is taken up from its last checkpoint.

    A finished run goes on with --max-inputs: its weights stay, its schedule changes.
    """
    from vitdash.run import control, extension, launch, state, store
    from vitdash.terminal import interruptions

    run = store.find(root(runs_dir), reference)
    if max_inputs is not None:
        told = extension.extend(run, max_inputs)
        if not (as_json or quiet):
            out().print(told, soft_wrap=True)
    current = state.derive(run)
    # An order to pause that is not obeyed yet is taken back.
    pausing = current.active and control.read(run.control).word is control.Word.PAUSE
    if current is state.State.PAUSED or pausing:
        _ask(run, "run", as_json=as_json)
        return
    with interruptions.held():
        _attend(launch.resume(run, elsewhere=force), detach=detach, quiet=quiet, as_json=as_json)


def pause(reference: ActiveRunName, runs_dir: RunsDir = None, as_json: Json = False) -> None:
    """Pause a run. It keeps its process and memory, and a checkpoint is written."""
    from vitdash.run import store

    _ask(store.find(root(runs_dir), reference), "pause", as_json=as_json)


def stop(reference: StoppableRunName, runs_dir: RunsDir = None, as_json: Json = False) -> None:
    """Stop a run with a checkpoint, to be resumed later. One that waits is taken out of the queue."""
    from vitdash.run import queue, state, store

    run = store.find(root(runs_dir), reference)
    if state.derive(run) is not state.State.QUEUED:
        _ask(run, "stop", as_json=as_json)
        return
    queue.leave(run)
    if as_json:
        _print_state(run)
    else:
        out().print(f"{run.id} waits no more. Go on with: vitdash resume {run.id}", soft_wrap=True)


def _attend(worker: Worker, *, detach: bool, quiet: bool, as_json: bool) -> None:
    """Watch a run that was just launched to its end, or leave once it is sure to have begun."""
    from vitdash.run import launch
    from vitdash.terminal import watch

    run = worker.run
    if detach:
        launch.confirm(worker)
        if as_json:
            _print_state(run)
        else:
            out().print(f"{run.id} runs in the background. Watch it: vitdash tail -f {run.id}", soft_wrap=True)
        return
    watch.attend(worker, out(), quiet=quiet, as_json=as_json)


def _queue(run: Run, *, as_json: bool) -> None:
    """Say that a run waits now."""
    if as_json:
        _print_state(run)
    else:
        out().print(f"{run.id} waits for its turn. Look: vitdash queue", soft_wrap=True)


def _ask(run: Run, word: str, *, as_json: bool) -> None:
    """Ask something of a run and say what came of it."""
    from vitdash.run import control, request

    answer = request.ask(run, control.Word(word))
    if as_json:
        _print_state(run)
    else:
        out().print(f"{run.id}: {answer}", soft_wrap=True)


def _print_state(run: Run) -> None:
    """Print which run it is and what it is doing, for programs."""
    from vitdash.run import state

    print_json({"run": run.id, "directory": str(run.path), "state": str(state.derive(run))})
