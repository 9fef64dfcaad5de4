"""A comparison on a terminal: groups, knobs that matter, what a figure costs. Must not know commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console

from vitdash import text
from vitdash.export import recipe
from vitdash.export.comparison import Comparison
from vitdash.knobs import Value
from vitdash.run import groups
from vitdash.run.effects import Effect, cost
from vitdash.run.groups import Group, Judgement
from vitdash.terminal import grid
from vitdash.terminal.console import is_unicode
from vitdash.terminal.grid import GridColumn

MARKS = {"best": "*", "leading": "", "noise": "≈", "behind": "", "unknown": "?", "": ""}
HEADINGS = {"validation_loss": "val loss", "accuracy": "argmax", "svc_held_out": "svc held-out", "seconds": "time"}
IN_SO_MANY = (
    "In 1 of 2: of two places where nothing but the knob differs, its best value is ahead of its worst in one "
    "(p < 0.05)."
)
MOST_IN_A_DIFFERENCE = 40
WIDEST_KNOB = 24


def show(console: Console, comparison: Comparison, *, extremes: bool = False) -> None:
    """Print all that is to be said of some runs; with `extremes`, also the least and the most of each figure."""
    unicode = is_unicode(console)
    _groups(console, comparison, unicode=unicode, extremes=extremes)
    for run_id, problem in comparison.unreadable.items():
        console.print(f"{run_id} is left out: {problem}", style="red", soft_wrap=True)
    if comparison.effects:
        console.print(f"\nWhat knobs do to {_heading(comparison.metric)}:", soft_wrap=True)
        _effects(console, comparison.effects, write_of(comparison.metric))
        if any(effect.compared for effect in comparison.effects):
            console.print(IN_SO_MANY, style="dim", soft_wrap=True)
    for what, found in comparison.fronts.items():
        if len(groups.competitors(comparison.groups, comparison.metric)) > 1:
            _front(console, comparison, what, found, unicode=unicode)
    if comparison.differences:
        console.print("\nWhat differs:", soft_wrap=True)
        columns = [GridColumn("knob", tuple(item.name for item in comparison.differences), left=True)]
        for place, group in enumerate(comparison.groups):
            cells = tuple(text.plain(item.texts[place], MOST_IN_A_DIFFERENCE) for item in comparison.differences)
            columns.append(GridColumn(group.name, cells))
        grid.show(console, columns)


def write_of(metric: str) -> Callable[[float], str]:
    """Return how a figure is written."""
    if metric == "validation_loss":
        return text.loss
    if metric == "seconds":
        return text.duration
    return text.accuracy if metric in ("accuracy", "svc", "svc_held_out") else text.figure


def written(group: Group, metric: str, *, unicode: bool = True) -> str:
    """Return the mean of a figure and, of several values, its standard deviation; "" for none."""
    found, write = group.spread(metric), write_of(metric)
    if found is None:
        return ""
    mean, spread = write(found.mean), ""
    if found.deviation is not None:
        # Of a duration every part is written, not its decimals.
        spread = write(found.deviation) if write is text.duration else text.deviation(found.deviation, mean)
    return text.around(mean, spread, unicode=unicode, n=group.fewer(metric))


def _groups(console: Console, comparison: Comparison, *, unicode: bool, extremes: bool) -> None:
    found = comparison.groups
    columns = [
        GridColumn("group", tuple(group.name for group in found), left=True),
        GridColumn("n", tuple(group.told for group in found)),
    ]
    if len({group.evaluated_at for group in found if group.evaluated_at}) > 1:
        columns.append(GridColumn("images", tuple(text.count(group.evaluated_at) for group in found), 1))
    for metric in comparison.metrics:
        rank = 0 if metric == comparison.metric else 3 if metric in ("svc_held_out", "svc") else 2
        columns += _figures(comparison, metric, rank, unicode=unicode, extremes=extremes)
    parameters = GridColumn("params", tuple(text.count(group.config.parameters) for group in found), 4)
    times = [written(group, "seconds", unicode=unicode) for group in found]
    columns += [parameters, GridColumn("time", tuple(times), 5)]
    for knob, values in recipe.varied_knobs(found).items():
        columns.append(GridColumn(knob, tuple(map(_value, values)), 6))
    left_out = grid.show(console, columns)
    _legend(console, comparison, left_out, unicode=unicode)


def _figures(comparison: Comparison, metric: str, rank: int, *, unicode: bool, extremes: bool) -> list[GridColumn]:
    judged, write = comparison.judged[metric], write_of(metric)
    found = [group.spread(metric) for group in comparison.groups]
    means = [written(group, metric, unicode=unicode) for group in comparison.groups]
    marks = [_mark(judgement, unicode=unicode) for judgement in judged]
    if any(marks):
        # A mark has its own place, so that the figures stay below each other.
        means = [f"{mean} {mark or ' '}" if mean else "" for mean, mark in zip(means, marks, strict=True)]
    bold = frozenset(place for place, judgement in enumerate(judged) if judgement.verdict == "best")
    columns = [GridColumn(_heading(metric), tuple(means), rank, bold=bold)]
    if extremes:
        limits = [f"{write(item.least)} to {write(item.most)}" if item else "" for item in found]
        columns.append(GridColumn(f"{_heading(metric)}: least to most", tuple(limits), rank + 1))
    return columns


def _legend(console: Console, comparison: Comparison, left_out: int, *, unicode: bool) -> None:
    used = {judgement.verdict for judged in comparison.judged.values() for judgement in judged}
    lines = []
    if used & {"best", "noise"}:
        told = ["* ahead of every other (Welch's t-test, p < 0.05)"] * ("best" in used)
        told += [f"{_mark(Judgement('noise'), unicode=unicode)} within the noise of the best mean"] * ("noise" in used)
        lines.append("; ".join(told))
    if "unknown" in used:
        lines.append("? too few seeds to tell from the best mean; several of each say what is noise")
    lines += _unjudged(comparison)
    if lucky := groups.lucky(comparison.groups, comparison.metric):
        figure = write_of(comparison.metric)(lucky[0].figures.results[comparison.metric])
        run = f"{text.plain(lucky[0].name)} with {_heading(comparison.metric)} {figure}"
        lines.append(f"the best single run, {run}, belongs to {lucky[1].name}, whose mean is not the best")
    if any(len(group.counted) < len(group.members) for group in comparison.groups):
        lines.append("n counts seeds, of so many runs: the others failed, have not come as far, or repeat a seed")
    if left_out:
        noun = "column does" if left_out == 1 else "columns do"
        lines.append(f"{left_out} {noun} not fit here; into a pipe or with --json, all are written")
    for line in lines:
        console.print(f"{line[0].upper()}{line[1:]}.", style="dim", soft_wrap=True)


def _unjudged(comparison: Comparison) -> list[str]:
    """Return why groups are not judged though they have figures."""
    there = [group for group in comparison.groups if group.counted]
    if len({group.config.data.dataset for group in there}) > 1:
        return ["They learn different data: no figure of one is better or worse than another's"]
    if len({group.evaluated_at for group in there}) > 1:
        length = text.images(groups.usual_length(there))
        return [f"Judged are those after {length}: more images make better figures"]
    return []


def _effects(console: Console, effects: Sequence[Effect], write: Callable[[float], str]) -> None:
    """Print a line for each value of each knob: the knob with its largest difference first."""
    rows: list[tuple[str, str, str, str, str, str]] = []
    for effect in effects:
        for place, level in enumerate(effect.levels):
            knob, range_, told = ("", "", "")
            if not place:
                knob, range_, told = effect.knob, write(effect.range), effect.told
            rows.append((knob, _value(level.value), write(level.mean), text.count(level.groups), range_, told))
    knobs, values, means, counts, ranges, told_ = zip(*rows, strict=True)
    grid.show(
        console,
        [
            GridColumn("knob", knobs, left=True),
            GridColumn("value", values, left=True),
            GridColumn("mean", means),
            GridColumn("groups", counts, 2),
            GridColumn("apart", ranges, 1),
            GridColumn("beyond noise", told_, 0, left=True),
        ],
    )


def _front(console: Console, comparison: Comparison, what: str, found: Sequence[Group], *, unicode: bool) -> None:
    noun = {"parameters": "parameters", "seconds": "time"}[what]
    total = text.count(len(comparison.groups))
    told = f"the Pareto front is {text.count(len(found))} of {total} groups"
    console.print(f"\n{_heading(comparison.metric)} against {noun}: {told}:", soft_wrap=True)
    paid = [cost(group, what) or 0 for group in found]
    means = [written(group, comparison.metric, unicode=unicode) for group in found]
    write = text.duration if what == "seconds" else lambda value: text.count(int(value))
    columns = [
        GridColumn("group", tuple(group.name for group in found), left=True),
        GridColumn("time" if what == "seconds" else "params", tuple(map(write, paid))),
        GridColumn(_heading(comparison.metric), tuple(means)),
    ]
    grid.show(console, columns)


def _mark(judgement: Judgement, *, unicode: bool) -> str:
    mark = MARKS[judgement.verdict]
    return mark if unicode or mark != "≈" else "~"


def _heading(metric: str) -> str:
    return HEADINGS.get(metric, metric.replace("_", " "))


def _value(value: Value | None) -> str:
    return "-" if value is None else text.plain(text.setting(value), WIDEST_KNOB)
