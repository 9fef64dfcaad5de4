"""The first line: how much of the machine is taken, how the runs get on. Takes figures, reads none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from vitdash.text import duration
from vitdash.ui.board import Tally
from vitdash.ui.ink import Line


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first line tells; empty texts are left out."""

    tally: Tally
    jobs: int = 1
    dataset: str = ""
    machine: tuple[str, ...] = ()
    best: str = ""
    best_run: str = ""
    of_means: bool = False
    left: float | None = None
    notice: str = ""


ROOMY = 100
"""From this width on it says of what the best is."""


class Header(Widget):
    """One line across the screen; facts are dropped whole where there is no room."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ink--strong", "ink--success", "ink--warning", "ink--error", "ink--muted"}
    DEFAULT_CSS = """
    Header {
        height: 1;
        background: $primary 30%;
        color: $foreground;
        & > .ink--strong { text-style: bold; }
        & > .ink--success { color: $text-success; }
        & > .ink--warning { color: $text-warning; }
        & > .ink--error { color: $text-error; }
        & > .ink--muted { color: $foreground 75%; }
    }
    """
    overview: reactive[Overview | None] = reactive(None)

    @property
    def text(self) -> str:
        """What the line says."""
        return self._line(self.size.width).text

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is but one
        """Return the line."""
        names = ("strong", "success", "warning", "error", "muted")
        styles = {name: self.get_component_rich_style(f"ink--{name}", partial=True) for name in names}
        return self._line(self.size.width).strip(self.size.width, styles, self.rich_style)

    def _line(self, width: int) -> Line:
        line = Line((" ◆ ", ""), ("vitdash", "strong"))
        told = self.overview
        if told is None:
            return line
        states = _states(told)
        what = f"{'mean ' if told.of_means else ''}{'argmax ' if width >= ROOMY else ''}"
        best = told.best and f"best {what}{told.best}"
        tail = [part for part in (best, f"≈ {duration(told.left)} left" if told.left is not None else "") if part]
        if best and width >= 150:
            tail[0] += f" {told.best_run}"
        needed = sum(len(text) + 3 for text, _ in states) + sum(len(text) + 3 for text in tail) + 2
        facts = [fact for fact in (told.dataset, *told.machine) if fact]
        for place, fact in enumerate(facts):
            before = " · " if place else "  "
            if line.width + len(before) + len(fact) + needed > width:
                break
            line.add(before + fact, "muted")
        for text, style in states:
            if line.width + len(text) + 3 <= width:
                line.add("   ").add(text, style)
        while tail and line.width + sum(len(text) + 3 for text in tail) + 1 > width:
            tail.pop()
        return line.right("   ".join(tail) + " ", "strong", width) if tail else line


def _states(told: Overview) -> list[tuple[str, str]]:
    tally = told.tally
    jobs = f"/{told.jobs}" if told.jobs > 1 or tally.queued else ""
    shown = [
        (tally.running or tally.queued, f"▶ {tally.running}{jobs} running", "success"),
        (tally.paused, f"‖ {tally.paused} paused", "warning"),
        (tally.queued, f"◌ {tally.queued} queued", ""),
        (tally.finished, f"✔ {tally.finished} done", ""),
        (tally.stopped, f"■ {tally.stopped} stopped", ""),
        (tally.failed, f"✘ {tally.failed} failed", "error"),
        (tally.lost, f"✘ {tally.lost} lost", "error"),
    ]
    notice = [(told.notice, "warning")] if told.notice else []
    return notice + [(text, style) for number, text, style in shown if number]
