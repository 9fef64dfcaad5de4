"""Draws the pictures in this folder from a recorded run, with the code that draws them on a terminal.

`python docs/make_pictures.py RUN_DIRECTORY` writes `train.svg`: the live view as it stood at 80 % of that run.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console

from vitdash.run.events import Event
from vitdash.run.history import RunHistory
from vitdash.run.log import EventReader
from vitdash.terminal import live

WIDTH = 92
MOMENT = 0.8


def history_at(events: Path, share: float) -> RunHistory:
    """Return what was known when that share of the planned images had been seen."""
    history = RunHistory()
    for event in EventReader(events).from_file():
        if not isinstance(event, Event):
            continue
        history.apply(event)
        if history.started and history.images_seen >= share * history.started.planned_images:
            break
    return history


def main() -> None:
    """Draw."""
    run = Path(sys.argv[1])
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(live.draw(history_at(run / "events.jsonl", MOMENT), None, "", live.Canvas(WIDTH)))
    svg = console.export_svg(title="vitdash train --preset cnn --dataset digits --max-inputs 20000")
    # The viewer's own monospace font will do: a picture in a README must not fetch anything.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    (Path(__file__).parent / "train.svg").write_text(svg.replace("Fira Code", "ui-monospace, Menlo, Consolas"))


if __name__ == "__main__":
    main()
