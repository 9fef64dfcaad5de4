"""What came of runs: the results table, and all there is to know of one run. Must not know commands."""

from __future__ import annotations

from textwrap import wrap

from rich.console import Console

from vitdash import text
from vitdash.export import table
from vitdash.export.rows import Row
from vitdash.run.lines import VALUE_NAMES
from vitdash.run.state import State
from vitdash.run.store import Claim
from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn

NARROWEST_VALUE = 16

# What is left out first where a terminal is narrow; the model and its figures stay.
_RANKS = {"patch": 9, "layer": 7, "head": 7, "hidden": 8, "mlp": 8, "drop": 9, "cs": 9}
_RANKS |= {"seconds": 3, "images_per_second": 4, "parameters": 2, "svc_held_out": 1}


def results(console: Console, rows: list[Row], *, reported: bool = False) -> None:
    """Print the results table, as many columns of it as fit."""
    columns = [
        GridColumn(
            column.heading,
            tuple(cell.text for cell in column.cells),
            rank=_RANKS.get(column.key, 5 if column.key.startswith(("reported", "difference")) else 0),
            left=column.key == "model",
            bold=frozenset(index for index, cell in enumerate(column.cells) if cell.best),
        )
        for column in table.build(rows, reported=reported)
    ]
    if left_out := grid.show(console, columns):
        noun = "column does" if left_out == 1 else "columns do"
        console.print(f"{left_out} {noun} not fit here. All: vitdash export {rows[0].id}", style="dim", soft_wrap=True)


def run(console: Console, row: Row, claim: Claim, path: str, last_words: str) -> None:
    """Print all there is to know of one run: state, figures beside the reported ones, knobs."""
    figures = row.figures
    facts = [
        ("run", row.id),
        ("state", f"{row.state}{_why(row)}"),
        ("images", f"{text.count(figures.images_seen)} of {text.count(row.config.train.max_inputs)}"),
        ("computed on", f"{claim.device}, {text.threads(claim.threads)}, {claim.host}" if claim.device else ""),
        ("pace", text.rate(row.images_per_second) if row.images_per_second else ""),
        ("time", text.duration(figures.seconds) if figures.seconds is not None else ""),
        ("parameters", text.count(row.config.parameters)),
        ("directory", path),
    ]
    _pairs(console, [(name, text.plain(value, 500)) for name, value in facts if value])
    console.print()
    _pairs(console, _results(row) or [("results", "no evaluation yet")])
    for table_name in dict.fromkeys(name for name, _, _ in row.config.knobs()):
        console.print(f"\n[{table_name}]", style="dim")
        knobs = [
            (item.name, _value(value), item.unit) for name, item, value in row.config.knobs() if name == table_name
        ]
        _pairs(console, [(name, f"{value} {unit}".rstrip()) for name, value, unit in knobs])
    if row.state in (State.FAILED, State.LOST) and last_words:
        console.print("\nlast lines of its log", style="dim")
        console.print(last_words, soft_wrap=True)
    if row.state.resumable:
        console.print(f"\nGo on with: vitdash resume {row.id}", soft_wrap=True)


def _results(row: Row) -> list[tuple[str, str]]:
    told = row.config.reported
    comparable = told is not None and told.images_seen == row.evaluated_at
    found = []
    if row.evaluated_at != row.figures.images_seen and row.figures.results:
        found.append(("evaluated at", text.images(row.evaluated_at)))
    for key, value in row.figures.results.items():
        name = {"validation_loss": "validation loss", "accuracy": "argmax"}.get(key) or VALUE_NAMES.get(key, key)
        shown = text.loss(value) if key == "validation_loss" else text.accuracy(value)
        if told is not None and comparable and hasattr(told, key):
            reported = getattr(told, key)
            digits, written = (5, text.loss) if key == "validation_loss" else (4, text.accuracy)
            shown += f"  reported {written(reported)}, difference {value - reported:+z.{digits}f}"
        found.append((text.plain(name), shown))
    return found


def _pairs(console: Console, pairs: list[tuple[str, str]]) -> None:
    width = max((len(name) for name, _ in pairs), default=0) + 2
    for name, value in pairs:
        # Between words only: a terminal would fold a line in the middle of a number.
        lines = wrap(value, max(NARROWEST_VALUE, console.width - width), break_long_words=False, break_on_hyphens=False)
        for index, line in enumerate(lines):
            console.print(f"{'' if index else name:<{width}}{line}", soft_wrap=True)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, int):
        return text.count(value)
    return f"{value:g}" if isinstance(value, float) else text.plain(value) or "-"


def _why(row: Row) -> str:
    return f": {text.plain(row.figures.reason, 500)}" if row.state is State.FAILED and row.figures.reason else ""
