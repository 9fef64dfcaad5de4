"""Which classes are taken for which, in per cent of each true class. Must not know where the counts come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color

from vitdash.text import count, plain
from vitdash.ui.ink import fitted
from vitdash.ui.table.lines import aligned
from vitdash.ui.widgets.class_names import abbreviated
from vitdash.ui.widgets.drawing import Drawing, DrawnLine

NARROWEST, WIDEST = 3, 6
"""Cells of a number: "100" and as much room around it as is pleasant."""
LONGEST_NAME = 14
SHORTEST_NAME = 3
LINES_WITH_NOTE = 4
STRONG = 0.3
"""The share of mistakes from which on their colour does not get any stronger."""


class ConfusionMatrix(Drawing, can_focus=True):
    """Rows are what images are, columns what they were taken for; the pointer or the arrows name a pair in full.

    Where there is no room for all numbers, it lists the most frequent mistakes instead.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "point(-1, 0)", "Name the pair above.", show=False),
        Binding("down", "point(1, 0)", "Name the pair below.", show=False),
        Binding("left", "point(0, -1)", "Name the pair to the left.", show=False),
        Binding("right", "point(0, 1)", "Name the pair to the right.", show=False),
    ]

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget calls it
        super().__init__(unicode=unicode, id=id, classes=classes)
        self._names: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self._pair: tuple[int, int] | None = None
        self._corner = (0, 0)
        self._cell = 0

    def show(self, classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> None:
        """Show how often each class (rows) was taken for each (columns)."""
        names, counts = tuple(plain(name) for name in classes), tuple(tuple(row) for row in confusion)
        if (names, counts) != (self._names, self._counts):
            if len(names) != len(self._names):
                self._pair = None
            self._names, self._counts = names, counts
            self.redraw()

    @property
    def pair(self) -> tuple[int, int] | None:
        """The true class and the predicted one that are pointed at."""
        return self._pair

    def draw(self, width: int, height: int) -> list[DrawnLine]:
        """Return the matrix, or the list."""
        classes = len(self._names)
        self._cell = 0
        if not classes:
            return []
        names = max(cell_len(name) for name in self._names)
        # Two lines are for what the axes are, and for the columns' names.
        cell = min(WIDEST, (width - 1 - min(names, LONGEST_NAME)) // classes)
        if cell <= NARROWEST:
            cell = min(NARROWEST, (width - 1 - SHORTEST_NAME) // classes)
        if cell < NARROWEST or height < classes + 1:
            return self._list(width, height)
        name_width = min(names, LONGEST_NAME, width - 1 - cell * classes)
        has_note = height >= classes + 2
        self._cell, self._corner = cell, (name_width + 1, 1 + has_note)
        lines = [self._note(width)] if has_note else []
        return [*lines, self._headings(name_width), *(self._row(place, name_width) for place in range(classes))]

    def action_point(self, down: int, right: int) -> None:
        """Point at the cell beside."""
        last = len(self._names) - 1
        if last < 0:
            return
        true, predicted = self._pair if self._pair is not None else (-down, -right) if down + right > 0 else (0, 0)
        self._point((max(0, min(last, true + down)), max(0, min(last, predicted + right))))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Point at the cell under the pointer."""
        offset = event.get_content_offset(self)
        left, top = self._corner
        if offset is None or not self._cell or offset.x < left or offset.y < top:
            self._point(None)
            return
        true, predicted = offset.y - top, (offset.x - left) // self._cell
        inside = true < len(self._names) and predicted < len(self._names)
        self._point((true, predicted) if inside else None)

    def on_leave(self) -> None:
        """Point at nothing."""
        self._point(None)

    def on_blur(self) -> None:
        """Point at nothing."""
        self._point(None)

    def _point(self, pair: tuple[int, int] | None) -> None:
        if pair != self._pair:
            self._pair = pair
            self.redraw()

    def _note(self, width: int) -> DrawnLine:
        """Return what is pointed at, or what the numbers are."""
        if self._pair is None:
            text = self.characters.drawable("true ╲ predicted, % of true")
            return [(fitted(text, width, self.characters.more), self.style("muted"))]
        true, predicted = self._pair
        many, of = self._counts[true][predicted], sum(self._counts[true])
        name, other = self._names[true], self._names[predicted]
        share = f" ({100 * many / of:.1f} %)" if of else ""
        figures = f"{count(many)} of {count(of)}{share}"
        forms = [
            f"{name} recognised: {figures}" if true == predicted else f"{name} taken for {other}: {figures}",
            f"{name} → {other} {figures}",
            f"{name} → {other} {count(many)}",
        ]
        text = next((form for form in forms if cell_len(form) <= width), "")
        return [(self.characters.drawable(text), self.style(bold=True))]

    def _headings(self, name_width: int) -> DrawnLine:
        line: DrawnLine = [(" " * (name_width + 1), self.style())]
        for place, name in enumerate(abbreviated(self._names, self._cell - 1)):
            pointed = self._pair is not None and self._pair[1] == place
            text = aligned(self.characters.drawable(name), self._cell - 1, right=True) + " "
            line.append((text, self.style("accent" if pointed else "muted", bold=pointed)))
        return line

    def _row(self, true: int, name_width: int) -> DrawnLine:
        counts = self._counts[true]
        total = sum(counts)
        pointed = self._pair is not None and self._pair[0] == true
        shown = [name if cell_len(name) <= name_width else "" for name in self._names]
        if not all(shown):
            shown = abbreviated(self._names, name_width)
        name = aligned(self.characters.drawable(shown[true]), name_width + 1, right=False)
        line = [(name, self.style("accent" if pointed else "text", bold=pointed))]
        for predicted, many in enumerate(counts):
            share = many / total if total else 0.0
            text = self._number(many, share, expected=total > 0 and true == predicted)
            chosen = self._pair == (true, predicted)
            line.append((text, self._shade(share, many, right=true == predicted, chosen=chosen)))
        return line

    def _number(self, many: int, share: float, *, expected: bool) -> str:
        """Return per cent; a dot for less than a whole one, nothing for none, unless it should be all."""
        per_cent = int(100 * share + 0.5)
        # All of them is said of all only.
        text = "0" * expected if not many else str(min(per_cent, 99) if share < 1 else 100) if per_cent else "·"
        text = self.characters.drawable(text)
        return text.rjust(NARROWEST) if self._cell == NARROWEST else f"{text} ".rjust(self._cell)

    def _shade(self, share: float, many: int, *, right: bool, chosen: bool) -> Style:
        """Return the colours of a cell, stronger the more there is of it."""
        ground = self.ground
        if right:
            ground = ground.blend(self.colour("success"), 0.15 + 0.7 * share)
        elif many:
            ground = ground.blend(self.colour("mistake"), 0.08 + 0.77 * min(1.0, share / STRONG) ** 0.8)
        strong = right or share >= 0.045
        text: str | Color = ground.get_contrast_text(1.0) if strong else "muted"
        return self.style(text, ground, bold=strong and (right or share >= 0.1), underline=chosen)

    def _list(self, width: int, height: int) -> list[DrawnLine]:
        """Return the most frequent mistakes, the worst first."""
        found = sorted(
            (-many, true, predicted)
            for true, row in enumerate(self._counts)
            for predicted, many in enumerate(row)
            if many and true != predicted
        )
        lines: list[DrawnLine] = []
        if found and height >= LINES_WITH_NOTE:
            lines.append([(fitted("most frequent mistakes, % of true", width), self.style("muted"))])
        for negative, true, predicted in found[: height - len(lines)]:
            share = -negative / sum(self._counts[true])
            figure = f"{int(100 * share + 0.5):>3} %"
            text = f"{self._names[true]} → {self._names[predicted]}"
            room = width - len(figure) - 1
            text = aligned(fitted(text, room), room, right=False)
            lines.append(
                [(self.characters.drawable(text), self.style()), (f" {figure}", self.style("error", bold=True))]
            )
        return lines or [[(fitted("no mistakes", width), self.style("success"))]]
