"""A page about some runs, like the reference's: recipe, matrix, table, plots, what is signal, how to repeat it.

Markdown as forges render it; the plots are an image beside it. Must not know files or commands.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import vitdash
from vitdash import text
from vitdash.config import RunConfig
from vitdash.errors import InputError, VitdashError
from vitdash.export import (
    comparison,
    findings,
    group_table,
    inks,
    json,
    making,
    markdown,
    recipe,
    rows,
    svg,
    table,
)
from vitdash.export.rows import Row
from vitdash.export.table import Cell, Column
from vitdash.run import groups
from vitdash.run.groups import Group
from vitdash.run.state import State
from vitdash.run.store import Claim, Run


@dataclass(frozen=True, slots=True)
class Report:
    """What a page is about, read; `unreadable` says of a run why it is left out."""

    title: str
    rows: list[Row]
    groups: list[Group]
    claims: list[Claim]
    unreadable: dict[str, str]


def read(runs: Sequence[Run], title: str) -> Report:
    """Gather what is known of `runs`, the best first; what cannot be read is left out and named.

    Raises:
        VitdashError: none can be read, or there are none.
    """
    found: list[Row] = []
    claims: list[Claim] = []
    unreadable: dict[str, str] = {}
    problem: VitdashError = InputError("RUN", "there are no runs to report on.")
    for run in runs:
        try:
            row, claim = rows.read_rows([run])[0], run.read_claim()
        except VitdashError as error:
            problem = error
            unreadable[run.id] = text.plain(str(error).removeprefix(f"{run.id}: "), 500)
        else:
            found.append(row)
            claims.append(claim)
    if not found:
        raise problem
    ranked = sorted(groups.gather(found), key=_rank)
    places = {member.id: place for place, group in enumerate(ranked) for member in group.members}
    order = sorted(range(len(found)), key=lambda index: (places[found[index].id], found[index].config.train.seed))
    drawn = inks.hand_out([group.config.description.colour for group in ranked])
    ordered = [_coloured(found[index], drawn[places[found[index].id]].name) for index in order]
    return Report(title, ordered, groups.gather(ordered), [claims[index] for index in order], unreadable)


def plots(report: Report) -> str:
    """Return the image of the page."""
    return svg.render(report.rows)


def page(report: Report, image: str = "") -> str:
    """Return the page; `image` is the file name of its plots, "" for none."""
    parts = [
        [f"# {markdown.escape(report.title)}", "", _lead(report)],
        ["## Recipe", "", *_recipe(report)],
        ["## Matrix", "", *_matrix(report.groups)] if len(report.rows) > 1 else [],
        ["## Results", "", *_results(report)],
        ["## Plots", "", f"![{_about_plots(report)}]({quote(image)})"] if image else [],
        ["## Signal and noise", "", *findings.of(report.groups)],
        *([["## What knobs do", "", *told]] if (told := list(findings.knobs(report.groups))) else []),
        *([["## Unfinished", "", *unfinished]] if (unfinished := list(_unfinished(report))) else []),
        ["## Made with", "", *_made_with(report)],
        ["## Again", "", *_again(report)],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def describe(report: Report) -> dict[str, Any]:
    """Return what the page says as plain values, for programs."""
    seconds = [row.figures.seconds for row in report.rows if row.figures.seconds is not None]
    compared = comparison.describe(comparison.compare(report.rows, _metric(report), report.unreadable))
    return {
        "title": report.title,
        "recipe": recipe.common([group.config for group in report.groups]),
        "matrix": {knob: list(map(_plain, values)) for knob, values in recipe.varied(report.groups).items()},
        "runs": [json.describe(row, reported=False) for row in report.rows],
        "comparison": compared,
        "made_with": {
            "versions": making.versions(report.claims),
            "hardware": making.hardware(report.claims),
            "seconds": sum(seconds) if seconds else None,
        },
        "again": list(making.commands(report.groups, report.claims)),
        "presets": making.unknown_presets(report.groups),
    }


def _metric(report: Report) -> str:
    there = groups.metrics(report.groups)
    return "accuracy" if "accuracy" in there or not there else there[0]


def _coloured(row: Row, colour: str) -> Row:
    """Return a row that says in the table what colour it has in the plots, which need not be its preset's."""
    description = dataclasses.replace(row.config.description, colour=colour)
    return dataclasses.replace(row, config=dataclasses.replace(row.config, description=description))


def _rank(group: Group) -> tuple[bool, float]:
    """Order as the reference's table does: the lowest validation loss first, what has none last."""
    found = group.spread("validation_loss")
    return (False, found.mean) if found else (True, 0.0)


def _lead(report: Report) -> str:
    configurations, seeds = len(report.groups), {len(group.counted) for group in report.groups}
    told = f"{text.count(configurations)} configuration{'' if configurations == 1 else 's'}"
    if len(seeds) == 1 and (number := next(iter(seeds))) > 1:
        told += f" × {number} seeds"
    datasets = text.one_of(dict.fromkeys(row.config.dataset.title for row in report.rows))
    lengths = {row.config.train.max_inputs for row in report.rows}
    each = f", {text.images(next(iter(lengths)))} each" if len(lengths) == 1 else ""
    written = f"Written on {time.strftime('%Y-%m-%d')} by vitdash {vitdash.__version__}."
    return markdown.escape(f"{told}: {text.runs(len(report.rows))} on {datasets}{each}. {written}")


