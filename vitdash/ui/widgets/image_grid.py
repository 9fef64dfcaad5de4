"""Grey pictures beside and below each other, each with its caption. Must not know where they come from."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from vitdash.drawing import cells
from vitdash.text import plain
from vitdash.ui.ink import fitted
from vitdash.ui.widgets.drawing import Drawing, DrawnLine

GAP = 2
SMALLEST, LARGEST = 8, 56
"""Columns of a picture: with fewer nobody sees what it is, with more nobody sees anything new."""
MANY_BEFORE_LARGE = 0.8
"""How much twice as many pictures count beside pictures twice as large."""
ARROW = "←"
NO_ROOM = "no room for pictures here"


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey bytes, row by row, and what stands below them; `wrong` ones were taken for something else."""

    image: bytes
    caption: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """How many pictures stand side by side and below each other, and how large."""

    across: int
    down: int
    columns: int
    caption_lines: int

    @property
    def height(self) -> int:
        """Lines of a picture with its caption."""
        return cells.lines_of(self.columns) + self.caption_lines


@lru_cache(cells.LEVELS)
def _grey_of(value: int) -> Color:
    return Color.from_rgb(value, value, value)


class ImageGrid(Drawing):
    """Shows as many pictures as are large enough to be recognised in the room there is, whole ones only."""

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget calls it
        super().__init__(unicode=unicode, id=id, classes=classes)
        self._pictures: tuple[Picture, ...] = ()
        self._pixels = 0
        self._greys: dict[tuple[int, int], Style] = {}

    def show(self, pictures: Sequence[Picture], size: int) -> None:
        """Show some pictures of `size` × `size` pixels, the most important first."""
        if (tuple(pictures), size) != (self._pictures, self._pixels):
            self._pictures, self._pixels = tuple(pictures), size
            self.redraw()

    def draw(self, width: int, height: int) -> list[DrawnLine]:
        """Return the lines of all pictures that there is room for."""
        if not self._pictures:
            return []
        captions = [plain(picture.caption) for picture in self._pictures]
        grid = arranged([cell_len(caption) for caption in captions], width, height)
        if grid is None:
            return [[(fitted(NO_ROOM, width), self.style("muted"))]]
        room = caption_room(width, grid.across)
        if any(cell_len(line) > room for caption in captions for line in parts_of(caption, room, grid.caption_lines)):
            # Figures below all pictures or below none: what is missing somewhere seems to mean something.
            captions = [without_figure(caption) for caption in captions]
        lines: list[DrawnLine] = []
        spare = height - grid.down * grid.height
        for row in range(grid.down):
            shown = range(row * grid.across, min(len(captions), (row + 1) * grid.across))
            blocks = [self._block(self._pictures[place], captions[place], grid, width) for place in shown]
            lines += [self._beside(parts, grid, width) for parts in zip(*blocks, strict=True)]
            if spare >= grid.down - 1 and row < grid.down - 1:
                lines.append([])
        return lines

    def _block(self, picture: Picture, caption: str, grid: Grid, width: int) -> list[DrawnLine]:
        room = caption_room(width, grid.across)
        said = [self._caption(line, picture.wrong) for line in broken(caption, room, grid.caption_lines)]
        return [*self._image(picture.image, grid.columns), *said]

    def _image(self, image: bytes, columns: int) -> list[DrawnLine]:
        if not self.characters.unicode:
            return [[(line, self.style())] for line in cells.ascii_lines(image, self._pixels, columns)]
        return [
            [(text, self._grey(foreground, background)) for text, foreground, background in line]
            for line in cells.drawn(image, self._pixels, columns)
        ]

    def _grey(self, foreground: int, background: int) -> Style:
        key = (foreground, background)
        if key not in self._greys:
            self._greys[key] = Style(color=_grey_of(foreground), bgcolor=_grey_of(background))
        return self._greys[key]

    def _caption(self, text: str, wrong: bool) -> DrawnLine:
        """Return a line of a caption: what it was taken for in the colour of mistakes, figures in the background."""
        drawable = self.characters.drawable
        head, arrow, tail = text.partition(ARROW)
        if not arrow:
            return [(drawable(text), self.style())]
        words = tail.rsplit(" ", 1)
        figure = f" {words[1]}" if len(words) == 2 and _is_number(words[1]) else ""
        name = words[0] if figure else tail
        taken = self.style("error" if wrong else "text", bold=wrong)
        return [(drawable(head), self.style()), (drawable(arrow + name), taken), (figure, self.style("muted"))]

    def _beside(self, parts: Sequence[DrawnLine], grid: Grid, width: int) -> DrawnLine:
        """Return one line of the pictures of a row, each at its place."""
        line: DrawnLine = []
        reached = 0
        for place, part in enumerate(parts):
            start = place * (width + GAP) // grid.across
            line.append((" " * (start - reached), self.style()))
            line += part
            reached = start + sum(cell_len(text) for text, _ in part)
        return line


def arranged(widths: Sequence[int], width: int, height: int) -> Grid | None:
    """Return how to show pictures with captions of these widths, or None where not even one fits."""
    best, most = None, 0.0
    for columns in range(SMALLEST, min(LARGEST, width, 2 * height) + 1, 2):
        across = min(len(widths), (width + GAP) // (columns + GAP))
        grid = _stacked(widths, width, height, columns, across)
        shown = min(len(widths), grid.across * grid.down)
        worth = shown**MANY_BEFORE_LARGE * columns
        if worth > most:
            best, most = grid, worth
    return best


def _stacked(widths: Sequence[int], width: int, height: int, columns: int, across: int) -> Grid:
    """Return the grid for pictures of one size, with rows as equal as they can be."""
    room = caption_room(width, across)
    caption_lines = 0 if not max(widths) else 1 if max(widths) <= room else 2
    most = height // (cells.lines_of(columns) + caption_lines)
    needed = -(-len(widths) // across)
    if needed <= most:
        across = -(-len(widths) // needed)
    return Grid(across, min(most, needed), columns, caption_lines)


def caption_room(width: int, across: int) -> int:
    """Return how wide a caption may be, so that there is a space between it and the next."""
    return min((width + GAP) // across - 1, width - (across - 1) * (width + GAP) // across)


def without_figure(caption: str) -> str:
    """Return a caption without the number at its end."""
    name, _, figure = caption.rpartition(" ")
    return name if name and _is_number(figure) else caption


def parts_of(caption: str, width: int, lines: int) -> list[str]:
    """Return a caption on so many lines at most: broken before the arrow, or between words."""
    if cell_len(caption) <= width or lines < 2:
        return [caption]
    if ARROW not in caption:
        return textwrap.wrap(caption, width)[:lines]
    head, arrow, tail = caption.partition(ARROW)
    return [head.strip(), arrow + tail]


def broken(caption: str, width: int, lines: int) -> list[str]:
    """Return a caption on exactly so many lines; words that do not fit are left out."""
    return [_cut(part, width) for part in [*parts_of(caption, width, lines), *[""] * lines][:lines]]


def _cut(text: str, width: int) -> str:
    words = text.split(" ")
    while len(words) > 1 and cell_len(" ".join(words)) > width:
        words.pop()
    kept = " ".join(words).rstrip(f" {ARROW}")
    if cell_len(kept) <= width and kept:
        return kept
    # A number that is cut says another number.
    return "" if _is_number(kept) else fitted(text, width)


def _is_number(text: str) -> bool:
    return text.replace(".", "").replace(",", "").isdigit()
