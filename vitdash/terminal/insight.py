"""An evaluation from inside, as text: accuracy by class, and what was taken for what. Must not know files."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from vitdash import text
from vitdash.drawing.bar import bar
from vitdash.run.diagnostics import Diagnostics
from vitdash.terminal.console import is_unicode

MOST_CLASSES_SHOWN = 20
MOST_PAIRS_SHOWN = 40
WIDEST_BAR = 30
NARROWEST_BAR = 5
LONGEST_NAME = 24
SHORTEST_ABBREVIATION = 3
GAP = 2


def by_class(console: Console, found: Diagnostics) -> None:
    """Print the accuracy of each class with a bar; of very many classes, the weakest ones."""
    indices = list(range(len(found.classes)))
    heading = "accuracy by class"
    if len(indices) > MOST_CLASSES_SHOWN:
        heading = f"accuracy by class, the {MOST_CLASSES_SHOWN} weakest of {len(indices)}"
        indices = sorted(indices, key=lambda index: _rank(found.class_accuracy[index]))[:MOST_CLASSES_SHOWN]
    console.print(f"\n{heading}, after {text.images(found.images_seen)}", style="dim")
    counts = [text.count(sum(found.confusion[index])) for index in indices]
    count_width = max(map(len, counts))
    room = console.width - len("0.0000") - len("of ") - count_width - 2 * GAP
    names = [text.plain(found.classes[index], max(1, min(LONGEST_NAME, room))) for index in indices]
    width = max(map(cell_len, names))
    room = min(WIDEST_BAR, room - width - GAP)
    for index, name, images in zip(indices, names, counts, strict=True):
        accuracy = found.class_accuracy[index]
        line = Text(f"{_filled(name, width)}  {'-' if accuracy is None else text.accuracy(accuracy):>6}")
        if room >= NARROWEST_BAR:
            full, empty = bar(accuracy or 0.0, room, unicode=is_unicode(console))
            line.append(f"  {full}").append(empty, style="dim")
        line.append(f"  of {images:>{count_width}}", style="dim")
        console.print(line, soft_wrap=True)


def confusions(console: Console, found: Diagnostics, most: int = 3) -> None:
    """Print the most frequent mistakes, one a line: "123×  Shirt taken for T-shirt/top"."""
    pairs = found.confusions()
    if not pairs:
        console.print("\nno confusions: every image was recognised", style="dim")
        return
    console.print("\nmost frequent confusions", style="dim")
    times = "×" if is_unicode(console) else "x"
    width = len(text.count(pairs[0][0]))
    for count, true, predicted in pairs[:most]:
        said = f"{found.classes[true]} taken for {found.classes[predicted]}"
        console.print(f"{text.count(count):>{width}}{times}  {said}", soft_wrap=True)
    if len(pairs) > most:
        rest = sum(count for count, _, _ in pairs[most:])
        console.print(f"and {text.images(rest)} more", style="dim")


def matrix(console: Console, found: Diagnostics) -> None:
    """Print the confusion matrix, a row for each true class; where it does not fit, the confusions as a list."""
    headings = abbreviated(found.classes)
    digits = max(len(str(count)) for row in found.confusion for count in row)
    widths = [max(digits, cell_len(heading)) for heading in headings]
    room = console.width - sum(widths) - GAP * len(widths)
    names = [text.plain(name, LONGEST_NAME) for name in found.classes]
    if headings == numbers(found.classes) and headings != names:
        names = [f"{number} {name}" for number, name in zip(headings, names, strict=True)]
    if max(map(cell_len, names)) > room:
        names = headings
    width = max(map(cell_len, names))
    if width > room:
        confusions(console, found, MOST_PAIRS_SHOWN)
        return
    console.print(f"\nconfusion after {text.images(found.images_seen)}: true down, predicted across", style="dim")
    top = "".join(
        " " * GAP + _filled(heading, cells, right=True) for heading, cells in zip(headings, widths, strict=True)
    )
    console.print(Text(" " * width + top, style="dim"), soft_wrap=True)
    for true, (name, row) in enumerate(zip(names, found.confusion, strict=True)):
        line = Text(_filled(name, width))
        for predicted, (count, cells) in enumerate(zip(row, widths, strict=True)):
            line.append(" " * GAP + f"{count or '.':>{cells}}", style=_style(count, on_diagonal=true == predicted))
        console.print(line, soft_wrap=True)


def abbreviated(names: tuple[str, ...]) -> list[str]:
    """Return beginnings of the names, as short as tells all of them apart; numbers where none of bearable length do."""
    for length in range(SHORTEST_ABBREVIATION, LONGEST_NAME):
        beginnings = [name[:length].strip() for name in names]
        if len(set(beginnings)) == len(names) and all(beginnings):
            return beginnings
    return numbers(names)


def numbers(names: tuple[str, ...]) -> list[str]:
    """Return a number for each name, from 0."""
    return [str(index) for index in range(len(names))]


def _rank(accuracy: float | None) -> float:
    return 2.0 if accuracy is None else accuracy


def _style(count: int, *, on_diagonal: bool) -> str:
    if not count:
        return "dim"
    return "bold" if on_diagonal else ""


def _filled(name: str, width: int, *, right: bool = False) -> str:
    spaces = " " * (width - cell_len(name))
    return spaces + name if right else name + spaces
