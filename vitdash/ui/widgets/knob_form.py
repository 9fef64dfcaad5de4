"""The fields of the New-run form: every row drawn here, one edited at a time. Takes rows, reads no file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from vitdash.text import plain
from vitdash.ui.form.drawing import MARGIN, Pen, editing, field_start, heading, resting
from vitdash.ui.form.layout import Layout
from vitdash.ui.form.line_edit import LineEdit
from vitdash.ui.form.rows import Row, Section
from vitdash.ui.ink import NAMES, Line
from vitdash.ui.widgets.inked import Inked

GAP = 2
LEAST_VALUE = 15
LONGEST_TEXT = 500
STYLES = (*NAMES, "field", "whole", "caret")
PASSED_ON = ("/", "?")
"""What does something else where it can be no part of a value."""


class KnobForm(Inked, can_focus=True):
    """Rows under headings, in one column or two. What is typed goes up as `Typed`; `show` brings what came of it."""

    class Typed(Message):
        """A field holds another text now."""

        def __init__(self, key: str, text: str) -> None:
            super().__init__()
            self.key, self.text = key, text

    class Left(Message):
        """The cursor left a field."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Picked(Message):
        """The list behind a field is wanted; `text` is what was typed to get there."""

        def __init__(self, key: str, text: str) -> None:
            super().__init__()
            self.key, self.text = key, text

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ink--field", "ink--whole", "ink--caret"}
    DEFAULT_CSS = """
    KnobForm {
        & > .ink--field { background: $foreground 15%; color: $foreground; }
        & > .ink--whole { background: $primary; color: $text; }
        & > .ink--caret { text-style: reverse; color: $foreground; }
        & > .ink--selected { background: $primary 15%; }
        &:focus > .ink--selected { background: $primary 25%; }
    }
    """

    cursor: reactive[str] = reactive("", repaint=False)
    columns: reactive[int] = reactive(1, repaint=False)
    helps: reactive[bool] = reactive(False, repaint=False)

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._unicode = unicode
        self._sections: Sequence[Section] = ()
        self._layout_of = Layout((), 1)
        self._edit = LineEdit()
        self._drawn: list[tuple[tuple[Line, bool], ...]] = []
        self._pen = Pen(LEAST_VALUE, unicode)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._layout_of.rows.get(self.cursor)

    @property
    def text(self) -> str:
        """All that is drawn, without styles."""
        return "\n".join("  ".join(line.text for line, _ in cells).rstrip() for cells in self._drawn)

    def show(self, sections: Sequence[Section], *, reload: bool = False) -> None:
        """Show these rows. What is being typed stays as it is, unless its row is gone or `reload` says otherwise."""
        self._sections = sections
        self._arrange()
        order = self._layout_of.order
        if self.cursor not in order:
            self.cursor = order[0] if order else ""
        elif reload:
            self._load()
        self._draw()

    def go(self, key: str) -> None:
        """Put the cursor on a field."""
        if key in self._layout_of.order:
            self.cursor = key

    def watch_cursor(self, before: str, _after: str) -> None:
        """Begin with the text of the field that the cursor is on."""
        if before in self._layout_of.rows:
            self.post_message(self.Left(before))
        self._load()
        self._draw()
        self._reveal()

    def watch_columns(self) -> None:
        """Arrange the rows in as many columns."""
        self.on_resize()

    def watch_helps(self) -> None:
        """Write the help into each row, or leave it out."""
        self.on_resize()

    def on_resize(self) -> None:
        """Arrange the rows anew in the room there is."""
        self._arrange()
        self._draw()
        self._reveal()

    def on_focus(self) -> None:
        """Draw the cursor as the one that keys reach."""
        self._forget()

    def on_blur(self) -> None:
        """Draw the cursor as one that keys do not reach."""
        self._forget()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - as Textual calls it
        """Return whether a key is typed text here, and no other binding's."""
        row = self.row
        if character is None or not character.isprintable() or row is None:
            return False
        return (row.words and not row.options) or character not in PASSED_ON

    def on_key(self, event: events.Key) -> None:
        """Move between fields, go through choices, edit."""
        row = self.row
        handled = False
        if row is not None and event.is_printable and event.character:
            if self.check_consume_key(event.key, event.character):
                self._typed(row, event.character)
                handled = True
        elif row is not None and (act := self._acts(row).get(event.key)):
            act()
            handled = True
        if handled:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Put the first line that was pasted into the field."""
        event.stop()
        row = self.row
        first = plain(next(iter(event.text.splitlines()), ""), LONGEST_TEXT)
        if row is not None and not row.picked and first:
            self._edit.insert(first)
            self._changed(row)

    def on_click(self, event: events.Click) -> None:
        """Go to the field that was clicked; a click on the one that is being edited changes it."""
        place = event.get_content_offset(self)
        if place is None:
            return
        width = self._column_width()
        column = min(place.x // (width + GAP), len(self._layout_of.columns) - 1)
        item = self._layout_of.at(column, place.y + self.scroll_offset.y)
        if not isinstance(item, Row) or item.idle:
            return
        x = place.x - column * (width + GAP)
        if item.key == self.cursor:
            self._clicked(item, x)
        else:
            self.cursor = item.key

    def _clicked(self, row: Row, x: int) -> None:
        start = field_start(row, self._pen)
        if row.picked:
            self.post_message(self.Picked(row.key, ""))
        elif row.options:
            self._cycle(row, -1 if x < start else 1)
        else:
            self._edit.go(x - start)
            self._draw()

    def _acts(self, row: Row) -> dict[str, Callable[[], object]]:
        edit = self._edit
        acts: dict[str, Callable[[], object]] = {
            "down": lambda: self._move(1),
            "up": lambda: self._move(-1),
            "tab": lambda: self._move(1, round_=True),
            "shift+tab": lambda: self._move(-1, round_=True),
            "pagedown": lambda: self._move(self._page()),
            "pageup": lambda: self._move(-self._page()),
            "enter": lambda: self._move(1),
        }
        if row.picked:
            return acts | {key: lambda: self.post_message(self.Picked(row.key, "")) for key in ("enter", "right")}
        if row.options:
            acts |= {"left": lambda: self._cycle(row, -1), "right": lambda: self._cycle(row, 1)}
        else:
            acts |= {
                "left": lambda: self._look(lambda: edit.go(edit.caret - 1)),
                "right": lambda: self._look(lambda: edit.go(edit.caret + 1)),
                "home": lambda: self._look(lambda: edit.go(0)),
                "end": lambda: self._look(lambda: edit.go(len(edit.text))),
                "ctrl+u": lambda: self._change(row, lambda: edit.load("")),
            }
        return acts | {
            "backspace": lambda: self._change(row, edit.backspace),
            "delete": lambda: self._change(row, edit.delete),
        }

    def _typed(self, row: Row, character: str) -> None:
        if row.picked:
            self.post_message(self.Picked(row.key, character.strip()))
        elif character == " " and row.options:
            self._cycle(row, 1)
        elif len(self._edit.text) < LONGEST_TEXT and (character != " " or row.words):
            self._change(row, lambda: self._edit.insert(character))

    def _change(self, row: Row, act: Callable[[], object]) -> None:
        before = self._edit.text
        act()
        if self._edit.text == before:
            self._draw()
        else:
            self._changed(row)

    def _look(self, act: Callable[[], object]) -> None:
        act()
        self._draw()

    def _cycle(self, row: Row, step: int) -> None:
        options = row.options
        now = self._edit.text
        if now in options:
            chosen = options[(options.index(now) + step) % len(options)]
        else:
            near = [option for option in options if now and option.startswith(now)]
            chosen = near[0] if near else options[0]
        self._edit.load(chosen)
        self._changed(row)

    def _changed(self, row: Row) -> None:
        self._draw()
        self.post_message(self.Typed(row.key, self._edit.text))

    def _move(self, step: int, *, round_: bool = False) -> None:
        order = self._layout_of.order
        if not order:
            return
        place = order.index(self.cursor) + step if self.cursor in order else 0
        self.cursor = order[place % len(order) if round_ else max(0, min(place, len(order) - 1))]

    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - 2)

    def _load(self) -> None:
        row = self.row
        self._edit.load(row.text if row else "")

    def _column_width(self) -> int:
        columns = len(self._layout_of.columns)
        return max(1, (self.scrollable_content_region.width - GAP * (columns - 1)) // columns)

    def _arrange(self) -> None:
        width = self.scrollable_content_region.width
        self._layout_of = Layout(self._sections, self.columns)
        labels = [len(row.label) for row in self._layout_of.rows.values()]
        longest = max(labels, default=0) + 2
        self._pen = Pen(max(1, min(longest, self._column_width() - MARGIN - LEAST_VALUE)), self._unicode, self.helps)
        self.virtual_size = Size(width, self._layout_of.height)

    def _draw(self) -> None:
        """Draw anew what differs from what is drawn."""
        if not self.size.width:
            return
        width = self._column_width()
        before = self._drawn
        self._drawn = [
            tuple(self._cell(column, y, width) for column in range(len(self._layout_of.columns)))
            for y in range(self._layout_of.height)
        ]
        for y in range(max(len(before), len(self._drawn))):
            old = [(line.pieces, chosen) for line, chosen in before[y]] if y < len(before) else None
            new = [(line.pieces, chosen) for line, chosen in self._drawn[y]] if y < len(self._drawn) else None
            if old != new:
                self._strips.pop(y, None)
                self.refresh_line(y)

    def _cell(self, column: int, y: int, width: int) -> tuple[Line, bool]:
        item = self._layout_of.at(column, y)
        if isinstance(item, str):
            return (heading(item, width, unicode=self._unicode) if item else Line()), False
        if item.key == self.cursor:
            return editing(item, self._edit, width, self._pen), True
        return resting(item, width, self._pen), False

    def _forget(self) -> None:
        self._strips.clear()
        self.refresh()

    def _strip(self, place: int, width: int) -> Strip:
        if not self._styles:
            self._styles = {name: self._style(f"ink--{name}") for name in STYLES}
        base = self.rich_style
        if place >= len(self._drawn):
            return Strip.blank(width, base)
        chosen = base + self.get_component_rich_style("ink--selected")
        column = self._column_width()
        parts: list[Strip] = []
        for line, selected in self._drawn[place]:
            parts += [Strip.blank(GAP, base)] if parts else []
            parts.append(line.strip(column, self._styles, chosen if selected else base))
        return Strip.join(parts).adjust_cell_length(width, base)

    def _style(self, name: str) -> Style:
        """Return a component's style with what is transparent in it laid over what is behind."""
        behind, text = self.background_colors[1], self.colors[3]
        styles = self.get_component_styles(name)
        over = behind + styles.background if styles.has_rule("background") else None
        ink = (over or behind) + styles.color if styles.has_rule("color") else text if over else None
        colours = Style(color=ink.rich_color if ink else None, bgcolor=over.rich_color if over else None)
        return colours + styles.text_style

    def _reveal(self) -> None:
        """Scroll so far that the cursor is seen, and the heading above the first row of a section with it."""
        place = self._layout_of.places.get(self.cursor)
        if place is None:
            return
        height = max(1, self.scrollable_content_region.height)
        above = self._layout_of.at(place.column, place.y - 1)
        first = place.y - 1 if isinstance(above, str) and above else place.y
        top = self.scroll_offset.y
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif place.y >= top + height:
            self.scroll_to(y=place.y - height + 1, animate=False, force=True)
