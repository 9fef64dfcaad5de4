"""What the widgets that draw pictures share: lines kept until something changes. Must not know what is drawn."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from vitdash.ui.table.lines import Characters, wrapped

DrawnLine = list[tuple[str, Style]]
COLOURS = ("text", "muted", "accent", "success", "error", "mistake")


class Drawing(Widget):
    """Draws all its lines at once, when it is seen; paints those that differ. Subclasses say what `draw` draws."""

    DEFAULT_CSS = """
    Drawing {
        height: 1fr;
        & > .drawing--text { color: $foreground; }
        & > .drawing--muted { color: $foreground 62%; }
        & > .drawing--accent { color: $text-accent; }
        & > .drawing--success { color: $success; }
        & > .drawing--error { color: $text-error; }
        & > .drawing--mistake { color: $error; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"drawing--{name}" for name in COLOURS}

    empty = reactive("nothing to show yet", init=False)

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget calls it
        super().__init__(id=id, classes=classes)
        self.characters = Characters(unicode=unicode)
        self._lines: list[DrawnLine] = []
        self._strips: dict[int, Strip] = {}
        self._colours: dict[str, Color] = {}
        self._styles: dict[tuple[object, ...], Style] = {}
        self._stale = True

    def draw(self, width: int, height: int) -> list[DrawnLine]:
        """Return the lines, at most `height` of them, none wider than `width`; none at all where there is no data."""
        raise NotImplementedError

    @property
    def lines(self) -> list[str]:
        """What is drawn, without colours."""
        self._bring_up_to_date()
        return ["".join(text for text, _ in line).rstrip() for line in self._lines]

    def redraw(self) -> None:
        """Draw again what differs now, or all of it when it is seen."""
        self._stale = True
        if not (self.is_mounted and self.app.screen is self.screen and self.is_on_screen):
            self.refresh()
            return
        width = self.size.width
        regions = [Region(0, y, width, 1) for y in self._bring_up_to_date()]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """Return a line, drawn before or now."""
        self._bring_up_to_date()
        if y not in self._strips:
            segments = [
                Segment(text, style) for text, style in (self._lines[y] if y < len(self._lines) else ()) if text
            ]
            self._strips[y] = Strip(segments).adjust_cell_length(self.size.width, self.style())
        return self._strips[y]

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._colours.clear()
        self._styles.clear()
        self._strips.clear()
        self._stale = True

    def on_resize(self) -> None:
        """Fit the new size."""
        self.redraw()

    def watch_empty(self) -> None:
        """Say the new sentence."""
        self.redraw()

    @property
    def ground(self) -> Color:
        """The background's colour."""
        return self.background_colors[1]

    @property
    def is_dark(self) -> bool:
        """Whether the background is."""
        return self.ground.brightness < 0.5

    def colour(self, name: str) -> Color:
        """Return a colour of the theme, mixed with the background."""
        if name not in self._colours:
            self._colours[name] = self.ground + self.get_component_styles(f"drawing--{name}").color
        return self._colours[name]

    def style(
        self,
        colour: str | Color = "text",
        ground: Color | None = None,
        *,
        bold: bool = False,
        underline: bool = False,
    ) -> Style:
        """Return the style for text of a colour, the theme's or any other, on a ground."""
        key = (colour, ground, bold, underline)
        if key not in self._styles:
            mixed = self.colour(colour) if isinstance(colour, str) else colour
            self._styles[key] = Style(
                color=mixed.rich_color,
                bgcolor=(ground or self.ground).rich_color,
                bold=bold or None,
                underline=underline or None,
            )
        return self._styles[key]

    def _bring_up_to_date(self) -> list[int]:
        """Draw if something has changed, and return which lines differ."""
        if not self._stale:
            return []
        self._stale = False
        before = self._lines
        width, height = self.size
        self._lines = self.draw(width, height) if width and height else []
        if not self._lines:
            self._lines = self._draw_empty(width, height)
        changed = [
            y
            for y in range(max(len(before), len(self._lines)))
            if y >= len(before) or y >= len(self._lines) or before[y] != self._lines[y]
        ]
        for y in changed:
            self._strips.pop(y, None)
        if any(strip.cell_length != width for strip in self._strips.values()):
            self._strips.clear()
        return changed

    def _draw_empty(self, width: int, height: int) -> list[DrawnLine]:
        said = [self.characters.shown(line) for line in wrapped(self.empty, width)][:height]
        above = max(0, (height - len(said)) // 2)
        return [*([] for _ in range(above)), *([(line.center(width), self.style("muted"))] for line in said)]
