"""The paper of a chart with its axes: takes series in and draws what changed. Must not know headings or colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vitdash.drawing import ticks
from vitdash.drawing.ranges import agreed
from vitdash.drawing.smoothing import LEVELS
from vitdash.ui.plot import axes, ink, scale
from vitdash.ui.plot.columns import Window
from vitdash.ui.plot.curve import Curve
from vitdash.ui.plot.frame import Cell, Dots, Frame, Layer
from vitdash.ui.plot.scale import Limits, Placer
from vitdash.ui.plot.series import Series

GUTTER = 4
"""How wide the numbers beside the paper are at least: 0.05, as beside most charts. Then few are drawn twice."""

LEAST_WIDTH = 12
"""Columns of paper below which nothing is drawn."""


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

    @property
    def span(self) -> float:
        """Over how many images lines are smoothed."""
        return LEVELS[self.smoothing] * self.end


class Paper:
    """Keeps one curve for each series, and the frame that shows them."""

    def __init__(self, dots: Dots) -> None:
        self.dots = dots
        self.curves: dict[str, Curve] = {}
        self.foot: list[list[Cell]] = []
        self.window: Window | None = None
        self.limits: Limits | None = None
        self.frame = Frame(0, 0, dots)
        self._gutter = GUTTER
        self._vertical = axes.Vertical({}, [])
        self._drawn_for: tuple[object, ...] = ()
        self._over: dict[tuple[int, int], Cell] = {}
        self._cursor: int | None = None
        self._seen: tuple[object, bool] = (None, False)

    @property
    def indent(self) -> int:
        """How many columns stand left of the frame."""
        return self._gutter + 1

    def take(self, scene: Scene) -> None:
        """Take in what the series hold now, and forget those that are gone."""
        for key in self.curves.keys() - {item.key for item in scene.series}:
            del self.curves[key]
        for series in scene.series:
            self.curves.setdefault(series.key, Curve(series)).take(series, scene.span)

    def draw(self, scene: Scene, height: int) -> set[int]:
        """Draw a scene that was taken in, on `height` lines, and return those that changed."""
        if (scene.view, scene.log) != self._seen:
            self.limits = None
            self._seen = scene.view, scene.log
        begins, limits, window = self._settle(scene, height) if height else ({}, None, None)
        width = scene.width - self.indent
        if limits is None or window is None or width < LEAST_WIDTH:
            self.clear()
            return set()
        order = tuple((item.key, item.sign, item.dots, item.overlay) for item in scene.series)
        drawn_for = limits, window, width, height, order
        whole = drawn_for != self._drawn_for
        if whole:
            self._drawn_for = drawn_for
            self.foot = axes.horizontal(window, width, self.indent, self.dots)
            self.frame = Frame(width, height, self.dots, self._vertical.ground)
            self._over = {}
        placer = Placer(limits, height * self.dots.down)
        columns = self._rasterise(scene.series, placer, {} if whole else begins, whole=whole)
        changed = self._compose(scene, placer, columns)
        return set(range(height)) if whole else changed

    def clear(self) -> None:
        """Draw nothing."""
        self.frame = Frame(0, 0, self.dots)
        self.foot = []
        self._drawn_for = ()

    def line(self, line: int) -> list[Cell]:
        """Return a line of the frame, with what stands left of it."""
        unicode = self.dots.across == 2
        return [*self._vertical.cells(line, self._gutter, unicode), *self.frame.runs(line)]

    def position(self, column: int) -> float | None:
        """Return the position in the middle of a column of the chart, None where that is not paper."""
        cell = column - self.indent
        if self.window is None or not 0 <= cell < self.frame.width:
            return None
        return self.window.position((cell + 0.5) * self.dots.across)

    def cell(self, position: float) -> int | None:
        """Return which column of cells a position lies in, None for one that is not seen."""
        if self.window is None:
            return None
        cell = self.window.column(position) // self.dots.across
        return cell if 0 <= cell < self.frame.width else None

    def _settle(self, scene: Scene, height: int) -> tuple[dict[str, int], Limits | None, Window | None]:
        """Settle both axes, and return from which column of dots on each series changed."""
        begins: dict[str, int] = {}
        start, end = scene.view or (0.0, scene.end)
        # How wide the numbers are says how wide the paper is, and that may say which numbers there are:
        # after the first attempt they only get more room.
        settled = tried = False
        while not settled and (width := scene.width - self.indent) >= LEAST_WIDTH:
            self.window = Window(start, end, width * self.dots.across)
            for series in scene.series:
                begin = self.curves[series.key].gather(self.window)
                if begin is not None:
                    begins[series.key] = min(begin, begins.get(series.key, begin))
            ranges = [found for item in scene.series if (found := self.curves[item.key].range(scene.log))]
            limits = scale.settle(self.limits, ranges if scene.log else agreed(ranges), scene.log)
            if limits != self.limits or len(self._vertical.ground) != height:
                self.limits = limits
                self._vertical = axes.vertical(limits, height, self.dots)
            needed = max(GUTTER, self._vertical.width)
            settled = needed == self._gutter or (needed < self._gutter and tried)
            self._gutter = self._gutter if settled else needed
            tried = True
        return begins, self.limits, self.window

    def _rasterise(
        self, series: Iterable[Series], placer: Placer, begins: dict[str, int], *, whole: bool
    ) -> Iterable[int]:
        """Draw the dots of what changed and return the columns of cells that it lies in."""
        across = self.dots.across
        changed: set[int] = set()
        for item in series:
            curve = self.curves[item.key]
            begin = 0 if whole else begins.get(item.key)
            if begin is None:
                continue
            cell = begin // across
            curve.draw(placer, self.dots, cell * across)
            # What is drawn anew may have reached further before.
            last = curve.main[-1].column // across + 1 if begin and curve.main else self.frame.width
            changed.update(range(cell, min(last, self.frame.width)))
        return range(self.frame.width) if whole else changed

    def _compose(self, scene: Scene, placer: Placer, columns: Iterable[int]) -> set[int]:
        over = self._markers(scene.series, placer)
        cursor = None if scene.cursor is None else self.cell(scene.cursor)
        wanted = {*columns, *(place[0] for place, _ in over.items() ^ self._over.items())}
        if cursor != self._cursor:
            wanted |= {cell for cell in (cursor, self._cursor) if cell is not None and cell < self.frame.width}
        self._over, self._cursor = over, cursor
        line = None if cursor is None else (cursor, "│" if self.dots.across == 2 else "|")
        return self.frame.compose(self._layers(scene.series), sorted(wanted), over, line) if wanted else set()

    def _layers(self, series: Iterable[Series]) -> list[Layer]:
        """Return the layers, the topmost first: points over lines, bands below; the first series over the others."""
        lines: list[Layer] = []
        points: list[Layer] = []
        bands: list[Layer] = []
        for place, item in enumerate(series):
            curve = self.curves[item.key]
            letter = item.sign.marker if item.sign.marker.isascii() else "*"
            if item.dots:
                letter = "@" if item.overlay else letter
                points.append(Layer(curve.line.masks, ink.of(place, ink.POINT), letter=letter))
            else:
                lines.append(Layer(curve.line.masks, ink.of(place, ink.LINE), letter=letter))
            if curve.raw or item.band:
                bands.append(Layer(curve.band.masks, ink.of(place, ink.BAND), dim=True, letter=":"))
        return [*points, *lines, *bands]

    def _markers(self, series: tuple[Series, ...], placer: Placer) -> dict[tuple[int, int], Cell]:
        """Return the cells in which the series' markers stand: at their ends, or further left where those meet."""
        over: dict[tuple[int, int], Cell] = {}
        for number, item in enumerate(series):
            if not item.overlay:
                free = next((cell for cell in self._ends(item, placer, 2 * len(series)) if _free(cell, over)), None)
                if free is not None:
                    over[free] = item.sign.marker, ink.of(number, ink.LINE)
        return over

    def _ends(self, series: Series, placer: Placer, most: int) -> Iterable[tuple[int, int]]:
        """Yield the last cells of a series that are seen, from its end backwards."""
        before = -1
        for item in reversed(self.curves[series.key].main):
            column, line = item.column // self.dots.across, placer.row(item.last) // self.dots.down
            if column == before or not (0 <= column < self.frame.width and 0 <= line < self.frame.height):
                continue
            before = column
            yield column, line
            most -= 1
            if not most:
                return


def _free(cell: tuple[int, int], over: dict[tuple[int, int], Cell]) -> bool:
    return not any((cell[0] + near, cell[1]) in over for near in (-1, 0, 1))
