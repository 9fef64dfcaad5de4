"""The live view of one training on a terminal: what runs, how well, how long still. Draws a history; reads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text

from vitdash.drawing.sparkline import ASCII, BLOCKS, on_axis, sparkline
from vitdash.run import lines, pace
from vitdash.run.events import Phase, RunStarted, Tick
from vitdash.run.history import RunHistory
from vitdash.text import accuracy, count, duration, loss, plain, rate, size

LABEL_WIDTH = 10
VALUE_WIDTH = 9
CURVE_WIDTH = 60
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

    @property
    def more(self) -> str:
        """What stands for text that is left out, or still to come."""
        return "…" if self.unicode else "..."

    def spark(self, points: Iterable[tuple[float, float]], reached: float, end: float, width: int) -> str:
        """Return a curve over an axis from 0 to `end`, `width` cells long, as far as it is `reached`."""
        return sparkline(on_axis(points, reached, end, width), BLOCKS if self.unicode else ASCII)


def draw(history: RunHistory, tick: Tick | None, notice: str, canvas: Canvas) -> Text:
    """Return the view: a few lines, none wider than the canvas."""
    drawn = [_headline(history, canvas)]
    if history.started:
        drawn.append(_progress(history, tick, history.started, canvas))
        drawn += _curves(history, tick, history.started, canvas)
    if doing := notice or _doing(history, canvas):
        drawn.append(Text(doing.replace("…", canvas.more), style="yellow"))
    for text in drawn:
        if text.cell_len > canvas.width:
            text.truncate(canvas.width - len(canvas.more), overflow="crop")
            text.append(canvas.more)
    return Text("\n").join(drawn)


def _headline(history: RunHistory, canvas: Canvas) -> Text:
    event = history.started
    if event is None:
        return Text("starting")
    device = plain(event.device)
    facts = [
        lines.dataset(event),
        f"{count(event.parameters)} parameters",
        f"{device} x{event.threads}" if not canvas.unicode else f"{device} ×{event.threads}",
    ]
    run_id = plain(event.run_id)
    headline = Text(run_id if len(run_id) <= canvas.width else run_id.rsplit("-", 3)[0], style="bold")
    for fact in facts:
        # Whole facts only: half a number would mislead.
        if headline.cell_len + len(fact) + 3 <= canvas.width:
            headline.append(f" {canvas.dot} {fact}", style="dim")
    return headline


def _progress(history: RunHistory, tick: Tick | None, event: RunStarted, canvas: Canvas) -> Text:
    seen = max(history.images_seen, tick.images_seen if tick else 0)
    speed = tick.images_per_second if tick else history.progress[-1].images_per_second if history.progress else None
    planned = max(1, event.planned_images)
    left = pace.seconds_left(history, seen, planned)
    # Rounded down: 100% is said of nothing that goes on.
    facts = [f"{100 * seen // planned}%", f"{count(seen)} / {count(planned)}"]
    facts += [rate(speed)] if speed is not None else []
    facts += [f"{duration(left)} left"] if left is not None and seen < planned else []
    room = canvas.width - LABEL_WIDTH - 2
    while len(facts) > 1 and sum(len(fact) + 2 for fact in facts) > room:
        facts.remove(facts[1] if len(facts) > 2 else facts[-1])
    bar_width = min(40, canvas.width - sum(len(fact) + 2 for fact in facts))
    filled = bar_width * min(seen, planned) // planned
    full, empty = (FILLED, EMPTY) if canvas.unicode else (ASCII_FILLED, ASCII_EMPTY)
    bar = Text().append(full * filled, style="green").append(empty * (bar_width - filled), style="bright_black")
    return bar.append("  " + "  ".join(facts))


def _curves(history: RunHistory, tick: Tick | None, event: RunStarted, canvas: Canvas) -> list[Text]:
    """Return the figures, each with its curve over the images planned: where it ends is where the run is."""
    curves = []
    planned = max(1, event.planned_images)

    def add(label: str, value: str, points: Iterable[tuple[float, float]], style: str) -> None:
        room = min(CURVE_WIDTH, canvas.width - LABEL_WIDTH - VALUE_WIDTH - 1)
        text = Text(f"{label:<{LABEL_WIDTH}}", style="dim").append(f"{value:<{VALUE_WIDTH}} ", style="bold not dim")
        curves.append(text.append(canvas.spark(points, history.images_seen, planned, room), style=f"{style} not dim"))

    if history.progress or tick:
        now = tick or history.progress[-1]
        add("loss", loss(now.loss), [(item.images_seen, item.loss) for item in history.progress], "magenta")
        add(
            "accuracy", accuracy(now.accuracy), [(item.images_seen, item.accuracy) for item in history.progress], "cyan"
        )
    if history.evaluations:
        last = history.evaluations[-1]
        add("val. loss", loss(last.loss), [(item.images_seen, item.loss) for item in history.evaluations], "magenta")
        add(
            "argmax",
            accuracy(last.accuracy),
            [(item.images_seen, item.accuracy) for item in history.evaluations],
            "cyan",
        )
    if facts := _probes(history):
        curves.append(_whole(facts, canvas.width))
    return curves


def _probes(history: RunHistory) -> list[str]:
    """Return what the probes found where they last looked, and which of them failed there."""
    position = max((series[-1].images_seen for series in (history.probes, history.failed_probes) if series), default=0)
    found = [fact for item in history.probes if item.images_seen == position for fact in lines.values(item.values)]
    return found + [f"{plain(item.probe)} failed" for item in history.failed_probes if item.images_seen == position]


def _whole(facts: list[str], room: int) -> Text:
    """Return as many of the facts as fit: half a number would mislead."""
    shown = facts[0]
    for fact in facts[1:]:
        if len(shown) + 2 + len(fact) <= room:
            shown += f"  {fact}"
    return Text(shown)


def _doing(history: RunHistory, canvas: Canvas) -> str:
    if history.paused:
        return "paused"
    doing = history.phase or history.meanwhile
    return _phase(doing, canvas) if doing else ""


def _phase(event: Phase, canvas: Canvas) -> str:
    if event.name != "download" or not event.total:
        return f"{lines.phase(event)}…"
    amount = f"{size(event.done)} of {size(event.total)}"
    sentence = f"downloading {amount}"
    return sentence if len(sentence) <= canvas.width else amount
