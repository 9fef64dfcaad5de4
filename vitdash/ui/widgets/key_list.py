"""Keys and what they do, one of them chosen. Must not know who runs it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len
from textual import events
from textual.message import Message

from vitdash.ui.ink import Line
from vitdash.ui.key_help import KeyHelp
from vitdash.ui.widgets.inked import Inked
from vitdash.ui.wrapping import wrapped

NOTHING_FITS = "No key does that here."
LONGEST_KEYS = 22
POINTER = "▸ "


class KeyList(Inked):
    """Actions under the names of their places; long sentences go on below themselves."""

    class Chosen(Message):
        """An action was clicked on."""

        def __init__(self, item: KeyHelp) -> None:
            super().__init__()
            self.item = item

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id)
        self._items: list[KeyHelp] = []
        self._rows: list[range] = []
        self._cursor = 0

    @property
    def chosen(self) -> KeyHelp | None:
        """The action under the cursor."""
        return self._items[self._cursor] if self._items else None

    def show(self, items: Sequence[KeyHelp]) -> None:
        """Show these actions, the cursor on the first."""
        self._items, self._cursor = list(items), 0
        self._draw()
        self.scroll_home(animate=False)

    def move(self, by: int) -> None:
        """Move the cursor, as far as there are actions."""
        self._cursor = min(max(0, self._cursor + by), max(0, len(self._items) - 1))
        self._draw()
        self._follow()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual calls it
        """Fit the new width."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked on."""
        y = event.y + self.scroll_offset.y
        for item, rows in zip(self._items, self._rows, strict=True):
            if y in rows:
                self.post_message(self.Chosen(item))

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        lines: list[Line] = []
        self._rows = []
        shown = [" ".join(item.keys) for item in self._items]
        column = min(LONGEST_KEYS, max(map(cell_len, shown), default=0), max(8, width // 3))
        for place, items in groupby(self._items, lambda item: item.place):
            lines += [Line()] if lines else []
            lines.append(Line((place, "muted")))
            for item in items:
                start = len(lines)
                # A colour alone would not show in every terminal which one is chosen.
                pointer = POINTER if len(self._rows) == self._cursor else " " * len(POINTER)
                lines += wrapped([_line(item, pointer, column)], width, column + 4)
                self._rows.append(range(start, len(lines)))
        chosen = self._rows[self._cursor] if self._rows else range(0)
        self.write(lines or [Line((NOTHING_FITS, "muted"))], chosen)

    def _follow(self) -> None:
        if not self._rows:
            return
        rows, height = self._rows[self._cursor], self.scrollable_content_region.height
        top = 0 if self._cursor == 0 else rows.start
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif rows.stop > self.scroll_offset.y + height:
            self.scroll_to(y=rows.stop - height, animate=False)


def _line(item: KeyHelp, pointer: str, column: int) -> Line:
    keys = " ".join(item.keys)
    line = Line((pointer, "accent"), (keys, "accent" if item.enabled else "muted"))
    line.add(" " * max(2, column + 4 - line.width))
    return line.add(item.text, "" if item.enabled else "muted")
