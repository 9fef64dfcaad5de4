"""Arguments and options that several commands share, and what follows from them. Must not know what is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from vitdash.completion import candidates
from vitdash.completion.candidates import Offers
from vitdash.errors import InputError
from vitdash.text import plain


def _run_name(offered: Callable[..., Offers]) -> Any:  # noqa: ANN401 - what typer's declarations are
    about = "A run's name, or the beginning of its id."
    return typer.Argument(metavar="RUN", help=about, autocompletion=offered)


RunName = Annotated[str, _run_name(candidates.runs)]
ActiveRunName = Annotated[str, _run_name(candidates.active_runs)]
StoppableRunName = Annotated[str, _run_name(candidates.stoppable_runs)]
ResumableRunName = Annotated[str, _run_name(candidates.resumable_runs)]
RunNames = Annotated[
    list[str],
    typer.Argument(metavar="RUN…", help="Names of runs, or beginnings of their ids.", autocompletion=candidates.runs),
]
PresetOption = typer.Option(
    metavar="PRESET", help="A preset's name, or the path of a TOML file.", autocompletion=candidates.presets
)
References = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN|TAG…",
        help="Names of runs, beginnings of their ids, or tags: all runs that have one, such as a sweep's.",
        autocompletion=candidates.runs_and_tags,
    ),
]
RunsDir = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Where runs are kept; else VITDASH_RUNS, else the config file, else ./runs.",
        show_default=False,
    ),
]
DataDir = Annotated[
    str | None,
    typer.Option(metavar="FOLDER", help="Where data sets are kept; else VITDASH_DATA, else the config file."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the results only.")]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Return at once and leave it running.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KNOB=VALUE",
        help="Change a knob; may be repeated.",
        autocompletion=candidates.assignments,
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of stdout.")]


def root(runs_dir: Path | None) -> Path:
    """Return where runs are kept."""
    from vitdash.run import store

    return runs_dir or store.default_root()


def assigned(assignments: list[str]) -> dict[str, str]:
    """Return what `--set` was given, by knob.

    Raises:
        InputError: one of them is no assignment.
    """
    given = {}
    for assignment in assignments:
        knob, equals, value = assignment.partition("=")
        if not equals or not knob.strip():
            reason = f"'{plain(assignment, 60)}' is no assignment."
            raise InputError("--set", reason, "Write it as knob=value, for example heads=8.")
        given[knob.strip()] = value
    return given


def whole_number(text: str) -> int:
    """Return the whole number that `text` is, for an option's `parser`."""
    if not text.isdecimal():
        raise typer.BadParameter(f"'{plain(text, 60)}' is no whole number.")
    return int(text)
