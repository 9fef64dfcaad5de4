"""Whether data sets lie on this machine, whole. Must not know what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vitdash.data import inventory
from vitdash.data.stock import State, Stock
from vitdash.doctor.finding import Finding, note, ok, trouble
from vitdash.text import plain, size


def look(directory: Path) -> Iterator[Finding]:
    """Look at every data set in `directory`; those that come with a library are always there."""
    for entry in inventory.take(directory):
        if entry.problem:
            yield trouble(entry.name, entry.problem, "Make it readable, or give another folder with --data-dir.")
        elif entry.stock is None:
            yield ok(entry.name, "comes with the installation")
        else:
            yield _judge(entry.name, entry.stock)


def _judge(name: str, stock: Stock) -> Finding:
    if stock.state is State.WHOLE:
        return ok(name, "whole")
    if stock.state is State.DAMAGED:
        damaged = ", ".join(item.path.name for item in stock.files if item.state is State.DAMAGED)
        told = f"damaged in {plain(stock.folder, 500)}: {damaged}."
        return trouble(name, told, f"Repair it: vitdash data fetch {name}")
    missing = sum(item.state is not State.WHOLE for item in stock.files)
    told = "not there" if stock.state is State.MISSING else f"{missing} of {len(stock.files)} files are not there"
    fetched = f"fetched when first used, {size(stock.size - stock.bytes_here)}"
    remedy = f"Fetch it now: vitdash data fetch {name}. Without a network, give a folder that has it with --data-dir."
    return note(name, f"{told}; {fetched}.", remedy)
