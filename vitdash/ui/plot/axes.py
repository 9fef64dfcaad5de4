"""What stands around the paper of a chart: numbers, lines, the grid. Must not know series."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash.drawing import ticks
from vitdash.ui.plot.columns import Window
from vitdash.ui.plot.frame import Cell, Dots
from vitdash.ui.plot.ink import AXIS, BLANK, GRID, TITLE
from vitdash.ui.plot.scale import Limits, Placer

_GRID = "⠉⠒⠤⣀"
UNIT = "images"


@dataclass(frozen=True, slots=True)
class Vertical:
    """The numbers beside the paper, by line, and the grid on it."""

    labels: dict[int, str]
    ground: list[Cell]

    @property
    def width(self) -> int:
        """How many columns the longest number takes."""
        return max((len(text) for text in self.labels.values()), default=0)

    def cells(self, line: int, width: int, unicode: bool) -> list[Cell]:
        """Return what stands left of a line of paper: a number and the axis."""
        text = self.labels.get(line)
        edge = ("┤" if text else "│") if unicode else ("+" if text else "|")
        return [((text or "").rjust(width), AXIS), (edge, GRID)]


def vertical(limits: Limits, height: int, dots: Dots) -> Vertical:
    """Return the vertical axis of a paper `height` lines high: about one number in four lines, two at least."""
    placer = Placer(limits, height * dots.down)
    labels: dict[int, str] = {}
    ground: list[Cell] = [(" ", BLANK)] * height
    for value, text in _chosen(limits, height):
        row = placer.row(value)
        line = row // dots.down
        if 0 <= line < height and not {line, line - 1, line + 1} & labels.keys():
            labels[line] = text
            ground[line] = (_GRID[row % dots.down] if dots.down == 4 else "-"), GRID
    return Vertical(labels, ground)


def horizontal(window: Window, columns: int, indent: int, dots: Dots) -> list[list[Cell]]:
    """Return the lines below the paper: the axis and the numbers."""
    unicode = dots.across == 2
    values = ticks.along(window.start, window.end, max(2, columns // 11))
    width = indent + columns
    numbers, rule = [" "] * width, ["─" if unicode else "-"] * columns
    free = 0
    step = values[1] - values[0] if len(values) > 1 else max(abs(window.end), 1.0)
    for value in values:
        text = ticks.compact(value, step)
        cell = min(window.column(value) // dots.across, columns - 1)
        begin = max(0, min(indent + cell - len(text) // 2, width - len(text)))
        rule[cell] = "┬" if unicode else "+"
        if begin >= free:
            numbers[begin : begin + len(text)] = text
            free = begin + len(text) + 1
    _write_unit(numbers, free)
    corner = "└" if unicode else "+"
    return [[(" " * (indent - 1), BLANK), (corner + "".join(rule), GRID)], [("".join(numbers), AXIS)]]


def written_over(line: list[Cell], text: str, middle: int) -> list[Cell]:
    """Return a line of numbers with a text in their place around a column; no number is left in part."""
    numbers = "".join(part for part, _ in line)
    begin = max(0, min(middle - len(text) // 2, len(numbers) - len(text)))
    end = begin + len(text)
    before, after = numbers[:begin], numbers[end:]
    if numbers[begin : begin + 1].strip() or before[-1:].strip():
        before = before[: before.rfind(" ") + 1].ljust(begin)
    if numbers[end - 1 : end].strip() or after[:1].strip():
        rest = after.find(" ")
        after = " " * len(after) if rest < 0 else " " * rest + after[rest:]
    return [(before, AXIS), (text, TITLE), (after, AXIS)]


def _write_unit(numbers: list[str], free: int) -> None:
    """Write the unit at the right edge, or behind the first number where the last one stands there."""
    if free + len(UNIT) <= len(numbers):
        numbers[len(numbers) - len(UNIT) :] = UNIT
        return
    written = "".join(numbers)
    end = written.find(" ", len(written) - len(written.lstrip())) + 1
    if end and end + len(UNIT) <= len(numbers) and not written[end : end + len(UNIT) + 1].strip():
        numbers[end : end + len(UNIT)] = UNIT


def _chosen(limits: Limits, height: int) -> list[tuple[float, str]]:
    most = max(2, height // 4 + 1)
    values: list[float] = []
    while len(values) < 2 and most <= height:
        values = ticks.of(limits, most)
        most += 1
    return list(zip(values, ticks.labels(values), strict=True))
