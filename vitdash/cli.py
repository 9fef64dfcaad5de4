"""Every command and where it lives. Open this first: what a command does stands in `commands/`, one file a subject."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from vitdash.commands import (
    compare,
    completion,
    dashboard,
    data,
    keeping,
    plugins,
    presets,
    queue,
    reporting,
    runs,
    setup,
    show,
    sweeping,
    training,
)
from vitdash.commands.options import RunsDir
from vitdash.commands.output import write
from vitdash.completion import answer
from vitdash.errors import InputError
from vitdash.text import plain

app = typer.Typer(
    cls=plugins.Group,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def welcome(
    context: typer.Context,
    runs_dir: RunsDir = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Train image classifiers from presets, watch them in the terminal, compare them in one table.

    Without a command, open the dashboard.
    """
    if version:
        from vitdash import __version__

        write(f"vitdash {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        dashboard.open_it(runs_dir)
    elif runs_dir:
        hint = f"Write: vitdash {context.invoked_subcommand} --runs-dir {plain(runs_dir, 200)}"
        raise InputError("--runs-dir", "belongs to the command, so it comes after that.", hint)


app.command()(training.train)
app.command()(training.resume)
app.command()(training.pause)
app.command()(training.stop)

queue_app = typer.Typer(rich_markup_mode=None)
queue_app.callback(invoke_without_command=True)(queue.show_queue)
queue_app.command("move", context_settings={"ignore_unknown_options": True})(queue.move)
app.add_typer(queue_app, name="queue", help="List the runs that wait, or change their order.")

app.command()(sweeping.sweep)

app.command()(dashboard.watch)
app.command()(dashboard.replay)

app.command()(runs.runs)
app.command()(show.show)
app.command()(compare.compare)
app.command()(runs.tail)
app.command()(keeping.rename)
app.command()(keeping.tag)
app.command()(keeping.note)
app.command()(keeping.delete)
app.command()(keeping.prune)
app.command(cls=plugins.NamingFormats)(reporting.export)
app.command()(reporting.report)

presets_app = typer.Typer(rich_markup_mode=None)
presets_app.callback(invoke_without_command=True)(presets.list_presets)
presets_app.command("show")(presets.show_preset)
app.add_typer(presets_app, name="presets", help="List the presets, or show one of them.")

data_app = typer.Typer(rich_markup_mode=None)
data_app.callback(invoke_without_command=True)(data.list_data)
data_app.command("fetch")(data.fetch)
app.add_typer(data_app, name="data", help="List the data sets, or fetch them.")

config_app = typer.Typer(rich_markup_mode=None)
config_app.callback(invoke_without_command=True)(setup.list_settings)
config_app.command("path")(setup.print_path)
config_app.command("init")(setup.write_template)
app.add_typer(config_app, name="config", help="List the settings, find the config file, or write one.")

app.command()(setup.doctor)
app.command()(completion.completion)


def main() -> None:
    """Run a command, or answer the shell that asks what may come next.

    Every outcome of a command has one line on stderr at the most, and an exit code.
    """
    if answer.is_asked():
        answer.give(typer.main.get_command(app))
        sys.exit()
    from vitdash.terminal import ending

    sys.exit(ending.of(lambda: app(standalone_mode=False)))


if __name__ == "__main__":
    main()
