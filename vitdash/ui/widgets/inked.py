"""What widgets of lines share: the theme's styles by name, and lines drawn again only where they changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vitdash.ui.ink import NAMES, Line


class Inked(ScrollView):
    """Lines of ink that scroll. Subclasses give all their lines to `write`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{name}" for name in NAMES} | {"ink--selected"}
    DEFAULT_CSS = """
    Inked {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .ink--muted { color: $foreground 62%; }
        & > .ink--empty { color: $foreground 30%; }
        & > .ink--strong { text-style: bold; }
        & > .ink--success { color: $text-success; }
        & > .ink--warning { color: $text-warning; }
        & > .ink--error { color: $text-error; }
        & > .ink--accent { color: $text-accent; }
        & > .ink--best { color: $text-success; text-style: bold; }
        & > .ink--selected { background: $primary 20%; }
        &:focus > .ink--selected { background: $primary 38%; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._chosen: range = range(0)
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}

    @property
    def text(self) -> str:
        """All lines, without styles."""
        return "\n".join(line.text.rstrip() for line in self._lines)

    def write(self, lines: Sequence[Line], chosen: range = range(0)) -> None:
        """Show these lines, those in `chosen` as selected; only the ones that differ are drawn again."""
        before, chosen_before = self._lines, self._chosen
        self._lines, self._chosen = list(lines), chosen
        if len(before) != len(lines):
            self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
        for y in range(max(len(before), len(lines))):
            old = before[y].pieces if y < len(before) else None
            new = lines[y].pieces if y < len(lines) else None
            if old != new or (y in chosen) != (y in chosen_before):
                self._strips.pop(y, None)
                self.refresh_line(y)

    def render_line(self, y: int) -> Strip:
        """Return one line of what is visible."""
        place = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        found = self._strips.get(place)
        if found is None or found.cell_length != width:
            found = self._strips[place] = self._strip(place, width)
        return found

    def notify_style_update(self) -> None:
        """Forget what was drawn in another theme's colours."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def _style(self, name: str) -> Style:
        """Return a style, mixed with the background by hand: terminals know no transparency."""
        style = self.get_component_rich_style(f"ink--{name}", partial=True)
        colour = self.get_component_styles(f"ink--{name}").color
        if colour.a in (0, 1) or colour.ansi is not None:
            return style
        return style + Style(color=(self.background_colors[1] + colour).rich_color)

    def _strip(self, place: int, width: int) -> Strip:
        if not self._styles:
            self._styles = {name: self._style(name) for name in NAMES}
        base, styles = self.rich_style, self._styles
        if place in self._chosen:
            base += self.get_component_rich_style("ink--selected")
            # What is faint on the background would be gone on the selection.
            styles = styles | {"muted": Style.null(), "empty": Style.null()}
        if place >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self._lines[place].strip(width, styles, base)
