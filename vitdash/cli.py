"""Every command, one short function each. Open this first; it decides nothing, and imports late to start fast."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitdash.errors import InputError
from vitdash.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from vitdash.run.launch import Worker
    from vitdash.run.store import Run

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
presets_app = typer.Typer(rich_markup_mode=None)
app.add_typer(presets_app, name="presets", help="List the presets, or show one of them.")

RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's name, or the beginning of its id.")]
RunsDir = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where runs are kept; else VITDASH_RUNS, else ./runs.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the results only.")]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Return at once and leave it running.")]


@app.callback(invoke_without_command=True)
def welcome(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Train image classifiers from presets, watch them in the terminal, compare them in one table."""
    from vitdash import __version__

    if version:
        _write(f"vitdash {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        _write(context.get_help() + "\n")


@app.command()
def train(
    preset: Annotated[str, typer.Option(metavar="PRESET", help="A preset's name, or the path of a TOML file.")],
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="Change a knob; may be repeated.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="Short for --set dataset=…")] = None,
    data_dir: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Where data sets are kept; else VITDASH_DATA.")
    ] = None,
    max_inputs: Annotated[str | None, typer.Option(metavar="IMAGES", help="Short for --set max_inputs=…")] = None,
    seed: Annotated[str | None, typer.Option(metavar="NUMBER", help="Short for --set seed=…")] = None,
    device: Annotated[str | None, typer.Option(metavar="NAME", help="Short for --set device=…")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What to call the run; else as its preset.")] = None,
    runs_dir: RunsDir = None,
    detach: Detach = False,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as markdown at the end.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --export replace a file.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a preset in the background and watch it. Ctrl-C stops it with a checkpoint."""
    from vitdash import presets
    from vitdash.export import destination
    from vitdash.run import launch
    from vitdash.terminal import interruptions

    short = {
        "dataset": dataset,
        "data_dir": data_dir,
        "max_inputs": max_inputs,
        "seed": seed,
        "device": device,
    }
    given = _assigned(assignments or []) | {knob: text for knob, text in short.items() if text is not None}
    config = presets.load(preset)
    config = config.replace(config.parse(given))
    if export:
        destination.check(export, replace=force)
    with interruptions.held():
        run = launch.create(config, _root(runs_dir), name or config.description.preset, tuple(sys.argv[1:]))
        _attend(launch.start(run), detach=detach, quiet=quiet, as_json=as_json)
    if export and not detach:
        destination.write(export, _rendered([run], "markdown"), replace=force)


@app.command()
def resume(
    reference: RunName,
    runs_dir: RunsDir = None,
    detach: Detach = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Go on with a paused, stopped, failed or lost run. An ended one is taken up from its last checkpoint."""
    from vitdash.run import launch, state, store
    from vitdash.terminal import interruptions

    run = store.find(_root(runs_dir), reference)
    if state.derive(run) is state.State.PAUSED:
        _ask(run, "run")
        return
    with interruptions.held():
        _attend(launch.resume(run), detach=detach, quiet=quiet, as_json=as_json)


@app.command()
def pause(reference: RunName, runs_dir: RunsDir = None) -> None:
    """Pause a run. It keeps its process and memory, and a checkpoint is written."""
    from vitdash.run import store

    _ask(store.find(_root(runs_dir), reference), "pause")


@app.command()
def stop(reference: RunName, runs_dir: RunsDir = None) -> None:
    """Stop a run with a checkpoint, to be resumed later."""
    from vitdash.run import store

    _ask(store.find(_root(runs_dir), reference), "stop")


@app.command()
def runs(runs_dir: RunsDir = None, as_json: Json = False) -> None:
    """List all runs, the newest last."""
    from vitdash.run import summary
    from vitdash.terminal import listing

    root = _root(runs_dir)
    found = summary.summarise_all(root)
    if as_json:
        _print_json([summary.describe(item) for item in found])
    elif found:
        listing.runs(_out(), found)
    else:
        start = "vitdash train --preset cnn --dataset digits --max-inputs 20000"
        _out().print(f"There are no runs in {plain(root.absolute(), 500)} yet. Start one: {start}", soft_wrap=True)


@app.command()
def show(reference: RunName, runs_dir: RunsDir = None, as_json: Json = False) -> None:
    """Show one run: state, results, knobs, and what went wrong. Results stand beside the reported ones."""
    from vitdash.export import rows
    from vitdash.run import store
    from vitdash.terminal import pages

    run = store.find(_root(runs_dir), reference)
    if as_json:
        _write(_rendered([run], "json", reported=True))
        return
    (row,) = rows.read_rows([run])
    pages.run(_out(), row, run.read_claim(), str(run.path), run.log_tail())


@app.command()
def tail(
    reference: RunName,
    runs_dir: RunsDir = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends.")] = False,
    last: Annotated[
        int | None,
        typer.Option("--lines", "-n", metavar="NUMBER", parser=_whole_number, help="Only the last so many events."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a run's events, every one once. Ctrl-C leaves the run alone."""
    from vitdash.run import store
    from vitdash.terminal import views, watch

    run = store.find(_root(runs_dir), reference)
    console = _out()
    view = views.JsonView(console) if as_json else views.LineView(console, everything=True)
    watch.tail(run, view, last=last, follow=follow)


@app.command()
def export(
    references: Annotated[list[str], typer.Argument(metavar="RUN…", help="Names of runs, or beginnings of their ids.")],
    runs_dir: RunsDir = None,
    to: Annotated[str, typer.Option("--format", metavar="NAME", help="markdown, csv or json.")] = "markdown",
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of stdout.")] = None,
    reported: Annotated[bool, typer.Option("--reported", help="Add reported figures and differences.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write runs as one table."""
    from vitdash.export import destination
    from vitdash.run import store

    found = [store.find(_root(runs_dir), reference) for reference in references]
    if output:
        destination.check(output, replace=force)
    rendered = _rendered(found, to, reported=reported)
    if output:
        destination.write(output, rendered, replace=force)
    else:
        _write(rendered)


@presets_app.callback(invoke_without_command=True)
def list_presets(context: typer.Context, as_json: Json = False) -> None:
    """List the presets, the user's own among them."""
    if context.invoked_subcommand:
        return
    from vitdash import presets
    from vitdash.terminal import listing

    configs, problems = presets.load_all()
    if as_json:
        content = {name: presets.tables(config) for name, config in configs.items()}
        _print_json(content | {name: {"problem": problem} for name, problem in problems.items()})
    else:
        listing.presets(_out(), configs, problems)


@presets_app.command("show")
def show_preset(
    name: Annotated[str, typer.Argument(metavar="PRESET", help="A preset's name, or a path.")],
) -> None:
    """Print a preset with every knob stated. The output is itself a valid preset."""
    from vitdash import presets

    _write(presets.dump(presets.load(name)))


def main() -> None:
    """Run a command; every outcome has one line on stderr at the most, and an exit code."""
    from vitdash.terminal import ending

    sys.exit(ending.of(lambda: app(standalone_mode=False)))


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise typer.BadParameter(f"'{plain(text, 60)}' is no whole number.")
    return int(text)


def _attend(worker: Worker, *, detach: bool, quiet: bool, as_json: bool) -> None:
    """Watch a run that was just launched to its end, or leave once it is sure to have begun."""
    from vitdash.run import launch
    from vitdash.terminal import watch

    run = worker.run
    if detach:
        launch.confirm(worker)
        if as_json:
            _print_json({"run": run.id, "directory": str(run.path)})
        else:
            _out().print(f"{run.id} runs in the background. Watch it: vitdash tail -f {run.id}", soft_wrap=True)
        return
    watch.attend(worker, _out(), quiet=quiet, as_json=as_json)


def _ask(run: Run, word: str) -> None:
    """Ask something of a run and say what came of it."""
    from vitdash.run import control, request

    _out().print(f"{run.id}: {request.ask(run, control.Word(word))}", soft_wrap=True)


def _assigned(assignments: list[str]) -> dict[str, str]:
    given = {}
    for assignment in assignments:
        knob, equals, value = assignment.partition("=")
        if not equals or not knob.strip():
            reason = f"'{plain(assignment, 60)}' is no assignment."
            raise InputError("--set", reason, "Write it as knob=value, for example heads=8.")
        given[knob.strip()] = value
    return given


def _root(runs_dir: Path | None) -> Path:
    from vitdash.run import store

    return runs_dir or store.default_root()


def _rendered(found: list[Run], to: str, *, reported: bool = False) -> str:
    from vitdash import catalog
    from vitdash.export import rows

    render = catalog.load("--format", catalog.EXPORTERS, to)
    return str(render(rows.read_rows(found), reported=reported))


def _out() -> Console:
    from vitdash.terminal import console

    return console.stdout()


def _write(text: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write(text)


def _print_json(content: object) -> None:
    import json

    _write(json.dumps(content, indent=2, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
