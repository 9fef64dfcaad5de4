"""How a table is drawn: only lines that look otherwise than before. Must not know what keys and clicks do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vitdash.ui.table import lines
from vitdash.ui.table.content import TableColumn
from vitdash.ui.table.layout import Layout, fit
from vitdash.ui.table.rows import Rows

_STYLES = ("text", "heading", "sorted", "pointer", "mark", "best", "dim", "error", "empty")
_GROUNDS = ("heading-ground", "stripe", "cursor")
MOST_STRIPS = 1000
HINT = 6
"""Cells for how many columns there is no room for, where no border says it."""
CONTRAST = 0.25
"""How much brighter or darker than its ground a colour is that can be read."""


class TableSheet(ScrollView, inherit_bindings=False):
    """Rows under fixed headings, in as many columns as there is room for."""

    DEFAULT_CSS = """
    TableSheet {
        height: 1fr;
        color: $foreground;
        overflow-x: hidden;
        border-subtitle-color: $foreground 70%;
        scrollbar-size-vertical: 1;
        & > .table--text { color: $foreground; }
        & > .table--heading { color: $foreground 70%; text-style: bold; }
        & > .table--sorted { color: $text-accent; text-style: bold; }
        & > .table--pointer { color: $text-accent; text-style: bold; }
        & > .table--mark { color: $text-accent; text-style: bold; }
        & > .table--best { color: $text-success; text-style: bold underline; }
        & > .table--dim { color: $foreground 62%; }
        & > .table--error { color: $text-error; }
        & > .table--empty { color: $foreground 62%; }
        & > .table--heading-ground { background: $foreground 10%; }
        & > .table--stripe { background: $foreground 3%; }
        & > .table--cursor { background: $primary 25%; }
        &:focus > .table--cursor { background: $primary 45%; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"table--{name}" for name in (*_STYLES, *_GROUNDS)}

    sort_key = reactive("", init=False, repaint=False)
    descending = reactive(False, init=False, repaint=False)
    empty = reactive("nothing to show yet", init=False)

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget calls it
        super().__init__(id=id, classes=classes)
        self._columns: tuple[TableColumn, ...] = ()
        # A letter as the sign needs a space before the heading.
        self._rows = Rows(1 if unicode else 2)
        self._signs = lines.Characters(unicode=unicode)
        self._skipped = 0
        self._layout = Layout(())
        self._laid_out: object = None
        self._said = ""
        self._cursor_place = 0
        self._strips: dict[int, tuple[object, Strip]] = {}
        self._styles: dict[tuple[str, str], Style] = {}

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    def on_resize(self) -> None:
        """Fit the new size; the cursor stays in sight."""
        self._scroll_to_cursor()
        self._repaint()

    def notify_style_update(self) -> None:
        """Take the colours of another theme, or of the focus."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def _sees(self, place: int) -> bool:
        return self.scroll_offset.y <= place < self.scroll_offset.y + self._height - 1

    def _scroll_to_cursor(self) -> None:
        top, seen = self.scroll_offset.y, self._height - 1
        if seen < 1:
            return
        if self._cursor_place < top:
            self.scroll_to(y=self._cursor_place, animate=False, force=True)
        elif self._cursor_place >= top + seen:
            self.scroll_to(y=self._cursor_place - seen + 1, animate=False, force=True)

    def _lay_out(self) -> None:
        """Choose the columns, where anything that they depend on has changed."""
        asked = (self._width, tuple(self._rows.widths), self._rows.before, self._skipped, self._columns)
        # A hidden table has no width; it comes back as it was.
        if asked == self._laid_out or not self._width:
            return
        before = lines.cells_before(self._rows.before)
        self._layout = fit(self._columns, self._rows.widths, self._width, before, self._skipped)
        if self._layout.hidden_right and not self._has_border:
            # Then the hint stands in the line of headings.
            self._layout = fit(self._columns, self._rows.widths, self._width - HINT, before, self._skipped)
        self._skipped = self._layout.hidden_left
        self._laid_out = (*asked[:3], self._skipped, self._columns)
        self._strips.clear()
        self.refresh()

    def _say_beyond(self) -> None:
        """Say below the table how many columns there is no room for."""
        text = self._beyond() if self._has_border else ""
        # Textual repaints all of a widget whose subtitle is set, even to what it was.
        if text != self._said:
            self._said = text
            self.border_subtitle = text

    @property
    def _has_border(self) -> bool:
        return bool(self.styles.border_bottom[0])

    def _beyond(self) -> str:
        """Return how many columns there is no room for."""
        left, right = self._layout.hidden_left, self._layout.hidden_right
        signs = self._signs
        if not self._has_border:
            return f"+{right} {signs.right}" if right else ""
        parts = [f"{signs.left} {left}"] if left else []
        parts += [f"+{right} column{'s' * (right > 1)} {signs.right}"] if right else []
        return "  ".join(parts)

    def _repaint(self) -> None:
        """Have those lines painted again that look otherwise than they did."""
        if not self.is_attached:
            return
        self._lay_out()
        self._say_beyond()
        top = self.scroll_offset.y
        changed = []
        for y in range(self._height):
            known = self._strips.get(y - 1 + top if y else -1)
            if known is None or known[0] != self._looks(y):
                changed.append(Region(0, y, self._width, 1))
        if changed:
            self.refresh(*changed)

    def _refresh_rows(self, *places: int) -> None:
        top = self.scroll_offset.y
        seen = [place - top + 1 for place in places if self._sees(place)]
        if seen:
            self.refresh(*(Region(0, y, self._width, 1) for y in seen))

    def _looks(self, y: int) -> object:
        """Return all that a line depends on, beside the layout and the theme."""
        if not len(self._rows):
            return (y, self.empty, self._height)
        if y == 0:
            return (self.sort_key, self.descending)
        place = y - 1 + self.scroll_offset.y
        if place >= len(self._rows):
            return None
        return (self._rows.at(place), place == self._cursor_place, place % 2)

    def render_line(self, y: int) -> Strip:
        """Return a line, drawn before or now."""
        before = self._layout
        self._lay_out()
        if self._layout is not before:
            # What is asked for while lines are drawn is not painted.
            self.call_later(self._say_beyond)
        looks = self._looks(y)
        line = y - 1 + self.scroll_offset.y if y else -1
        known = self._strips.get(line)
        if known is None or known[0] != looks or known[1].cell_length != self._width:
            if len(self._strips) > MOST_STRIPS:
                self._strips.clear()
            known = self._strips[line] = (looks, self._draw(y))
        return known[1]

    def _draw(self, y: int) -> Strip:
        if not len(self._rows):
            return self._draw_empty(y)
        if y == 0:
            pieces = lines.heading(self._columns, self._layout, self._signs, self.sort_key, descending=self.descending)
            if not self._has_border and (hint := self._beyond()):
                reached = sum(cell_len(text) for text, _ in pieces)
                pieces.append((hint.rjust(self._width - reached), "heading"))
            return self._strip(pieces, "heading-ground")
        place = y - 1 + self.scroll_offset.y
        if place >= len(self._rows):
            return self._strip([], "")
        row, is_cursor = self._rows.at(place), place == self._cursor_place
        pieces = lines.row(row, self._columns, self._layout, self._signs, self._rows.before, cursor=is_cursor)
        colour = row.sign.colour if row.sign else ""
        return self._strip(pieces, "cursor" if is_cursor else "stripe" if place % 2 else "", colour)

    def _draw_empty(self, y: int) -> Strip:
        said = [self._signs.shown(line) for line in lines.wrapped(self.empty, self._width)]
        line = y - max(0, (self._height - len(said)) // 2)
        text = said[line] if 0 <= line < len(said) else ""
        return self._strip([(text.center(self._width), "empty")], "")

    def _strip(self, pieces: Sequence[lines.Piece], ground: str, sign_colour: str = "") -> Strip:
        # Few segments: Textual looks at each of them several times.
        joined: list[tuple[str, Style]] = []
        for text, name in pieces:
            style = self._style(sign_colour if name == "sign" else name, ground)
            if joined and joined[-1][1] is style:
                joined[-1] = (joined[-1][0] + text, style)
            elif text:
                joined.append((text, style))
        segments = [Segment(text, style) for text, style in joined]
        return Strip(segments).adjust_cell_length(self._width, self._style("", ground))

    def _style(self, name: str, ground: str) -> Style:
        """Return a style on a ground, mixed by hand: terminals know no transparency."""
        known = self._styles.get((name, ground))
        if known is not None:
            return known
        background, ground_rules = self.background_colors[1], None
        if ground:
            ground_rules = self.get_component_styles(f"table--{ground}")
            background += ground_rules.background
        bold = bool(ground_rules and ground_rules.text_style.bold)
        underline = False
        if name.startswith("#"):
            colour = Color.parse(name)
        else:
            rules = self.get_component_styles(f"table--{name if name in _STYLES else 'text'}")
            colour = background + rules.color
            bold, underline = bold or bool(rules.text_style.bold), bool(rules.text_style.underline)
        if ground == "cursor":
            colour = _legible(colour, background)
        style = Style(color=colour.rich_color, bgcolor=background.rich_color, bold=bold, underline=underline)
        self._styles[name, ground] = style
        return style


def _legible(colour: Color, background: Color) -> Color:
    """Return the colour, or black or white where it is hardly seen: it is never the only sign."""
    return colour if abs(colour.brightness - background.brightness) > CONTRAST else background.get_contrast_text(1.0)