def _recipe(report: Report) -> Iterator[str]:
    configs = [group.config for group in report.groups]
    for dataset in {config.data.dataset: config.dataset for config in configs}.values():
        number = (
            f"{text.images(dataset.train_images)} to train on and {text.count(dataset.validation_images)} to validate"
        )
        size = f"{dataset.image_size} × {dataset.image_size} pixels, {dataset.classes} classes"
        yield markdown.escape(f"{dataset.title}: {number}, {size}.")
    yield "A result is the last evaluation of a run, in eval mode. " + _about_svc(configs)
    yield ""
    yield from _fenced(_toml(recipe.common(configs)), "toml")
    yield ""
    for preset, config in {config.description.preset: config for config in configs}.items():
        if told := recipe.network(config, report.groups):
            size = f"{text.count(config.parameters)} parameters" if _sizes(report, preset) == 1 else ""
            words = ", ".join(filter(None, [config.model.title, *told, size]))
            yield f"- {markdown.escape(f'{text.plain(preset)}: {words}')}"


def _sizes(report: Report, preset: str) -> int:
    """Return how many sizes the networks of a preset have."""
    configs = [group.config for group in report.groups]
    return len({config.parameters for config in configs if config.description.preset == preset})


def _about_svc(configs: Sequence[RunConfig]) -> str:
    if not any("svc" in config.probe.probes for config in configs):
        return "Steps are images."
    return (
        "Steps are images. `svc` is a support vector classifier fitted on the validation embeddings and scored on the "
        "same ones, as the reference does it; `svc, held-out` is fitted on training embeddings."
    )


def _matrix(found: Sequence[Group]) -> Iterator[str]:
    matrix = {knob: [_plain(value) for value in values] for knob, values in recipe.varied(found).items()}
    yield from _fenced(_toml({"matrix": matrix}), "toml")


def _results(report: Report) -> Iterator[str]:
    if all(len(group.members) == 1 for group in report.groups):
        yield markdown.render(report.rows).rstrip("\n")
        return
    yield markdown.write(group_table.build(report.groups, colours=True, varied=True)).rstrip("\n")
    yield ""
    yield "Mean ± standard deviation over n seeds; bold is what is ahead of every other beyond chance."
    yield ""
    yield f"<details><summary>Each of the {text.runs(len(report.rows))}</summary>"
    yield ""
    # Nothing is bold there: which seed came out best is chance.
    shown = tuple(name for name in recipe.varied_knobs(report.groups) if not _has_column(report, name))
    rows = [dataclasses.replace(row, knobs=(*shown, recipe.SEED)) for row in report.rows]
    columns = [dataclasses.replace(column, cells=_unmarked(column)) for column in table.build(rows)]
    yield markdown.write(columns).rstrip("\n")
    yield ""
    yield "</details>"


def _has_column(report: Report, name: str) -> bool:
    """Return whether the reference's table has a column for a knob."""
    return any(knob.column for row in report.rows for _, knob, _ in row.config.knobs() if knob.name == name)


def _unmarked(column: Column) -> tuple[Cell, ...]:
    return tuple(dataclasses.replace(cell, best=False) for cell in column.cells)


def _unfinished(report: Report) -> Iterator[str]:
    for row in report.rows:
        if row.state is not State.FINISHED:
            reason = f": {markdown.escape(row.figures.reason)}" if row.figures.reason else ""
            planned = f" of {text.count(row.figures.planned_images)}" if row.figures.planned_images else ""
            yield f"- `{row.id}` is {row.state} after {text.count(row.figures.images_seen)}{planned} images{reason}"
    for run_id, problem in report.unreadable.items():
        yield f"- `{text.plain(run_id)}` cannot be read: {markdown.escape(problem)}"


def _made_with(report: Report) -> Iterator[str]:
    versions = making.versions(report.claims)
    if versions:
        told = (f"{part} {' and '.join(found)}" for part, found in versions.items())
        yield f"- {markdown.escape(', '.join(told))}"
    for line in making.hardware(report.claims):
        yield f"- {markdown.escape(line)}"
    seconds = [row.figures.seconds for row in report.rows if row.figures.seconds is not None]
    if seconds:
        yield f"- {text.duration(sum(seconds))} of training and evaluation in all, {text.runs(len(seconds))}"


def _again(report: Report) -> Iterator[str]:
    yield from _fenced("\n".join(making.commands(report.groups, report.claims)), "sh")
    for name, preset in making.unknown_presets(report.groups).items():
        yield ""
        yield f"<details><summary><code>{markdown.escape(name)}</code></summary>"
        yield ""
        yield from _fenced(preset.rstrip("\n"), "toml")
        yield ""
        yield "</details>"
    yield ""
    yield "Equal configurations compute equal results, bit for bit on one machine."


def _about_plots(report: Report) -> str:
    names = ", ".join(group.name for group in report.groups)
    return markdown.escape(f"Train loss, validation loss, argmax and svc over images seen: {text.plain(names, 300)}")


def _fenced(content: str, language: str) -> Iterator[str]:
    """Yield a block of code; its fence is longer than any in it."""
    longest = max(map(len, re.findall("`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}{language}", content, fence)


def _toml(content: Mapping[str, Mapping[str, object]]) -> str:
    import tomli_w

    # Short lists on one line each, as in a preset that somebody wrote.
    return re.sub(r"\[\n\s+(.*?),?\n\]", _joined, tomli_w.dumps(content), flags=re.DOTALL).strip()


def _joined(found: re.Match[str]) -> str:
    return "[" + re.sub(r"\n\s+", " ", found[1]) + "]"


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
