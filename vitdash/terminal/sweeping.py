"""A sweep before it is started, and what starting it came to. Must not know commands."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.console import Console

from vitdash import text
from vitdash.run import sweep_words
from vitdash.run.sweep import Launched, Plan
from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn

MOST_SHOWN = 60
"""Members listed on a terminal; into a pipe all are."""


def preview(console: Console, plan: Plan) -> None:
    """Print a line for each member and below them what they come to."""
    shown = plan.members[:MOST_SHOWN] if console.is_terminal else plan.members
    knobs = dict.fromkeys(name for member in plan.members for name in member.values)
    columns = [
        GridColumn("run", tuple(member.name for member in shown), left=True),
        GridColumn("preset", tuple(text.plain(member.config.description.preset) for member in shown), 3, left=True),
        *(GridColumn(name, tuple(sweep_words.value(member.values.get(name)) for member in shown), 2) for name in knobs),
        GridColumn("params", tuple(text.count(member.config.parameters) for member in shown), 4),
        GridColumn("time", tuple(map(sweep_words.time, shown)), 1),
        GridColumn("state", tuple(map(sweep_words.fate, shown)), left=True),
    ]
    grid.show(console, columns)
    if len(shown) < len(plan.members):
        console.print(f"and {text.runs(len(plan.members) - len(shown))} more; --json lists all.", style="dim")
    for line in sweep_words.sums(plan):
        console.print(line, style="dim", soft_wrap=True)


def launched(console: Console, plan: Plan, done: Launched, places: Sequence[str] = ()) -> None:
    """Print what waits now, where to look, and what went wrong; `places` say where runs are kept, as it was typed."""
    for problem in done.problems:
        console.print(problem, style="red", soft_wrap=True)
    if plan.to_do or done.tagged:
        console.print(sweep_words.launched(plan, done), soft_wrap=True)
    when = "When they have ended" if plan.ahead else "Compare them"
    console.print(f"{when}: {shlex.join(['vitdash', 'compare', '--tag', plan.name, *places])}", soft_wrap=True)
