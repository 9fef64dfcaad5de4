"""Results as JSON: every knob and every figure of each run, null where nothing was computed."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from vitdash.export.rows import Row


def render(rows: list[Row], *, reported: bool = False) -> str:
    """Return a list of objects, one a run."""
    return json.dumps([describe(row, reported=reported) for row in rows], indent=2, allow_nan=False) + "\n"


def describe(row: Row, *, reported: bool) -> dict[str, Any]:
    """Return one run as plain values."""
    figures = dataclasses.asdict(row.figures)
    content = {
        "run": row.id,
        "name": row.name,
        "state": str(row.state),
        "preset": row.config.description.preset,
        "architecture": row.config.model.name,
        "parameters": row.config.parameters,
        "knobs": {declared.name: value for _, declared, value in row.config.knobs()},
        "results": figures.pop("results"),
    }
    content |= {key: figures[key] for key in ("planned_images", "images_seen", "images_per_second", "seconds")}
    content["evaluated_at"] = row.evaluated_at or None
    if reported:
        content["reported"] = dataclasses.asdict(row.config.reported) if row.config.reported else None
    return content
