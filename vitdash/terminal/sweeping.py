"""A sweep before it is started, and what starting it came to. Must not know commands."""

from __future__ import annotations

import shlex
from collections import Counter

from rich.console import Console

from vitdash import text
from vitdash.knobs import Value
from vitdash.run.sweep import Launched, Member, Plan
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
        *(GridColumn(name, tuple(_value(member.values.get(name)) for member in shown), 2) for name in knobs),
        GridColumn("params", tuple(text.count(member.config.parameters) for member in shown), 4),
        GridColumn("time", tuple(map(_time, shown)), 1),
        GridColumn("state", tuple(member.fate for member in shown), left=True),
    ]
    grid.show(console, columns)
    if len(shown) < len(plan.members):
        console.print(f"and {text.runs(len(plan.members) - len(shown))} more; --json lists all.", style="dim")
    for line in summary(plan):
        console.print(line, style="dim", soft_wrap=True)


def summary(plan: Plan) -> list[str]:
    """Return what the members of a plan come to, a sentence a line."""
    fates = Counter(member.fate for member in plan.members)
    told = [f"{text.count(number)} {fate}" for fate, number in fates.items()]
    counted = f"{text.runs(len(plan.members))}, tagged {plan.name}: {', '.join(told)}."
    if plan.filtered:
        counted += f" The filter removed {text.count(plan.filtered)} of {text.count(plan.combinations)}."
    if plan.same:
        counted += f" {text.count(plan.same)} would compute what another one does."
    if not plan.to_do:
        return [counted, "Nothing is left to do; --again trains all of it anew."]
    return [counted, _total(plan)]


def launched(console: Console, plan: Plan, done: Launched) -> None:
    """Print what waits now, where to look, and what went wrong."""
    for problem in done.problems:
        console.print(problem, style="red", soft_wrap=True)
    waiting = len(done.created) + len(done.resumed)
    verb = "waits" if waiting == 1 else "wait"
    look = f"vitdash runs --where {shlex.quote(plan.name)}"
    console.print(f"{text.runs(waiting)} {verb} for a turn. Look: {look}", soft_wrap=True)


def _total(plan: Plan) -> str:
    at_once = f"{text.count(plan.jobs)} at once, {_threads(plan)} each"
    if plan.unknown == len(plan.to_do):
        return f"Nothing like it was measured yet, so nobody knows how long that takes; {at_once}."
    sources = dict.fromkeys(member.expected.source for member in plan.to_do if member.seconds is not None)
    source, *others = sources
    more = f" and {text.count(len(others))} others" if others else ""
    lacking = f", and {text.runs(plan.unknown)} of which it is not known" if plan.unknown else ""
    return f"About {text.duration(plan.seconds)} in all{lacking}; {at_once} ({source}{more})."


def _threads(plan: Plan) -> str:
    numbers = sorted({member.config.compute.threads for member in plan.to_do})
    return text.threads(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {text.threads(numbers[-1])}"


def _time(member: Member) -> str:
    if not member.to_do and member.seconds is None:
        return ""
    return "?" if member.seconds is None else text.duration(member.seconds) if member.seconds else ""


def _value(value: Value | None) -> str:
    return "" if value is None else text.setting(value)
