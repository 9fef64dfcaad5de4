"""A whole chart as lines of text in inks: heading, paper and what lies below. Must not know colours or widgets."""

from __future__ import annotations

from collections.abc import Callable

from vitdash.drawing import ticks
from vitdash.text import plain
from vitdash.ui.ink import fitted
from vitdash.ui.plot import axes, ink
from vitdash.ui.plot.frame import BRAILLE, LETTERS, Cell
from vitdash.ui.plot.legend import Entry, Heading
from vitdash.ui.plot.paper import Paper, Scene
from vitdash.ui.plot.series import Series

TALL = 16
"""From this height on the title has a line of its own, and the paper a rule below it."""

LEAST_HEIGHT = 3
"""Lines of paper below which nothing is drawn."""


class Sheet:
    """Draws scenes, each on what is left of the one before."""

    def __init__(self, write: Callable[[float], str], *, unicode: bool) -> None:
        self._write = write
        self._unicode = unicode
        self._ellipsis = "…" if unicode else "~"
        self._scene = Scene()
        self._heading: list[list[Cell]] = []
        self._foot: list[list[Cell]] = []
        self.paper = Paper(BRAILLE if unicode else LETTERS)

    def draw(self, scene: Scene) -> set[int]:
        """Draw a scene and return the lines that changed."""
        heading, foot, outline = self._heading, self._foot, self._outline
        self._scene = scene
        self.paper.take(scene)
        self._heading = self._headed()
        drawn = self.paper.draw(scene, self._paper_height())
        self._foot = self._below()
        if outline != self._outline:
            return set(range(scene.height))
        top = len(self._heading)
        changed = {number + top for number in drawn}
        for begin, before, now in ((0, heading, self._heading), (top + self.paper.frame.height, foot, self._foot)):
            changed |= {begin + number for number, cells in enumerate(now) if cells != before[number]}
        return changed

    def line(self, line: int) -> list[Cell]:
        """Return a line of the chart, as texts of one ink each; it may be shorter than the chart is wide."""
        if line < len(self._heading):
            return self._heading[line]
        line -= len(self._heading)
        height = self.paper.frame.height
        if not height:
            return self._said(line)
        if line < height:
            return self.paper.line(line)
        return self._foot[line - height] if line - height < len(self._foot) else []

    @property
    def _outline(self) -> tuple[object, ...]:
        """All that moves every line when it changes."""
        frame = self.paper.frame
        return (
            self._scene.width,
            self._scene.height,
            self._scene.empty,
            len(self._heading),
            frame.width,
            frame.height,
            len(self._foot),
        )

    @property
    def _filled(self) -> bool:
        return any(len(item.x) for item in self._scene.series)

    def _paper_height(self) -> int:
        """Return how many lines are left for the paper, 0 where there is nothing to draw or no room."""
        height = self._scene.height - len(self._heading) - (2 if self._scene.height >= TALL else 1)
        return height if height >= LEAST_HEIGHT and self._filled else 0

    def _said(self, line: int) -> list[Cell]:
        """Return a line of a chart without paper: in the middle of an empty one stands why."""
        if self._filled or line != (self._scene.height - len(self._heading) - 1) // 2:
            return []
        text = fitted(plain(self._scene.empty), self._scene.width, self._ellipsis)
        return [(" " * ((self._scene.width - len(text)) // 2), ink.BLANK), (text, ink.NOTE)]

    def _below(self) -> list[list[Cell]]:
        """Return what lies below the paper: the rule where there is room for it, and the numbers.

        The position that is read stands among them, so that the heading stays as it is while it moves.
        """
        lines = self.paper.foot if self._scene.height >= TALL else self.paper.foot[1:]
        cursor = self._scene.cursor
        cell = None if cursor is None else self.paper.cell(cursor)
        if cell is None or not lines:
            return lines
        return [*lines[:-1], axes.written_over(lines[-1], f"{cursor:,.0f}", self.paper.indent + cell)]

    def _headed(self) -> list[list[Cell]]:
        scene = self._scene
        note = (" · " if self._unicode else ", ").join(self._notes()) if self._filled else ""
        shown = ((place, item) for place, item in enumerate(scene.series) if len(item.x) and not item.overlay)
        heading = Heading(plain(scene.title), note, tuple(self._entry(place, series) for place, series in shown))
        inline = scene.height < TALL
        return heading.lines(scene.width, inline=inline, ellipsis=self._ellipsis)[: scene.height]

    def _notes(self) -> list[str]:
        scene = self._scene
        notes = ["log"] if scene.log else []
        if scene.smoothing and any(not series.dots for series in scene.series):
            notes.append(f"smoothed over {ticks.compact(scene.span, scene.span)}")
        if scene.view:
            notes.append(f"{scene.end / (scene.view[1] - scene.view[0]):.2g}{'×' if self._unicode else 'x'}")
        return notes

    def _entry(self, place: int, series: Series) -> Entry:
        beside = " ".join(
            f"•{self._value(other)}" if other.dots and self._unicode else f"({self._value(other)})"
            for other in self._scene.series
            if other.overlay and (other.sign, other.label) == (series.sign, series.label) and len(other.x)
        )
        return Entry(series.sign.marker, plain(series.label), self._value(series), ink.of(place, ink.LINE), beside)

    def _value(self, series: Series) -> str:
        curve = self.paper.curves[series.key]
        last = "-" if curve.last is None else self._write(curve.last)
        if self._scene.cursor is None:
            return last
        value = curve.at(self._scene.cursor)
        # As wide as the last value: the legend does not jump while the cursor moves.
        return ("-" if value is None else self._write(value)).ljust(len(last))
