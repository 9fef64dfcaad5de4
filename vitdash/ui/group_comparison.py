"""Groups of seeds beside each other: mean curves with bands, means with the p of each difference. Knows no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitdash import text
from vitdash.export.rows import Row
from vitdash.run import groups, summary
from vitdash.run.differences import differences, not_comparable
from vitdash.run.groups import Group, Judgement
from vitdash.run.state import State
from vitdash.statistics import SIGNIFICANT, Spread, welch
from vitdash.ui import comparison, seed_groups
from vitdash.ui.comparison import Compared
from vitdash.ui.mean_curves import MeanCurves, Shared
from vitdash.ui.plot.series import Series
from vitdash.ui.signs import Sign
from vitdash.ui.table.content import TableCell, TableColumn, TableRow

ONE_SEED = "A group of one seed has no spread: nothing says what of its differences is noise (p is ?)."


class OfGroups:
    """Groups of runs that differ only in seed; a p is that of Welch's t-test against the base."""

    def __init__(self, found: Sequence[Group], signs: Mapping[str, Sign], runs: Mapping[str, Compared]) -> None:
        """Take groups, their signs by their keys, and all their runs by their ids."""
        labels = seed_groups.labels(found)
        self._shared = [Shared(group.key, labels[group.key], signs[group.key]) for group in found]
        self._runs = [[runs[member.id] for member in group.members] for group in found]
        self._by_run = {
            run.id: shared for shared, members in zip(self._shared, self._runs, strict=True) for run in members
        }
        self._means = MeanCurves()
        number = sum(map(len, self._runs))
        self.told = f"{len(found)} groups of {text.runs(number)}"
        self.names = [(shared.sign, shared.label) for shared in self._shared]
        # Seeds are what groups have several of, no difference between them.
        self._configs = [group.config.replace({"seed": 0}) for group in found]
        self.differing = differences(self._configs)

    @property
    def version(self) -> object:
        """How much each run has recorded."""
        return [run.history.last_seq for run in self._all]

    @property
    def planned(self) -> int:
        """How many images the longest is to see."""
        return max((run.planned for run in self._all), default=1)

    @property
    def _all(self) -> list[Compared]:
        return [run for members in self._runs for run in members]

    def losses(self) -> list[Series]:
        """Return each group's mean training loss in its band, and its mean validation loss as points over it."""
        return self._means.of(comparison.losses(self._all), self._by_run)

    def accuracies(self, kind: str) -> list[Series]:
        """Return one of the `ACCURACIES` of each group."""
        return self._means.of(comparison.accuracies(self._all, kind), self._by_run)

    def values(self, base: int) -> tuple[list[TableColumn], list[TableRow]]:
        """Return means and deviations, a row for each group, each with its difference to the group at `base`."""
        found = self._groups()
        columns = [TableColumn("group", "group", right=False), TableColumn("n", "n")]
        cells = [[TableCell(label, label.casefold()), seed_groups.number(group)] for (_, label), group in self._named]

        def add(column: TableColumn, drawn: Sequence[TableCell]) -> None:
            if any(cell.text for cell in drawn):
                columns.append(column)
                for row, cell in zip(cells, drawn, strict=True):
                    row.append(cell)

        if len({group.evaluated_at for group in found}) > 1:
            images = [TableCell(text.count(group.evaluated_at), group.evaluated_at) for group in found]
            add(TableColumn("evaluated_at", "images"), images)
        for metric in sorted(groups.metrics(found), key=lambda name: name != seed_groups.ACCURACY):
            judged = groups.judge(found, metric)
            add(seed_groups.column(metric), [_mean(group, metric, judged[at]) for at, group in enumerate(found)])
            against = [_against(metric, found[base], group) for group in found]
            add(TableColumn(f"difference_{metric}", "diff"), [difference for difference, _ in against])
            add(TableColumn(f"p_{metric}", "p"), [p for _, p in against])
        for column, drawn in (seed_groups.sizes(found), seed_groups.times(found)):
            add(column, drawn)
        rows = [
            TableRow(shared.key, tuple(cells[place]), shared.sign, marked=place == base)
            for place, shared in enumerate(self._shared)
        ]
        return columns, rows

    def knobs(self) -> tuple[list[TableColumn], list[TableRow]]:
        """Return what differs, a column for each group."""
        return comparison.knobs(self.names, self.differing)

    def remarks(self) -> list[str]:
        """Return why figures of these groups say little about each other."""
        found = self._groups()
        positions = [group.evaluated_at for group in found]
        told = not_comparable([shared.label for shared in self._shared], self._configs, positions)
        return [*told, ONE_SEED] if any(len(group.counted) == 1 for group in found) else told

    @property
    def _named(self) -> list[tuple[tuple[Sign, str], Group]]:
        return list(zip(self.names, self._groups(), strict=True))

    def _groups(self) -> list[Group]:
        """Return the groups as they are now: some of their runs may go on."""
        rows = [
            tuple(Row(run.id, run.name, State.FINISHED, run.config, summary.figures_of(run.history)) for run in members)
            for members in self._runs
        ]
        return [Group(shared.key, shared.label, members) for shared, members in zip(self._shared, rows, strict=True)]


def _mean(group: Group, metric: str, judgement: Judgement) -> TableCell:
    found = group.spread(metric)
    if found is None:
        return TableCell("")
    return TableCell(
        seed_groups.written(found, metric, group.fewer(metric)),
        found.mean,
        "best" if judgement.verdict == "best" else "",
    )


def _against(metric: str, base: Group, group: Group) -> tuple[TableCell, TableCell]:
    """Return a group's difference to the base, and how often chance alone would part them as far."""
    ours, theirs = base.spread(metric), group.spread(metric)
    if group is base or ours is None or theirs is None:
        return TableCell(""), TableCell("")
    fair = group.evaluated_at == base.evaluated_at and group.config.data.dataset == base.config.data.dataset
    p = welch(base.values(metric), group.values(metric)) if fair else None
    told = p is not None and p < SIGNIFICANT
    difference = _difference(metric, theirs, ours)
    if not fair:
        return TableCell(difference[0], difference[1], "dim"), TableCell("")
    shown = TableCell("?") if p is None else TableCell(text.probability(p), p, "" if told else "dim")
    return TableCell(*difference, "" if told else "dim"), shown


def _difference(metric: str, theirs: Spread, ours: Spread) -> tuple[str, float]:
    value = theirs.mean - ours.mean
    return format(value, "+z.5f" if metric == "validation_loss" else "+z.4f"), value
