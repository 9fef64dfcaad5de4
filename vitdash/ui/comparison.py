"""Runs beside each other: their curves, their last figures and the differences, their knobs. Must not know widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vitdash.config import RunConfig
from vitdash.export import table
from vitdash.export.rows import Row
from vitdash.run import summary
from vitdash.run.differences import Difference, differences, not_comparable
from vitdash.run.events import Probed
from vitdash.run.history import RunHistory
from vitdash.run.state import State
from vitdash.text import accuracy, count, loss
from vitdash.ui.curves import ACCURACIES
from vitdash.ui.plot.series import Series
from vitdash.ui.result_rows import SHORT
from vitdash.ui.signs import Sign
from vitdash.ui.table.content import TableCell, TableColumn, TableRow

_COMPARED = {"validation_loss": "+z.5f", "accuracy": "+z.4f", "svc": "+z.4f", "svc_held_out": "+z.4f"}
"""Figures of which differences are shown, and how these are written."""
_ALONE = ("parameters", "images_per_second", "seconds")
_OF_PROBES = {"svc": "svc", "svc held-out": "svc_held_out"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the runs: how it is called and marked, what it was made from, what it has recorded."""

    id: str
    name: str
    sign: Sign
    config: RunConfig
    history: RunHistory

    @property
    def evaluated_at(self) -> int:
        """After how many images it was last evaluated, 0 for never."""
        return self.history.evaluations[-1].images_seen if self.history.evaluations else 0

    @property
    def planned(self) -> int:
        """How many images it is to see."""
        return max(self.config.train.max_inputs, self.history.images_seen)


class Comparison(Protocol):
    """What is compared, runs or groups of them: the screen draws what this says, again where `version` is another."""

    @property
    def told(self) -> str:
        """How many of what they are."""

    @property
    def names(self) -> Sequence[tuple[Sign, str]]:
        """How each is marked and called; one of them is the base that differences are to."""

    @property
    def version(self) -> object:
        """Another one whenever something is new."""

    @property
    def planned(self) -> int:
        """How many images the longest is to see."""

    @property
    def differing(self) -> Sequence[Difference]:
        """In which knobs they differ."""

    def losses(self) -> list[Series]:
        """Return the curves of the loss chart."""

    def accuracies(self, kind: str) -> list[Series]:
        """Return one of the `ACCURACIES`."""

    def values(self, base: int) -> tuple[list[TableColumn], list[TableRow]]:
        """Return the last figures with their differences to the base."""

    def knobs(self) -> tuple[list[TableColumn], list[TableRow]]:
        """Return what differs, a row for each knob."""

    def remarks(self) -> list[str]:
        """Return why figures say little about each other, and what marks mean."""


class OfRuns:
    """Runs, each for itself."""

    def __init__(self, runs: Sequence[Compared]) -> None:
        self._runs = tuple(runs)
        self.told = f"{len(runs)} runs"
        self.names = [(run.sign, run.name) for run in runs]
        self.differing = differences([run.config for run in runs])

    @property
    def version(self) -> object:
        """How much each has recorded."""
        return [run.history.last_seq for run in self._runs]

    @property
    def planned(self) -> int:
        """How many images the longest is to see."""
        return max((run.planned for run in self._runs), default=1)

    def losses(self) -> list[Series]:
        """Return each run's training loss, and its validation loss as points over it."""
        return losses(self._runs)

    def accuracies(self, kind: str) -> list[Series]:
        """Return one of the `ACCURACIES` of each run."""
        return accuracies(self._runs, kind)

    def values(self, base: int) -> tuple[list[TableColumn], list[TableRow]]:
        """Return the last figures, a row for each run."""
        return values(self._runs, base)

    def knobs(self) -> tuple[list[TableColumn], list[TableRow]]:
        """Return what differs, a column for each run."""
        return knobs(self.names, self.differing)

    def remarks(self) -> list[str]:
        """Return why figures of these runs say little about each other."""
        runs = self._runs
        return not_comparable(
            [run.name for run in runs], [run.config for run in runs], [run.evaluated_at for run in runs]
        )


# ── curves ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def losses(runs: Sequence[Compared]) -> list[Series]:
    """Return each run's training loss, and its validation loss as points over it."""
    found = []
    for run in runs:
        found.append(_series(run, "loss", ((event.images_seen, event.loss) for event in run.history.progress)))
        points = ((event.images_seen, event.loss) for event in run.history.evaluations)
        found.append(_series(run, "validation_loss", points, dots=True, overlay=True))
    return found


def accuracies(runs: Sequence[Compared], kind: str) -> list[Series]:
    """Return one of the `ACCURACIES` of each run."""
    return [_series(run, kind, _accuracy(run.history, kind), dots=kind != ACCURACIES[-1]) for run in runs]


