"""The rows of a table in the order shown, and how wide their columns are: computed again only where rows changed."""

from __future__ import annotations

from collections.abc import Sequence

from vitdash.ui.table import order
from vitdash.ui.table.content import TableColumn, TableRow
from vitdash.ui.table.layout import all_widest, natural_width, row_widths, widest

FEW = 64
"""Up to so many changed rows the widths are brought up to date row by row."""


class Rows:
    """Rows as they were given, and the order that they are shown in."""

    def __init__(self, sign_room: int) -> None:
        self._sign_room = sign_room
        self._given: Sequence[TableRow] = ()
        self._order: list[int] = []
        self._arranged: tuple[int | None, bool] | None = None
        self._places: dict[str, int] = {}
        self._cells: list[int] = []
        self.widths: list[int] = []
        self.before = "pointer"

    def __len__(self) -> int:
        return len(self._order)

    @property
    def keys(self) -> list[str]:
        """The keys from top to bottom."""
        return [self._given[index].key for index in self._order]

    def at(self, place: int) -> TableRow:
        """Return the row at a place of the order."""
        return self._given[self._order[place]]

    def place_of(self, key: str | None) -> int | None:
        """Return where a row stands."""
        return None if key is None else self._places.get(key)

    def forget(self) -> None:
        """Measure and sort everything at the next opportunity: the columns are others."""
        self._given, self._cells, self._arranged = (), [], None

    def replace(self, rows: Sequence[TableRow], columns: Sequence[TableColumn]) -> None:
        """Take other rows in place of the ones there are."""
        before, self._given = self._given, rows
        changed = None
        if len(before) == len(rows) and self._cells:
            changed = [pair for pair in zip(before, rows, strict=True) if pair[0] is not pair[1]]
        if changed is None or len(changed) > FEW:
            self._cells = all_widest(rows, len(columns))
            self._arranged = None
        elif changed:
            self._update(changed, len(columns))
        self.widths = [
            natural_width(column, width, self._sign_room) for column, width in zip(columns, self._cells, strict=True)
        ]
        marked, signed = any(row.marked for row in rows), any(row.sign is not None for row in rows)
        self.before = "pointer" + " mark" * marked + " sign" * signed

    def arrange(self, place: int | None, *, descending: bool) -> None:
        """Sort by a column, or not at all."""
        if self._arranged == (place, descending):
            return
        self._arranged = (place, descending)
        if place is None:
            self._order = list(range(len(self._given)))
        else:
            self._order = order.arrange(self._given, place, descending=descending)
        self._places = {self._given[index].key: place for place, index in enumerate(self._order)}

    def descends(self, place: int, column: TableColumn) -> bool:
        """Return in which direction to sort by a column first."""
        return order.descends(self._given, place, otherwise=column.highest_first)

    def _update(self, changed: Sequence[tuple[TableRow, TableRow]], count: int) -> None:
        for before, after in changed:
            for place, (old, new) in enumerate(zip(row_widths(before, count), row_widths(after, count), strict=True)):
                if old == self._cells[place] and new < old:
                    # Nobody knows how many others are as wide.
                    self._cells[place] = widest(self._given, place)
                self._cells[place] = max(self._cells[place], new)
        sorted_by = self._arranged[0] if self._arranged else None
        if any(
            before.key != after.key
            or (
                sorted_by is not None
                and order.cell_at(before, sorted_by).value != order.cell_at(after, sorted_by).value
            )
            for before, after in changed
        ):
            self._arranged = None
