"""Runs and presets as lists. Must not know commands; imports little, for a list must come at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console

from vitdash import text
from vitdash.run.summary import Summary
from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn

if TYPE_CHECKING:
    from vitdash.config import RunConfig


def runs(console: Console, summaries: list[Summary]) -> None:
    """Print a line for each run, the newest last."""

    def column(heading: str, cells: list[str], rank: int = 0, *, left: bool = False) -> GridColumn:
        return GridColumn(heading, tuple(cells), rank, left)

    figures = [item.figures for item in summaries]
    values = {
        key: [text.accuracy(item.results[key]) if key in item.results else "" for item in figures]
        for key in ("accuracy", "svc", "svc_held_out")
    }
    losses = [text.loss(item.results["validation_loss"]) if item.results else "" for item in figures]
    columns = [
        column("run", [item.run.id for item in summaries], left=True),
        column("state", [_state(item) for item in summaries], left=True),
        column("images", [_images(item) for item in summaries], 4),
        column("train loss", [text.loss(item.loss) if item.loss is not None else "" for item in figures], 6),
        column("validation loss", losses, 2),
        column("argmax", values["accuracy"], 1),
        column("svc", values["svc"], 3),
        column("svc held-out", values["svc_held_out"], 5),
        column(
            "rate",
            [text.rate(item.images_per_second) if item.images_per_second else "" for item in figures],
            7,
        ),
        column("age", [_age(item) for item in summaries], 8),
    ]
    grid.show(console, columns)


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


def _state(item: Summary) -> str:
    return "unreadable" if item.problem else str(item.state)


def _images(item: Summary) -> str:
    planned = item.figures.planned_images
    return f"{text.count(item.figures.images_seen)} / {text.count(planned)}" if planned else ""


def _age(item: Summary) -> str:
    return text.duration(time.time() - item.created) if item.created else ""