def _accuracy(history: RunHistory, kind: str) -> Iterable[tuple[int, float]]:
    if kind in _OF_PROBES:
        return _probed(history.probes, _OF_PROBES[kind])
    events = history.evaluations if kind == ACCURACIES[0] else history.progress
    return ((event.images_seen, event.accuracy) for event in events)


def _probed(probes: Iterable[Probed], name: str) -> Iterable[tuple[int, float]]:
    return ((event.images_seen, event.values[name]) for event in probes if name in event.values)


def _series(
    run: Compared, what: str, points: Iterable[tuple[int, float]], *, dots: bool = False, overlay: bool = False
) -> Series:
    drawn = list(points)
    return Series(
        key=f"{run.id} {what}",
        label=run.name,
        sign=run.sign,
        x=[float(x) for x, _ in drawn],
        y=[y for _, y in drawn],
        dots=dots,
        ended=run.history.ending is not None,
        overlay=overlay,
    )


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def values(runs: Sequence[Compared], base: int) -> tuple[list[TableColumn], list[TableRow]]:
    """Return the last figures, a row for each run, each with its difference to the run at `base`, which is marked.

    The best are marked as in the exported table: among runs of the same length on the same data.
    """
    rows = [Row(run.id, run.name, State.FINISHED, run.config, summary.figures_of(run.history)) for run in runs]
    built = {column.key: column for column in table.build(rows)}
    columns = [TableColumn("run", "run", right=False)]
    cells = [[TableCell(run.name, run.name.casefold())] for run in runs]

    def add(column: TableColumn, drawn: Sequence[TableCell]) -> None:
        if any(cell.text for cell in drawn):
            columns.append(column)
            for row, cell in zip(cells, drawn, strict=True):
                row.append(cell)

    add(TableColumn("evaluated_at", "images"), [_images(run.evaluated_at) for run in runs])
    for key, form in _COMPARED.items():
        figures = [row.result(key) for row in rows]
        drawn = [_figure(key, figure, best=built[key].cells[place].best) for place, figure in enumerate(figures)]
        add(TableColumn(key, SHORT[key]), drawn)
        fair = [run.evaluated_at == runs[base].evaluated_at for run in runs]
        add(
            TableColumn(f"difference_{key}", "diff"),
            [
                _difference(figure, figures[base], form, is_base=place == base, fair=fair[place])
                for place, figure in enumerate(figures)
            ],
        )
    for key in (*_ALONE, *(key for row in rows for key in row.extra)):
        drawn = [TableCell(cell.text, _sortable(cell), "best" if cell.best else "") for cell in built[key].cells]
        if key not in {column.key for column in columns}:
            add(TableColumn(key, SHORT.get(key, key.replace("_", " "))), drawn)
    lines = [TableRow(run.id, tuple(cells[place]), run.sign, marked=place == base) for place, run in enumerate(runs)]
    return columns, lines


def knobs(names: Sequence[tuple[Sign, str]], found: Sequence[Difference]) -> tuple[list[TableColumn], list[TableRow]]:
    """Return what differs, a row for each knob and a column for each of what is compared."""
    columns = [TableColumn("knob", "knob", right=False)]
    columns += [TableColumn(str(place), f"{sign.marker} {name}") for place, (sign, name) in enumerate(names)]
    lines = [
        TableRow(
            item.name,
            tuple(TableCell(text, text, "" if item.affects_result else "dim") for text in (item.name, *item.texts)),
        )
        for item in found
    ]
    return columns, lines


def as_text(columns: Sequence[TableColumn], rows: Sequence[TableRow]) -> str:
    """Return a table as lines of cells separated by tabs, as spreadsheets take them."""
    lines = [[column.heading for column in columns], *([cell.text for cell in row.cells] for row in rows)]
    return "\n".join("\t".join(line) for line in lines)


def _images(number: int) -> TableCell:
    return TableCell(count(number), number) if number else TableCell("")


def _figure(key: str, figure: float | None, *, best: bool) -> TableCell:
    if figure is None:
        return TableCell("")
    written = loss(figure) if key == "validation_loss" else accuracy(figure)
    return TableCell(written, figure, "best" if best else "")


def _difference(figure: float | None, base: float | None, form: str, *, is_base: bool, fair: bool) -> TableCell:
    if figure is None or base is None or is_base:
        return TableCell("")
    return TableCell(format(figure - base, form), figure - base, "" if fair else "dim")


def _sortable(cell: table.Cell) -> float | int | str | None:
    return ", ".join(cell.value) if isinstance(cell.value, tuple) else cell.value
