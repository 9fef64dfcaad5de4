"""Commands that open the full screen: the dashboard itself, watch, replay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitdash.commands.options import RunsDir, root
from vitdash.completion import candidates

SLOWEST, FASTEST = 0.1, 10_000.0


def open_it(runs_dir: Path | None) -> None:
    """Open the dashboard."""
    from vitdash.ui.open import open_dashboard

    _leave(open_dashboard(runs_dir))


def watch(
    references: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN…", help="Names of runs, or beginnings of their ids.", autocompletion=candidates.runs
        ),
    ],
    runs_dir: RunsDir = None,
) -> None:
    """Open the dashboard on these runs alone. Nothing can be changed from there."""
    from vitdash.run import store
    from vitdash.ui.open import open_dashboard, require_terminal

    require_terminal()
    folder = root(runs_dir)
    only = frozenset(store.find(folder, reference).id for reference in references)
    _leave(open_dashboard(folder, only=only, read_only=True))


def replay(
    recording: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="A run, its folder, or a file of events.",
            autocompletion=candidates.runs,
        ),
    ],
    speed: Annotated[
        float,
        typer.Option(metavar="TIMES", min=SLOWEST, max=FASTEST, help="How much faster than it happened."),
    ] = 60.0,
    runs_dir: RunsDir = None,
) -> None:
    """Show in the dashboard how a run went, as if it happened now. Nothing is written, nothing trained."""
    from vitdash.run import recording as recordings
    from vitdash.ui.open import require_terminal, show

    require_terminal()
    found = recordings.find(root(runs_dir), recording)
    _leave(show(lambda: recordings.Replay(found, speed), read_only=True))


def _leave(code: int) -> None:
    if code:
        raise typer.Exit(code)
