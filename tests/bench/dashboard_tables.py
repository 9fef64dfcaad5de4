"""How much CPU time the table and the pictures take until painted: `python -m tests.bench.dashboard_tables`."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from tests.bench.hardware import describe, spread
from vitdash.ui.signs import Signs
from vitdash.ui.widgets.confusion import ConfusionMatrix
from vitdash.ui.widgets.image_grid import ImageGrid, Picture
from vitdash.ui.widgets.live_table import LiveTable, TableCell, TableColumn, TableRow
from vitdash.ui.widgets.scatter import EmbeddingScatter

ROWS = 10_000
IMAGES, IMAGE_SIZE = 32, 28
POINTS, CLASSES = 2000, 10
COLUMNS = [
    TableColumn(name, name, right=name != "run")
    for name in ("run", "val loss", "argmax", "svc", "held-out", "params", "images/s", "time")
]


class Alone(App[None]):
    """One widget on a screen of 120 × 40."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget

    def compose(self) -> ComposeResult:
        """Show the widget."""
        yield self._widget


def rows(random: Random) -> list[TableRow]:
    """Return rows as a results table has them."""
    signs = Signs()
    found = []
    for place in range(ROWS):
        name = f"vit-l{place % 12}-h{place % 16}-{place}"
        figures = [random.random() for _ in range(4)]
        cells = [TableCell(name, name), *(TableCell(f"{value:.4f}", value) for value in figures)]
        cells += [TableCell(f"{place * 1000:,}", place * 1000), TableCell(str(place % 900), place % 900)]
        found.append(TableRow(f"run{place}", (*cells, TableCell(f"{place}s", place)), signs.of(name)))
    return found


def changed(row: TableRow) -> TableRow:
    """Return a row with another figure."""
    return TableRow(row.key, (row.cells[0], TableCell("0.5000", 0.5), *row.cells[2:]), row.sign)


def measure(make: Callable[[], Widget], act: Callable[[Widget, Pilot[None]], Awaitable[None]]) -> None:
    """Do something with a widget alone on a screen."""

    async def use() -> None:
        widget = make()
        async with Alone(widget).run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            await act(widget, pilot)

    asyncio.run(use())


async def milliseconds(pilot: Pilot[None], act: Callable[[], object]) -> float:
    """Return the CPU time of an action until what it changed is painted."""
    begun = time.process_time()
    act()
    # The screen paints with its next frame, which idle waiting does not add to.
    await pilot.pause()
    return (time.process_time() - begun) * 1000


async def table(widget: Widget, pilot: Pilot[None], repetitions: int) -> None:
    """Measure the table."""
    assert isinstance(widget, LiveTable)
    random = Random(0)
    figures: dict[str, list[float]] = {name: [] for name in ("first show", "sort numbers", "sort names", "one row")}
    for _ in range(repetitions):
        widget.show((), ())
        widget.set_reactive(LiveTable.sort_key, "")
        await pilot.pause()
        content = rows(random)
        figures["first show"].append(await milliseconds(pilot, lambda given=content: widget.show(COLUMNS, given)))  # type: ignore[misc]
        figures["sort numbers"].append(await milliseconds(pilot, lambda: setattr(widget, "sort_key", "argmax")))
        figures["sort names"].append(await milliseconds(pilot, lambda: setattr(widget, "sort_key", "run")))
        widget.cursor = "run1"
        await pilot.pause()
        content = [changed(row) if row.key == "run1" else row for row in content]
        figures["one row"].append(await milliseconds(pilot, lambda given=content: widget.show(COLUMNS, given)))  # type: ignore[misc]
    for name, values in figures.items():
        print(f"{ROWS:,} rows, {name:<16} {spread(values, 1)}")


async def pictures(widget: Widget, pilot: Pilot[None], repetitions: int) -> None:
    """Measure new images each time."""
    assert isinstance(widget, ImageGrid)
    random, values = Random(0), []
    for _ in range(repetitions):
        # Smooth, as photographs are, and not noise.
        image = bytes((x * y * 255 // IMAGE_SIZE**2 + random.randrange(16)) % 256 for y in range(28) for x in range(28))
        shown = [Picture(image[place:] + image[:place], "Shirt ← Coat 0.67", wrong=True) for place in range(IMAGES)]
        values.append(await milliseconds(pilot, lambda given=shown: widget.show(given, IMAGE_SIZE)))  # type: ignore[misc]
    print(f"{IMAGES} images of {IMAGE_SIZE} × {IMAGE_SIZE}          {spread(values, 1)}")


async def matrix(widget: Widget, pilot: Pilot[None], repetitions: int) -> None:
    """Measure the confusion matrix."""
    assert isinstance(widget, ConfusionMatrix)
    random, values = Random(0), []
    for _ in range(repetitions):
        counts = [[random.randrange(1000) for _ in range(CLASSES)] for _ in range(CLASSES)]
        names = [f"class {place}" for place in range(CLASSES)]
        values.append(await milliseconds(pilot, lambda given=counts: widget.show(names, given)))  # type: ignore[misc]  # noqa: B023
    print(f"confusion, {CLASSES} × {CLASSES}            {spread(values, 1)}")


async def embedding(widget: Widget, pilot: Pilot[None], repetitions: int) -> None:
    """Measure the scatter."""
    assert isinstance(widget, EmbeddingScatter)
    random, values = Random(0), []
    names = [f"class {place}" for place in range(CLASSES)]
    for _ in range(repetitions):
        true = [random.randrange(CLASSES) for _ in range(POINTS)]
        x, y = ([random.gauss(place % size, 1) for place in true] for size in (3, 4))
        values.append(await milliseconds(pilot, lambda: widget.show(x, y, true, names, true[1:] + true[:1])))  # noqa: B023
    print(f"embedding, {POINTS:,} points        {spread(values, 1)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=15)
    repetitions = parser.parse_args().repetitions
    print(describe())
    print("CPU milliseconds until painted, 120 × 40; median (range, n)")
    measure(LiveTable, lambda widget, pilot: table(widget, pilot, repetitions))
    measure(ImageGrid, lambda widget, pilot: pictures(widget, pilot, repetitions))
    measure(ConfusionMatrix, lambda widget, pilot: matrix(widget, pilot, repetitions))
    measure(EmbeddingScatter, lambda widget, pilot: embedding(widget, pilot, repetitions))


if __name__ == "__main__":
    main()
