"""Layers of dots as characters with an ink each, and which lines that changed. Must not know what inks look like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from vitdash.ui.plot import ink
from vitdash.ui.plot.ink import BLANK

BRAILLE_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

Cell = tuple[str, int]
"""A character and its ink."""


def _braille(bits: tuple[int, int, int, int]) -> tuple[int, ...]:
    return tuple(sum(bit for place, bit in enumerate(bits) if nibble >> place & 1) for nibble in range(16))


_LEFT, _RIGHT = (_braille(bits) for bits in BRAILLE_BITS)
_PATTERNS = tuple(tuple(chr(0x2800 + left + right) for right in _RIGHT) for left in _LEFT)


@dataclass(frozen=True, slots=True)
class Dots:
    """How many dots a cell has."""

    across: int
    down: int


BRAILLE = Dots(2, 4)
LETTERS = Dots(1, 1)


@dataclass(frozen=True, slots=True)
class Layer:
    """The dots of one series in one ink; a `dim` layer lies under all bright ones, which replace it where they meet.

    `letter` stands for its dots where there is no braille.
    """

    masks: list[int]
    ink: int
    dim: bool = False
    letter: str = "*"


@dataclass(slots=True)
class Frame:
    """The cells of a chart's paper. `ground` is what each line shows where nothing is drawn."""

    width: int
    height: int
    dots: Dots
    ground: list[Cell] = field(default_factory=list)
    lines: list[list[Cell]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ground = self.ground or [(" ", BLANK)] * self.height
        self.lines = [[(" ", BLANK)] * self.width for _ in range(self.height)]

    def compose(
        self,
        layers: Sequence[Layer],
        columns: Iterable[int],
        over: Mapping[tuple[int, int], Cell],
        cursor: tuple[int, str] | None = None,
    ) -> set[int]:
        """Draw some columns of cells anew and return the lines that changed.

        Of layers that are alike, the first is on top. `over` holds cells (column, line) that hide everything; `cursor`
        is a column and the character that stands there wherever no line does.
        """
        changed: set[int] = set()
        bright = [layer for layer in layers if not layer.dim]
        dim = [layer for layer in layers if layer.dim]
        for column in columns:
            cells = list(self.ground)
            self._draw(dim, column, cells)
            self._draw(bright, column, cells)
            if cursor is not None and column == cursor[0]:
                cells = [(cursor[1], ink.CURSOR) if ink.faint(cell[1]) else cell for cell in cells]
            for line in range(self.height):
                cell = over.get((column, line), cells[line])
                if self.lines[line][column] != cell:
                    self.lines[line][column] = cell
                    changed.add(line)
        return changed

    def runs(self, line: int) -> Iterator[Cell]:
        """Yield a line as texts of one ink each."""
        for colour, cells in groupby(self.lines[line], key=_ink):
            yield "".join(cell[0] for cell in cells), colour

    def _draw(self, layers: Sequence[Layer], column: int, cells: list[Cell]) -> None:
        """Draw a column of cells: dots of all layers together, in the ink of the topmost that has one in a cell."""
        across, down = self.dots.across, self.dots.down
        rows = self.height * down
        full = (1 << rows) - 1
        edge = column * across
        left = right = 0
        owners: list[tuple[int, Layer]] = []
        for layer in layers:
            first = layer.masks[edge]
            second = layer.masks[edge + 1] if across == 2 else 0
            if both := first | second:
                left |= first
                right |= second
                owners.append((both, layer))
        if not owners:
            return
        left, right = left >> 1 & full, right >> 1 & full
        taken = 0
        for both, layer in owners:
            mine = self._cells(both >> 1 & full) & ~taken
            taken |= mine
            while mine:
                bit = mine & -mine
                mine ^= bit
                row = bit.bit_length() - 1
                character = _PATTERNS[left >> row & 15][right >> row & 15] if across == 2 else layer.letter
                cells[row // down] = character, layer.ink
        self._mark_outside(owners, rows, cells)

    def _cells(self, mask: int) -> int:
        """Return a mask with the first bit of each cell that has any."""
        if self.dots.down == 1:
            return mask
        mask |= mask >> 1
        mask |= mask >> 2
        return mask & int("1" * self.height, 16)

    def _mark_outside(self, owners: list[tuple[int, Layer]], rows: int, cells: list[Cell]) -> None:
        """Point to what lies above and below the paper."""
        up, down = ("↑", "↓") if self.dots.across == 2 else ("^", "v")
        for both, layer in reversed(owners):
            if both & 1:
                cells[0] = up, layer.ink
            if both >> rows + 1:
                cells[-1] = down, layer.ink


def _ink(cell: Cell) -> int:
    return cell[1]
