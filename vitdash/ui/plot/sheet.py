"""A whole chart as lines of text in inks: heading, axes and paper put together. Must not know colours or widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vitdash.text import plain
from vitdash.ui.plot import axes, ink, scale, ticks
from vitdash.ui.plot.columns import Window
from vitdash.ui.plot.curve import Curve
from vitdash.ui.plot.frame import BRAILLE, LETTERS, Cell, Frame, Layer
from vitdash.ui.plot.legend import Entry, Heading, cut
from vitdash.ui.plot.scale import Limits, placer
from vitdash.ui.plot.series import Series
from vitdash.ui.plot.smoothing import LEVELS

TALL = 16
"""From this height on the title has a line of its own, and the paper a rule below it."""

LEAST = (12, 3)
"""Columns and lines of paper below which nothing is drawn on it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a chart shows. `view` are the ends of what is seen of the horizontal axis, `cursor` a position on it."""

    series: tuple[Series, ...] = ()
    planned: float = 0.0
    width: int = 0
    height: int = 0
    title: str = ""
    empty: str = ""
    log: bool = False
    smoothing: int = 0
    view: tuple[float, float] | None = None
    cursor: float | None = None

    @property
    def end(self) -> float:
        """The right end of the axis: what is planned, or a round number that holds what there is."""
        reached = max((item.x[-1] for item in self.series if len(item.x)), default=0.0)
        return float(self.planned) if reached <= self.planned > 0 else ticks.round_up(reached)


class Sheet:
    """Draws scenes, each on what is left of the one before."""

    def __init__(self, write: Callable[[float], str], *, unicode: bool) -> None:
        self._write = write
        self._unicode = unicode
        self._ellipsis = "…" if unicode else "~"
        self._dots = BRAILLE if unicode else LETTERS
        self._curves: dict[str, Curve] = {}
        self._order: list[tuple[object, ...]] = []
        self._scene = Scene()
        self._limits: Limits | None = None
        self._vertical = axes.Vertical({}, [])
        self._gutter = 0
        self._window: Window | None = None
        self._frame = Frame(0, 0, self._dots)
        self._over: dict[tuple[int, int], Cell] = {}
        self._cursor: int | None = None
        self.heading: list[list[Cell]] = []
        self.foot: list[list[Cell]] = []

    @property
    def indent(self) -> int:
        """How many columns stand left of the paper."""
        return self._gutter + 1

    @property
    def paper(self) -> tuple[int, int]:
        """Columns and lines of the paper, 0 where there is none."""
        return self._frame.width, self._frame.height

    @property
    def window(self) -> Window | None:
        """The part of the horizontal axis that is seen, in columns of dots."""
        return self._window if self._frame.width else None

    def position(self, column: int) -> float | None:
        """Return the position in the middle of a column of the chart, None where that is not paper."""
        cell = column - self.indent
        if self.window is None or not 0 <= cell < self._frame.width:
            return None
        return self.window.position((cell + 0.5) * self._dots.across)

    def draw(self, scene: Scene) -> set[int]:
        """Draw a scene and return the lines that changed."""
        before = [self.line(line) for line in range(len(self.heading))], self.foot, self.paper
        resized = (scene.width, scene.height) != (self._scene.width, self._scene.height)
        if scene.view != self._scene.view or scene.log != self._scene.log:
            self._limits = None
        self._scene = scene
        self._forget()
        drawn = self._draw_paper()
        self.heading = self._heading()
        if len(self.heading) != len(before[0]) or self._frame.height != self._paper_height():
            drawn = self._draw_paper(anew=True) or drawn
            resized = True
        if resized or before[1:] != (self.foot, self.paper):
            return set(range(scene.height))
        top = len(self.heading)
        changed = {line for line, cells in enumerate(self.heading) if cells != before[0][line]}
        return changed | {line + top for line in drawn}

    def line(self, line: int) -> list[Cell]:
        """Return a line of the chart, as texts of one ink each; it may be shorter than the chart is wide."""
        if line < len(self.heading):
            return self.heading[line]
        line -= len(self.heading)
        if line < self._frame.height:
            return [*self._vertical.cells(line, self._gutter, self._unicode), *self._frame.runs(line)]
        line -= self._frame.height
        if self._frame.height:
            return self.foot[line] if line < len(self.foot) else []
        if line == (self._scene.height - len(self.heading) - 1) // 2 and not self._filled:
            text = cut(plain(self._scene.empty), self._scene.width, self._ellipsis)
            return [(" " * ((self._scene.width - len(text)) // 2), ink.BLANK), (text, ink.NOTE)]
        return []

    @property
    def _filled(self) -> bool:
        return any(len(item.x) for item in self._scene.series)

    def _forget(self) -> None:
        kept = {item.key for item in self._scene.series}
        for key in self._curves.keys() - kept:
            del self._curves[key]

    def _paper_height(self) -> int:
        """Return how many lines are left for the paper, 0 where there is nothing to draw or no room."""
        height = self._scene.height - len(self.heading) - (2 if self._scene.height >= TALL else 1)
        return height if height >= LEAST[1] and self._filled else 0

    def _draw_paper(self, *, anew: bool = False) -> set[int]:
        """Draw what changed on the paper, or all of it, and return its lines that changed."""
        height = self._paper_height()
        begins = self._take(height) if height else {}
        if self._window is None or not height or self._scene.width - self.indent < LEAST[0]:
            self._frame = Frame(0, 0, self._dots)
            self.foot = []
            return set()
        width = self._scene.width - self.indent
        ruled = self._scene.height >= TALL
        self.foot = axes.horizontal(self._window, width, self.indent, self._dots, ruled=ruled)
        order: list[tuple[object, ...]] = [(s.key, s.sign, s.dots, s.overlay) for s in self._scene.series]
        whole = anew or order != self._order or self._drawn_for != (self._limits, self._window, width, height)
        self._order = order
        self._drawn_for = (self._limits, self._window, width, height)
        changed: set[int] = set()
        if self._frame.width != width or self._frame.height != height:
            self._frame = Frame(width, height, self._dots)
            self._over = {}
        if whole:
            self._frame.ground = self._vertical.ground
            changed = set(range(height))
        columns = self._rasterise(begins, whole=whole)
        return changed | self._compose(columns)

    _drawn_for: tuple[object, ...] = ()

    def _take(self, height: int) -> dict[str, int]:
        """Take in what is new, settle both axes, and return from which column of dots on each series changed."""
        begins: dict[str, int] = {}
        start, end = self._scene.view or (0.0, self._scene.end)
        window = Window(start, end, 1)
        for _ in range(3):
            columns = max(1, self._scene.width - self.indent) * self._dots.across
            window = self._window = Window(start, end, columns)
            for series in self._scene.series:
                curve = self._curves.setdefault(series.key, Curve(series))
                begin = curve.take(series, window, LEVELS[self._scene.smoothing] * self._scene.end)
                if begin is not None:
                    begins[series.key] = min(begin, begins.get(series.key, begin))
            ranges = [found for s in self._scene.series if (found := self._curves[s.key].range(self._scene.log))]
            self._limits = scale.settle(self._limits, ranges, self._scene.log)
            self._vertical = axes.vertical(self._limits, height, self._dots)
            if self._vertical.width == self._gutter:
                break
            self._gutter = self._vertical.width
        return begins

    def _rasterise(self, begins: dict[str, int], *, whole: bool) -> range:
        """Draw the dots of what changed and return the columns of cells that it lies in."""
        across = self._dots.across
        if self._limits is None:
            return range(0)
        rows = self._frame.height * self._dots.down
        place = placer(self._limits, rows)
        first = self._frame.width
        for series in self._scene.series:
            begin = 0 if whole else begins.get(series.key)
            if begin is not None:
                cell = begin // across
                self._curves[series.key].draw(place, rows, self._dots, cell * across)
                first = min(first, cell)
        return range(0 if whole else first, self._frame.width)

    def _compose(self, columns: range) -> set[int]:
        layers = list(self._layers())
        over = self._markers()
        cursor = self._cursor_cell()
        moved = {cell[0] for cell in over.items() ^ self._over.items()}
        also = {column for column, _ in moved} | ({cursor, self._cursor} - {None} if cursor != self._cursor else set())
        self._over, self._cursor = over, cursor
        wanted = [*columns, *sorted(column for column in also if column is not None and column not in columns)]
        line = None if cursor is None else (cursor, "│" if self._unicode else "|")
        return self._frame.compose(layers, wanted, over, line)

    def _layers(self) -> list[Layer]:
        """Return the layers, the topmost first: points over lines, bands below; the first series over the others."""
        lines: list[Layer] = []
        points: list[Layer] = []
        bands: list[Layer] = []
        for place, series in enumerate(self._scene.series):
            curve = self._curves[series.key]
            letter = series.sign.marker if series.sign.marker.isascii() else "*"
            if series.dots:
                letter = "@" if series.overlay else letter
                points.append(Layer(curve.line.masks, ink.of(place, ink.POINT), letter=letter))
                continue
            lines.append(Layer(curve.line.masks, ink.of(place, ink.LINE), letter=letter))
            bands.append(Layer(curve.band.masks, ink.of(place, ink.BAND), dim=True, letter=":"))
        return [*points, *lines, *bands]

    def _markers(self) -> dict[tuple[int, int], Cell]:
        """Return the cells in which the series' markers stand: at their ends, or further left where those meet."""
        over: dict[tuple[int, int], Cell] = {}
        if self._limits is None:
            return over
        rows = self._frame.height * self._dots.down
        place = placer(self._limits, rows)
        for number, series in enumerate(self._scene.series):
            columns = self._curves[series.key].main
            if series.overlay or not columns:
                continue
            seen: set[int] = set()
            for item in reversed(columns):
                cell = item.column // self._dots.across, place(item.last) // self._dots.down
                if cell[0] in seen:
                    continue
                seen.add(cell[0])
                inside = 0 <= cell[0] < self._frame.width and 0 <= cell[1] < self._frame.height
                if inside and not any((cell[0] + near, cell[1]) in over for near in (-1, 0, 1)):
                    over[cell] = series.sign.marker, ink.of(number, ink.LINE)
                    break
                if len(seen) > 2 * len(self._scene.series):
                    break
        return over

    def _cursor_cell(self) -> int | None:
        if self._scene.cursor is None or self._window is None:
            return None
        cell = self._window.column(self._scene.cursor) // self._dots.across
        return cell if 0 <= cell < self._frame.width else None

    def _heading(self) -> list[list[Cell]]:
        scene = self._scene
        note = " · ".join(self._notes()) if self._filled else ""
        shown = ((place, item) for place, item in enumerate(scene.series) if len(item.x) and not item.overlay)
        entries = tuple(self._entry(place, series) for place, series in shown)
        heading = Heading(plain(scene.title), note if self._unicode else note.replace(" · ", ", "), entries)
        inline = scene.height < TALL
        return heading.lines(scene.width, inline=inline, ellipsis=self._ellipsis)[: scene.height]

    def _notes(self) -> list[str]:
        scene = self._scene
        notes = []
        if scene.cursor is not None:
            notes.append(f"at {scene.cursor:,.0f} {axes.UNIT}")
        if scene.log:
            notes.append("log")
        if scene.smoothing and any(not series.dots for series in scene.series):
            notes.append(f"smoothed {scene.smoothing}")
        if scene.view:
            notes.append("zoomed")
        return notes

    def _entry(self, place: int, series: Series) -> Entry:
        own = self._value(series)
        beside = " ".join(
            f"•{self._value(other)}" if other.dots and self._unicode else f"({self._value(other)})"
            for other in self._scene.series
            if other.overlay and (other.sign, other.label) == (series.sign, series.label) and len(other.x)
        )
        return Entry(series.sign.marker, plain(series.label), own, ink.of(place, ink.LINE), beside)

    def _value(self, series: Series) -> str:
        curve = self._curves.get(series.key)
        value = None
        if curve is not None:
            value = curve.last if self._scene.cursor is None else curve.at(self._scene.cursor)
        return "-" if value is None else self._write(value)
