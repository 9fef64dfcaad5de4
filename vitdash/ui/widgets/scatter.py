"""Points of a plane in the colours of their classes, drawn in braille. Must not know what the plane is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.color import Color

from vitdash.text import plain
from vitdash.ui.widgets.class_names import abbreviated, colour_of
from vitdash.ui.widgets.drawing import Drawing, DrawnLine

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a braille character's dots by row and column."""
BRAILLE = 0x2800
QUIET = 0.7
"""How much of its colour a class has where all its points were recognised."""
LEGEND_SHARE = 4
"""The legend takes at most one in so many lines."""

OUTLIERS = 200
"""One in so many points, at each end, does not decide how large all the others are drawn."""
MARGIN = 0.1
MOST_LETTERS = 36


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a plane, their classes, and which of them were taken for another one."""

    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    true: tuple[int, ...] = ()
    wrong: tuple[bool, ...] = ()
    classes: tuple[str, ...] = ()


class EmbeddingScatter(Drawing):
    """Shows where each class lies: a letter in its middle, its dots around it, mistakes brighter than the rest."""

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget calls it
        super().__init__(unicode=unicode, id=id, classes=classes)
        self._points = Points()
        self._letters: list[str] = []

    def show(
        self,
        x: Sequence[float],
        y: Sequence[float],
        true: Sequence[int],
        classes: Sequence[str],
        predicted: Sequence[int] = (),
    ) -> None:
        """Show points of some classes; those `predicted` as another class are emphasised."""
        wrong = tuple(a != b for a, b in zip(true, predicted, strict=True)) if predicted else (False,) * len(true)
        points = Points(tuple(x), tuple(y), tuple(true), wrong, tuple(plain(name) for name in classes))
        if points != self._points:
            self._points = points
            self._letters = abbreviated(points.classes, 1)
            self.redraw()

    def draw(self, width: int, height: int) -> list[DrawnLine]:
        """Return the plane with a legend below it."""
        if not self._points.x:
            return []
        legend = self._legend(width, max(1, height // LEGEND_SHARE)) if height >= 6 else []
        return [*self._plane(width, height - len(legend)), *legend]

    def _plane(self, width: int, height: int) -> list[DrawnLine]:
        points = self._points
        across, down = _placed(points.x, 2 * width), _placed([-value for value in points.y], 4 * height)
        drawn = self._dots(across, down)
        # Of a hundred letters nobody knows what they stand for.
        middles = self._middles(across, down) if len(self._letters) <= MOST_LETTERS else {}
        for (row, column), letter in middles.items():
            drawn.setdefault(row, {})[column] = letter
        lines = []
        for row in range(height):
            line: DrawnLine = []
            reached = 0
            for column, (text, style) in sorted(drawn.get(row, {}).items()):
                if column > reached:
                    line.append((" " * (column - reached), self.style()))
                line.append((text, style))
                reached = column + 1
            lines.append(line)
        return lines

    def _dots(self, across: Sequence[int], down: Sequence[int]) -> dict[int, dict[int, tuple[str, Style]]]:
        """Return what is drawn, by row and column: of classes in one cell, the one with the most points colours it."""
        bits: dict[tuple[int, int], int] = {}
        counts: dict[tuple[int, int, int], int] = {}
        mistaken: set[tuple[int, int]] = set()
        for column, row, true, wrong in zip(across, down, self._points.true, self._points.wrong, strict=True):
            cell = (row >> 2, column >> 1)
            bits[cell] = bits.get(cell, 0) | DOTS[row & 3][column & 1]
            key = (*cell, true)
            counts[key] = counts.get(key, 0) + 1
            if wrong:
                mistaken.add(cell)
        most: dict[tuple[int, int], tuple[int, int]] = {}
        for (row, column, true), count in counts.items():
            if count > most.get((row, column), (0, 0))[0]:
                most[row, column] = (count, true)
        inks = [[self._ink(place, bright=bright) for bright in (False, True)] for place in range(len(self._letters))]
        unicode, letters = self.characters.unicode, [self.characters.drawable(letter) for letter in self._letters]
        drawn: dict[int, dict[int, tuple[str, Style]]] = {}
        for (row, column), (_, true) in most.items():
            text = chr(BRAILLE + bits[row, column]) if unicode else letters[true]
            drawn.setdefault(row, {})[column] = (text, inks[true][(row, column) in mistaken])
        return drawn

    def _middles(self, across: Sequence[int], down: Sequence[int]) -> dict[tuple[int, int], tuple[str, Style]]:
        """Return each class's letter in the middle of its points."""
        rows: list[list[int]] = [[] for _ in self._letters]
        columns: list[list[int]] = [[] for _ in self._letters]
        for column, row, true in zip(across, down, self._points.true, strict=True):
            rows[true].append(row)
            columns[true].append(column)
        found: dict[tuple[int, int], tuple[str, Style]] = {}
        for place, letter in enumerate(self._letters):
            if not rows[place]:
                continue
            middle = len(rows[place]) // 2
            row, column = sorted(rows[place])[middle] // 4, sorted(columns[place])[middle] // 2
            while (row, column) in found:
                column += 1
            found[row, column] = (self.characters.drawable(letter), self._badge(place))
        return found

    def _legend(self, width: int, most: int) -> list[DrawnLine]:
        """Return letters and names in columns, as long as the lines suffice; else shorter names, at last none."""
        classes = self._points.classes
        for room in (max(cell_len(name) for name in classes), 8, 5, 3):
            per_line = max(1, (width + 2) // (room + 4))
            lines = -(-len(classes) // per_line)
            if lines <= most:
                names = abbreviated(classes, room)
                across = -(-len(classes) // lines)
                step = (width + 2) // across
                return [
                    self._legend_line(names, range(begin, min(len(classes), begin + across)), step)
                    for begin in range(0, len(classes), across)
                ]
        return []

    def _legend_line(self, names: Sequence[str], places: range, step: int) -> DrawnLine:
        line: DrawnLine = []
        for place in places:
            name = self.characters.drawable(names[place])
            letter = self.characters.drawable(self._letters[place])
            line += [(letter, self._badge(place)), (f" {name}", self._ink(place, bright=True))]
            line.append((" " * max(0, step - 2 - cell_len(name)), self.style()))
        return line

    def _ink(self, place: int, *, bright: bool) -> Style:
        colour = Color.parse(colour_of(place, dark=self.is_dark))
        return self.style(colour if bright else self.ground.blend(colour, QUIET), bold=bright)

    def _badge(self, place: int) -> Style:
        colour = Color.parse(colour_of(place, dark=self.is_dark))
        return self.style(colour.get_contrast_text(1.0), colour, bold=True)


def _placed(values: Sequence[float], count: int) -> list[int]:
    """Return where values lie among `count` dots: a few far from all others lie on the edge."""
    ordered = sorted(values)
    few = len(ordered) // OUTLIERS
    # Halved first: two finite numbers may lie further apart than any.
    low, high = ordered[few] / 2, ordered[-1 - few] / 2
    margin = (high - low) * MARGIN
    low, high = max(low - margin, ordered[0] / 2), min(high + margin, ordered[-1] / 2)
    if high == low:
        return [count // 2] * len(values)
    return [max(0, min(count - 1, int((value / 2 - low) / (high - low) * count))) for value in values]
