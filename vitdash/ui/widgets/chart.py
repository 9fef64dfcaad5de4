"""A chart of series over images seen, and how it is zoomed and read. Must not know what the series mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from vitdash import keys
from vitdash.drawing.smoothing import DEFAULT, LEVELS
from vitdash.text import figure
from vitdash.ui import bindings
from vitdash.ui.plot import ink, palette
from vitdash.ui.plot.paper import Scene
from vitdash.ui.plot.series import Series
from vitdash.ui.plot.sheet import Sheet
from vitdash.ui.plot.view import View

ZOOM = 1.5
PAN = 0.125
"""The share of what is seen by which it moves."""


class Chart(Widget, can_focus=True):
    """Draws series over images seen; only lines that changed are painted, and none while it is hidden.

    One that is not to be `smooth`, for its values are exact, shows them as they are at every level of smoothing.
    """

    DEFAULT_CSS = """
    Chart {
        height: 1fr;
        color: $text;
        & > .chart--title { text-style: bold; color: $text; }
        & > .chart--text { color: $text; }
        & > .chart--note { color: $text-muted; }
        & > .chart--axis { color: $text-muted; }
        & > .chart--grid { color: $foreground 18%; }
        & > .chart--cursor { color: $foreground 60%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chart--title",
        "chart--text",
        "chart--note",
        "chart--axis",
        "chart--grid",
        "chart--cursor",
    }

    BINDINGS: ClassVar[list[BindingType]] = [*bindings.of(keys.CHART)]

    smoothing = reactive(DEFAULT, init=False)
    log_scale = reactive(False, init=False)
    empty = reactive("nothing to draw yet", init=False)

    class Enlarged(Message):
        """Somebody wants the chart on the whole screen."""

        def __init__(self, chart: Chart) -> None:
            super().__init__()
            self.chart = chart

        @property
        def control(self) -> Chart:
            """The chart."""
            return self.chart

    def __init__(
        self,
        title: str,
        *,
        write: Callable[[float], str] = figure,
        unicode: bool = True,
        smooth: bool = True,
        id: str | None = None,  # noqa: A002 - as every widget calls it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._title = title
        self._smooth = smooth
        # There are none; looking for them would draw the chart anew under the moving pointer.
        self.auto_links = False
        self._series: tuple[Series, ...] = ()
        self._planned = 0.0
        self._with_points: list[str] = []
        self._sheet = Sheet(write, unicode=unicode)
        self._view: tuple[float, float] | None = None
        self._cursor: float | None = None
        self._styles: dict[int, Style] = {}
        self._strips: dict[int, Strip] = {}
        self._stale = True

    def show(self, series: Sequence[Series], planned: float) -> None:
        """Show some series on an axis from 0 to the `planned` images."""
        if [item.sign for item in series] != [item.sign for item in self._series]:
            self._recolour()
        with_points = [item.key for item in series if item.x]
        if with_points != self._with_points:
            # The axis leaves room for what comes of these runs; which of them was read first must not show in it.
            self._with_points = with_points
            self._sheet.paper.limits = None
        self._series, self._planned = tuple(series), planned
        self._redraw()

    def retitle(self, title: str) -> None:
        """Say what is drawn now."""
        self._title = title
        self._redraw()

    @property
    def view(self) -> View:
        """What is seen of the horizontal axis."""
        whole = self._scene().end
        start, end = self._view or (0.0, whole)
        return View(start, end, whole)

    def see(self, view: View) -> None:
        """Show another part of the horizontal axis."""
        if view.part != self._view:
            self._view = view.part
            self._redraw()

    def action_zoom_in(self) -> None:
        """Show less of the horizontal axis, around the position read."""
        self.see(self.view.zoomed(ZOOM, self._cursor))

    def action_zoom_out(self) -> None:
        """Show more of the horizontal axis."""
        self.see(self.view.zoomed(1 / ZOOM, self._cursor))

    def action_zoom_all(self) -> None:
        """Show the whole horizontal axis."""
        whole = self.view.whole
        self.see(View(0.0, whole, whole))

    def read(self, position: float | None) -> None:
        """Show the values at a position of the horizontal axis, or the last ones."""
        if position != self._cursor:
            self._cursor = position
            self._redraw()

    def render_line(self, y: int) -> Strip:
        """Return a line, drawn before or now."""
        if self._stale:
            self._draw()
        if y not in self._strips:
            styles = self._inks()
            segments = [Segment(text, styles[place]) for text, place in self._sheet.line(y)]
            self._strips[y] = Strip(segments).adjust_cell_length(self.size.width, styles[ink.BLANK])
        return self._strips[y]

    def watch_smoothing(self) -> None:
        """Draw the lines as they are smoothed now."""
        self._redraw()

    def validate_smoothing(self, level: int) -> int:
        """Keep to the levels there are."""
        return min(max(level, 0), len(LEVELS) - 1)

    def watch_log_scale(self) -> None:
        """Draw on the other scale."""
        self._redraw()

    def watch_empty(self) -> None:
        """Say the new sentence."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._recolour()

    def on_resize(self) -> None:
        """Fit the new size."""
        self._redraw()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read the values under the pointer."""
        self.read(self._under(event))

    def on_blur(self) -> None:
        """Stop reading."""
        self.read(None)

    def on_leave(self) -> None:
        """Stop reading."""
        self.read(None)

    def on_click(self, event: events.Click) -> None:
        """Ask for the whole screen on a double click."""
        if event.chain == 2:
            self.post_message(self.Enlarged(self))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in around the pointer."""
        self._wheel(event, ZOOM)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out around the pointer."""
        self._wheel(event, 1 / ZOOM)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Move to the left."""
        self._swipe(event, -PAN)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Move to the right."""
        self._swipe(event, PAN)

    def on_key(self, event: events.Key) -> None:
        """Read values with the keys that move; what they do here they do nowhere else."""
        match event.key:
            case "left" | "right":
                self._step(-1 if event.key == "left" else 1)
            case "home" | "end":
                self._read_cell(0 if event.key == "home" else self._sheet.paper.frame.width - 1)
            case "escape" if self._cursor is not None:
                self.read(None)
            case "enter":
                self.post_message(self.Enlarged(self))
            case _:
                return
        event.stop()

    def _scene(self) -> Scene:
        width, height = self.size
        return Scene(
            self._series,
            self._planned,
            width,
            height,
            self._title,
            self.empty,
            self.log_scale,
            self.smoothing if self._smooth else 0,
            self._view,
            self._cursor,
        )

    @property
    def _seen(self) -> bool:
        return self.is_mounted and self.app.screen is self.screen and self.is_on_screen

    def _redraw(self) -> None:
        """Draw what changed now, or later where nobody sees it."""
        if not self._seen:
            self._stale = True
            self.refresh()
            return
        width = self.size.width
        regions = [Region(0, line, width, 1) for line in sorted(self._draw())]
        if regions:
            self.refresh(*regions)

    def _draw(self) -> set[int]:
        self._stale = False
        changed = self._sheet.draw(self._scene())
        for line in changed:
            self._strips.pop(line, None)
        return changed

    def _recolour(self) -> None:
        self._styles = {}
        self._strips = {}
        self.refresh()

    def _inks(self) -> dict[int, Style]:
        """Return the style of every ink, mixed with the background by hand: terminals know no transparency."""
        if self._styles:
            return self._styles
        named = {place: self.get_visual_style(f"chart--{name}") for place, name in palette.NAMED.items()}
        self._styles = palette.mixed(self.background_colors[1], named, (item.sign for item in self._series))
        return self._styles

    def _under(self, event: events.MouseEvent) -> float | None:
        offset = event.get_content_offset(self)
        return None if offset is None else self._sheet.paper.position(offset.x)

    def _wheel(self, event: events.MouseEvent, factor: float) -> None:
        """Zoom, unless that changes nothing: then what lies around the chart may scroll."""
        position, before = self._under(event), self._view
        if position is not None:
            self.see(self.view.zoomed(factor, position))
        if self._view != before:
            event.stop()
            event.prevent_default()

    def _swipe(self, event: events.MouseEvent, share: float) -> None:
        if self._view is not None:
            event.stop()
            event.prevent_default()
            self.see(self.view.moved(share))

    def _step(self, by: int) -> None:
        """Move the position that is read by some cells, and what is seen with it."""
        paper = self._sheet.paper
        cell = None if self._cursor is None else paper.cell(self._cursor)
        if cell is None:
            cell = paper.frame.width if by < 0 else -1
        elif not 0 <= cell + by < paper.frame.width:
            self.see(self.view.moved(PAN if by > 0 else -PAN))
            cell = paper.cell(self._cursor or 0.0) or 0
        self._read_cell(cell + by)

    def _read_cell(self, cell: int) -> None:
        paper = self._sheet.paper
        if paper.frame.width:
            self.read(paper.position(paper.indent + min(max(cell, 0), paper.frame.width - 1)))
