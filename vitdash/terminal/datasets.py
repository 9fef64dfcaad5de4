"""Data sets as a list: what there is of each. Must not know how they are fetched."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from vitdash import text
from vitdash.data.inventory import Entry
from vitdash.data.stock import State
from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn


def show(console: Console, entries: list[Entry], directory: Path) -> None:
    """Print a line for each data set, below them what cannot be read, and where they are kept."""
    stocks = [item.stock for item in entries]
    columns = [
        GridColumn("data set", tuple(text.plain(item.name) for item in entries), left=True),
        GridColumn("title", tuple(text.plain(item.facts.title) for item in entries), 3, left=True),
        GridColumn("train", tuple(text.count(item.facts.train_images) for item in entries), 1),
        GridColumn("validation", tuple(text.count(item.facts.validation_images) for item in entries), 2),
        GridColumn("state", tuple(map(_state, entries)), left=True),
        GridColumn("size", tuple(_size(stock.bytes_on_disk) if stock else "" for stock in stocks), 1),
        GridColumn("checksum", tuple(item.checksum for item in entries), 4, left=True),
        GridColumn("folder", tuple(_below(directory, item) for item in entries), 5, left=True),
    ]
    grid.show(console, columns)
    for item in entries:
        if item.problem:
            console.print(text.plain(item.problem, 1000), style="red", soft_wrap=True)
    some_missing = any(stock and stock.state is not State.WHOLE for stock in stocks)
    way_on = " Fetch one: vitdash data fetch NAME" if some_missing else ""
    console.print(f"Kept in {text.plain(directory, 500)}.{way_on}", style="dim", soft_wrap=True)


def _state(item: Entry) -> str:
    if item.stock and item.stock.state is State.PARTIAL:
        # Rounded down: 100 % is said of nothing that is not whole.
        return f"partial {100 * item.stock.bytes_here // item.stock.size} %"
    return item.state


def _size(number_of_bytes: int) -> str:
    return text.size(number_of_bytes) if number_of_bytes else ""


def _below(directory: Path, item: Entry) -> str:
    return text.plain(item.stock.folder.relative_to(directory)) if item.stock else ""
