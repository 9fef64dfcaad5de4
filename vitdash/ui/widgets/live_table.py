"""A table of lines that stays fast with many rows: cursor, order, columns, mouse. Must not know what the rows mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from vitdash.ui.table.content import TableCell, TableColumn, TableRow
from vitdash.ui.table.sheet import TableSheet

__all__ = ["LiveTable", "TableCell", "TableColumn", "TableRow"]


class LiveTable(TableSheet, can_focus=True):
    """Shows rows under fixed headings; the cursor stays on its row, whatever comes, goes or is sorted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Go to the previous row.", show=False),
        Binding("down", "step(1)", "Go to the next row.", show=False),
        Binding("pageup", "page(-1)", "Go up by what is seen at once.", show=False),
        Binding("pagedown", "page(1)", "Go down by what is seen at once.", show=False),
        Binding("home", "edge(-1)", "Go to the first row.", show=False),
        Binding("end", "edge(1)", "Go to the last row.", show=False),
        Binding("left", "skip(-1)", "Show the columns further left.", show=False),
        Binding("right", "skip(1)", "Show the columns further right.", show=False),
        Binding("enter", "choose", "Choose the row.", show=False),
    ]
    cursor: reactive[str | None] = reactive(None, init=False, repaint=False)

    class RowMessage(Message):
        """Something about a row."""

        def __init__(self, table: LiveTable, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> LiveTable:
            """The table."""
            return self.table

    class Moved(RowMessage):
        """Somebody moved the cursor to the row `key`."""

    class Chosen(RowMessage):
        """Somebody chose the row `key`."""

    class SortChanged(Message):
        """Somebody wants another order: by the column `key`, "" for the order that the rows came in."""

        def __init__(self, table: LiveTable, key: str, *, descending: bool) -> None:
            super().__init__()
            self.table = table
            self.key = key
            self.descending = descending

        @property
        def control(self) -> LiveTable:
            """The table."""
            return self.table

    # ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────

    def show(self, columns: Sequence[TableColumn], rows: Sequence[TableRow]) -> None:
        """Show these rows: the cursor stays on its row; where that is gone, it takes the one that followed."""
        was_seen = self._sees(self._cursor_place)
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._rows.forget()
            self._skipped = 0
        self._rows.replace(rows, self._columns)
        self._rows.arrange(self._sort_place(), descending=self.descending)
        self._after_change(follow=was_seen)

    @property
    def keys(self) -> list[str]:
        """The rows' keys from top to bottom."""
        return self._rows.keys

    @property
    def shown_columns(self) -> list[str]:
        """The keys of the columns that there is room for."""
        self._lay_out()
        return [self._columns[placed.index].key for placed in self._layout.columns]

    def _after_change(self, *, follow: bool) -> None:
        place = self._rows.place_of(self.cursor)
        if place is None and len(self._rows):
            place = min(self._cursor_place, len(self._rows) - 1)
        self._cursor_place = place or 0
        self.set_reactive(LiveTable.cursor, None if place is None else self._rows.at(place).key)
        # One line more, for the headings.
        height = len(self._rows) + 1 if len(self._rows) else 0
        if height != self.virtual_size.height:
            self.virtual_size = Size(1, height)
        if follow:
            self._scroll_to_cursor()
        self._repaint()

    def _sort_place(self) -> int | None:
        return next((place for place, column in enumerate(self._columns) if column.key == self.sort_key), None)

    def watch_sort_key(self) -> None:
        """Sort by another column; the cursor stays on its row, in sight."""
        self._sort()

    def watch_descending(self) -> None:
        """Sort in the other direction."""
        self._sort()

    def watch_empty(self) -> None:
        """Say the new sentence."""
        if not len(self._rows):
            self.refresh()

    def watch_cursor(self, _: str | None, key: str | None) -> None:
        """Repaint the two rows in question, and bring the new one into sight."""
        before, place = self._cursor_place, self._rows.place_of(key)
        if place is not None:
            self._cursor_place = place
            self._refresh_rows(before, place)
            self._scroll_to_cursor()

    def _sort(self) -> None:
        self._rows.arrange(self._sort_place(), descending=self.descending)
        self._after_change(follow=True)

    # ── what people do ──────────────────────────────────────────────────────────────────────────────────────────────

    def move(self, by: int) -> None:
        """Move the cursor so many rows down, or up."""
        self._go(self._cursor_place + by)

    def sort_by_next(self) -> None:
        """Sort by the next column, after the last one in the order that the rows came in."""
        names = ["", *(column.key for column in self._columns)]
        place = names.index(self.sort_key) if self.sort_key in names else 0
        self._order(names[(place + 1) % len(names)])

    def action_step(self, by: int) -> None:
        """Move the cursor by a row."""
        self.move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is seen at once."""
        self.move(by * max(1, self._height - 2))

    def action_edge(self, towards: int) -> None:
        """Move the cursor to the first row or the last."""
        self._go(0 if towards < 0 else len(self._rows) - 1)

    def action_skip(self, by: int) -> None:
        """Show the columns further left or right; the first one stays."""
        if by > 0 and not self._layout.hidden_right:
            return
        self._skipped = max(0, self._skipped + by)
        self._repaint()

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if len(self._rows):
            self.post_message(self.Chosen(self, self._rows.at(self._cursor_place).key))

    def on_click(self, event: events.Click) -> None:
        """Move to a row, choose it on a double click, sort by a heading, or show what columns there are more of."""
        offset = event.get_content_offset(self)
        if not len(self._rows):
            return
        if offset is None:
            if event.y == self.outer_size.height - 1:
                self._turn()
        elif offset.y == 0:
            self._click_heading(offset.x)
        elif (place := offset.y - 1 + self.scroll_offset.y) < len(self._rows):
            self._go(place)
            if event.chain == 2:
                self.action_choose()

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Show the columns further right."""
        event.stop()
        self.action_skip(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Show the columns further left."""
        event.stop()
        self.action_skip(-1)

    def _click_heading(self, x: int) -> None:
        place = self._layout.column_at(x)
        if place is None:
            self._turn()
        else:
            self._order(self._columns[place].key)

    def _turn(self) -> None:
        """Show the next columns, after the last ones the first again."""
        self.action_skip(1 if self._layout.hidden_right else -len(self._columns))

    def _go(self, place: int) -> None:
        if not len(self._rows):
            return
        key = self._rows.at(max(0, min(place, len(self._rows) - 1))).key
        if key != self.cursor:
            self.cursor = key
            self.post_message(self.Moved(self, key))
        else:
            self._scroll_to_cursor()

    def _order(self, key: str) -> None:
        """Sort by a column: the best first where one is known, the other way round when asked again."""
        place = next((place for place, column in enumerate(self._columns) if column.key == key), None)
        again = key == self.sort_key
        descending = (
            not self.descending if again else place is not None and self._rows.descends(place, self._columns[place])
        )
        with self.prevent(self.SortChanged):
            self.set_reactive(LiveTable.descending, descending)
            self.set_reactive(LiveTable.sort_key, key)
        self._show_column(place)
        self._sort()
        self.post_message(self.SortChanged(self, key, descending=descending))

    def _show_column(self, place: int | None) -> None:
        """Bring a column into sight."""
        self._lay_out()
        if place is None or place == 0 or any(placed.index == place for placed in self._layout.columns):
            return
        step = 1 if place > self._skipped else -1
        for skipped in range(self._skipped, place if step > 0 else place - 2, step):
            self._skipped = skipped
            self._lay_out()
            if any(placed.index == place for placed in self._layout.columns):
                return
