"""What deleting and pruning would take away, before it is done. Must not know commands."""

from __future__ import annotations

from rich.console import Console

from vitdash import text
from vitdash.run.removal import Deletion, Pruning
from vitdash.run.state import State
from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn


def deletions(console: Console, items: list[Deletion]) -> None:
    """Print a line for each run that would be deleted."""
    columns = [
        GridColumn("run", tuple(item.run.id for item in items), left=True),
        GridColumn("name", _names(items), 1, left=True),
        GridColumn("state", tuple(str(item.state or "unreadable") for item in items), left=True),
        GridColumn("size", tuple(text.size(item.bytes) for item in items)),
    ]
    grid.show(console, columns)


def prunings(console: Console, items: list[Pruning]) -> None:
    """Print a line for each run that would be pruned, and what can then no longer be done with it."""
    if not items:
        console.print("There is nothing to remove.")
        return
    columns = [
        GridColumn("run", tuple(item.run.id for item in items), left=True),
        GridColumn("name", _names(items), 1, left=True),
        GridColumn("state", tuple(str(item.state) for item in items), left=True),
        GridColumn("files", tuple(text.count(len(item.files)) for item in items), 2),
        GridColumn("size", tuple(text.size(item.bytes) for item in items)),
    ]
    grid.show(console, columns)
    console.print(f"\n{_loss(items)}")


def _loss(items: list[Pruning]) -> str:
    """Return what is lost with the files."""
    going = [item for item in items if item.run.checkpoint in item.files]
    if not going:
        return "Figures, curves and checkpoints stay."
    if all(item.run.best not in item.files and item.run.best.exists() for item in going):
        lost = "cannot be extended; the weights of its lowest loss stay"
    else:
        lost = "can neither be loaded as a model nor extended"
    sentence = f"Figures and curves stay. Without its checkpoint a run {lost}."
    if any(item.state is not State.FINISHED for item in going):
        sentence += " An unfinished one begins anew when it is resumed."
    return sentence


def _names(items: list[Deletion] | list[Pruning]) -> tuple[str, ...]:
    """Return the names that the ids do not tell."""
    return tuple(text.plain(item.name) if not item.run.id.startswith(f"{item.name}-") else "" for item in items)
