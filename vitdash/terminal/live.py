"""The live view of one training on a terminal: what runs, how well, how long still. Draws a history; reads nothing."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from vitdash.run.events import Phase, RunStarted, Tick
from vitdash.run.history import RunHistory
from vitdash.terminal import lines
from vitdash.terminal.sparkline import ASCII, BLOCKS, sparkline
from vitdash.text import accuracy, count, duration, loss, plain, rate, size

LABEL_WIDTH = 10
VALUE_WIDTH = 9
FILLED, EMPTY = "━", "─"
ASCII_FILLED, ASCII_EMPTY = "#", "."


@dataclass(frozen=True, slots=True)
class Canvas:
    """How much room there is, and whether it shows more than ASCII."""

    width: int
    unicode: bool = True

    @property
    def dot(self) -> str:
        """What stands between two facts."""
        return "·" if self.unicode else "-"

    def spark(self, series: list[float], width: int) -> str:
        """Return a series as a line of at most `width` cells."""
        return sparkline(series, width, BLOCKS if self.unicode else ASCII)


def draw(history: RunHistory, tick: Tick | None, notice: str, canvas: Canvas) -> Text:
    """Return the view: a few lines, none wider than the canvas."""
    drawn = [_headline(history, canvas)]
    if history.started:
        drawn.append(_progress(history, tick, history.started, canvas))
        drawn += _curves(history, tick, canvas)
    if doing := notice or _doing(history):
        drawn.append(Text(doing, style="yellow"))
    for text in drawn:
        text.truncate(canvas.width, overflow="ellipsis" if canvas.unicode else "crop")
    return Text("\n").join(drawn)


def seconds_left(history: RunHistory, images_seen: int, planned: int) -> float | None:
    """Return how long the rest takes at the pace of this life so far, evaluations included; None while unknown."""
    if not history.progress or not history.started:
        return None
    since = [event for event in history.progress if event.seq > history.started.seq]
    if len(since) < 2:
        speed = history.progress[-1].images_per_second
        return (planned - images_seen) / speed if speed > 0 else None
    elapsed = since[-1].time - since[0].time
    trained = since[-1].images_seen - since[0].images_seen
    return (planned - images_seen) * elapsed / trained if trained else None


def _headline(history: RunHistory, canvas: Canvas) -> Text:
    event = history.started
    if event is None:
        return Text("starting")
    facts = [
        str(event.config.get("data", {}).get("dataset", "")),
        f"{count(event.parameters)} parameters",
        f"{event.device} x{event.threads}" if not canvas.unicode else f"{event.device} ×{event.threads}",
    ]
    headline = Text(plain(event.run_id), style="bold")
    for fact in facts:
        # Whole facts only: half a number would mislead.
        if headline.cell_len + len(fact) + 3 <= canvas.width:
            headline.append(f" {canvas.dot} {fact}", style="dim")
    return headline


def _progress(history: RunHistory, tick: Tick | None, event: RunStarted, canvas: Canvas) -> Text:
    seen = max(history.images_seen, tick.images_seen if tick else 0)
    speed = tick.images_per_second if tick else history.progress[-1].images_per_second if history.progress else None
    left = seconds_left(history, seen, event.planned_images)
    facts = [f"{seen / event.planned_images:.0%}", f"{count(seen)} / {count(event.planned_images)}"]
    facts += [rate(speed)] if speed is not None else []
    facts += [f"{duration(left)} left"] if left is not None and seen < event.planned_images else []
    room = canvas.width - LABEL_WIDTH - 2
    while len(facts) > 1 and sum(len(fact) + 2 for fact in facts) > room:
        facts.remove(facts[1] if len(facts) > 2 else facts[-1])
    bar_width = min(40, canvas.width - sum(len(fact) + 2 for fact in facts))
    filled = round(bar_width * min(1.0, seen / event.planned_images))
    full, empty = (FILLED, EMPTY) if canvas.unicode else (ASCII_FILLED, ASCII_EMPTY)
    bar = Text(full * filled, style="green").append(empty * (bar_width - filled), style="bright_black")
    return bar.append("  " + "  ".join(facts))


def _curves(history: RunHistory, tick: Tick | None, canvas: Canvas) -> list[Text]:
    curves = []
    if history.progress or tick:
        now = tick or history.progress[-1]
        losses = [event.loss for event in history.progress]
        accuracies = [event.accuracy for event in history.progress]
        curves.append(_curve("loss", loss(now.loss), losses, canvas, "magenta"))
        curves.append(_curve("accuracy", accuracy(now.accuracy), accuracies, canvas, "cyan"))
    if history.evaluations:
        last = history.evaluations[-1]
        validation = [event.loss for event in history.evaluations]
        argmax = [event.accuracy for event in history.evaluations]
        curves.append(_curve("val. loss", loss(last.loss), validation, canvas, "magenta"))
        curves.append(_curve("argmax", accuracy(last.accuracy), argmax, canvas, "cyan"))
    if history.probes:
        curves.append(Text(lines.values(history.probes[-1].values)))
    return curves


def _curve(label: str, value: str, series: list[float], canvas: Canvas, style: str) -> Text:
    room = canvas.width - LABEL_WIDTH - VALUE_WIDTH - 1
    text = Text(f"{label:<{LABEL_WIDTH}}", style="dim").append(f"{value:<{VALUE_WIDTH}} ", style="bold not dim")
    return text.append(canvas.spark(series, min(room, 60)), style=f"{style} not dim")


def _doing(history: RunHistory) -> str:
    if history.paused:
        return "paused"
    return _phase(history.phase) if history.phase else ""


def _phase(event: Phase) -> str:
    if event.name == "download" and event.total:
        return f"downloading {size(event.done)} of {size(event.total)}"
    return f"{lines.phase(event)}…"
