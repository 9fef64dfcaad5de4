"""Runs and presets as lists. Must not know commands; imports little, for a list must come at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from vitdash import text
from vitdash.run.fields import Facts, Field, Fields
from vitdash.run.state import State
from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn

if TYPE_CHECKING:
    from vitdash.config import RunConfig

ABSENT = "-"


def runs(console: Console, found: list[Facts], of: int | None = None) -> None:
    """Print a line for each run, in their order; on a terminal, a last one that counts them among `of` runs."""
    fields = Fields()

    def column(name: str, rank: int = 0, *, left: bool = False) -> GridColumn:
        field = fields[name]
        return GridColumn(field.heading, tuple(field.written(facts) for facts in found), rank, left)

    columns = [
        column("run", left=True),
        GridColumn("name", tuple(text.plain(facts.summary.labels.name) for facts in found), 3, left=True),
        GridColumn("state", tuple(_state(facts, fields) for facts in found), left=True),
        GridColumn("images", tuple(map(_images, found)), 4),
        column("loss", 6),
        column("validation_loss", 2),
        column("accuracy", 1),
        column("svc", 3),
        column("svc_held_out", 5),
        column("images_per_second", 7),
        column("age", 8),
        column("disk", 9),
        column("tags", 6, left=True),
    ]
    grid.show(console, columns)
    _count(console, found, of)


def queue(console: Console, waiting: list[Facts], jobs: int, busy: int) -> None:
    """Print a line for each run that waits, the next first; below them, how many train now and may at once."""
    fields = Fields()

    def column(name: str, rank: int = 0, *, left: bool = False) -> GridColumn:
        field = fields[name]
        return GridColumn(field.heading, tuple(field.written(facts) for facts in waiting), rank, left)

    if waiting:
        places = GridColumn("place", tuple(str(place + 1) for place in range(len(waiting))), 1)
        named = GridColumn("name", tuple(text.plain(facts.summary.labels.name) for facts in waiting), 2, left=True)
        state, images = column("state", left=True), column("max_inputs", 4)
        grid.show(console, [column("run", left=True), places, named, state, images, column("preset", 3, left=True)])
    waits = "Nothing waits" if not waiting else f"{text.runs(len(waiting))} wait" + "s" * (len(waiting) == 1)
    console.print(f"{waits}; {text.count(busy)} of {text.count(jobs)} at once now.", style="dim", soft_wrap=True)


def chosen(console: Console, found: list[Facts], fields: list[Field], of: int | None = None) -> None:
    """Print the given fields of each run; what does not fit, the last first, is named below. Else as `runs`."""
    columns = [
        GridColumn(field.heading, tuple(field.written(facts) or ABSENT for facts in found), left=field.kind != "number")
        for field in fields
    ]
    left_out: list[str] = []
    # The first may have a line of its own, above the others.
    while len(columns) > 2 and grid.needed(columns[1:]) > console.width - grid.INDENT:
        left_out.insert(0, columns.pop().heading)
    grid.show(console, columns)
    if left_out:
        notice = f"Not enough room here for: {', '.join(left_out)}. Into a pipe or with --json, all are written."
        console.print(notice, style="dim", soft_wrap=True)
    _count(console, found, of)


def presets(console: Console, configs: dict[str, RunConfig], problems: dict[str, str]) -> None:
    """Print a line for each preset, and below them what is wrong with those that do not load."""
    found = list(configs.values())
    told = [config.reported for config in found]
    columns = [
        GridColumn("preset", tuple(map(text.plain, configs)), left=True),
        GridColumn("model", tuple(config.description.title for config in found), 3, left=True),
        GridColumn("family", tuple(config.description.family for config in found), 4, left=True),
        GridColumn("params", tuple(text.count(config.parameters) for config in found)),
        GridColumn("reported loss", tuple(text.loss(item.validation_loss) if item else "" for item in told), 2),
        GridColumn("reported argmax", tuple(text.accuracy(item.accuracy) if item else "" for item in told), 1),
        GridColumn("reported svc", tuple(text.accuracy(item.svc) if item else "" for item in told), 2),
    ]
    if configs:
        grid.show(console, columns)
    for problem in problems.values():
        console.print(problem, style="red", soft_wrap=True)


def _state(facts: Facts, fields: Fields) -> str:
    stalled = fields["stalled"].written(facts)
    return f"{fields['state'].written(facts)}, stalled {stalled}" if stalled else fields["state"].written(facts)


def _images(facts: Facts) -> str:
    seen = text.count(facts.summary.figures.images_seen)
    return f"{seen} / {text.count(facts.planned)}" if facts.planned else ""


def _count(console: Console, found: list[Facts], of: int | None) -> None:
    """Print how many runs these are and the room they take; not into a pipe, where each line is a run."""
    if not console.is_terminal:
        return
    running = sum(facts.summary.state is State.RUNNING for facts in found)
    whole = text.runs(len(found)) if of is None or of == len(found) else f"{text.count(len(found))} of {text.runs(of)}"
    room = text.size(sum(facts.disk for facts in found))
    parts = [whole, *([f"{text.count(running)} running"] if running else []), room]
    console.print(", ".join(parts), style="dim", soft_wrap=True)
