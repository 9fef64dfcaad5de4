"""Groups of seeds leave vitdash as one row each, for people and for programs, and say the same in every format."""

from __future__ import annotations

import csv
import io
import json
import statistics
from pathlib import Path

import pytest
from rich.console import Console

from tests.commands import vitdash_each
from tests.recorded import record, started
from tests.recorded_curves import record_curve
from tests.run.seeded import ended, seeds
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.export import findings, group_formats, group_table, rows, svg
from vitdash.export.comparison import compare
from vitdash.export.rows import Row
from vitdash.run import groups, labels
from vitdash.terminal import comparing
from vitdash.ui import seed_groups


def short(name: str, **knobs: int | float) -> RunConfig:
    return presets.load(name).replace({"max_inputs": 10_000, **knobs})


@pytest.fixture
def found(root: Path) -> list[Row]:
    """Return the rows of two learning rates of a ViT with three seeds each, a CNN with one, and a run that waits."""
    runs = [
        record_curve(root, short("vit-l4-h4", learning_rate=rate, seed=seed), name=f"vit-{rate:g}", quality=quality)
        for rate, quality in ((3e-4, 0.0), (1e-3, 0.01))
        for seed in range(3)
    ]
    runs.append(record_curve(root, short("cnn")))
    runs.append(record(root, short("rn18"), [started(short("rn18"))], claim="queued", name="waiting"))
    for run in runs:
        labels.tag(run, ["evening"])
    return rows.read_rows(runs)


def test_the_table_has_knobs_seeds_means_and_deviations(found: list[Row]) -> None:
    """A knob that was varied has a column though the reference's table has none; one seed has no deviation."""
    columns = {
        column.heading: [cell.text for cell in column.cells] for column in group_table.build(groups.gather(found))
    }
    assert columns["model"] == ["vit-0.0003", "vit-0.001", "cnn", "waiting"]
    assert columns["n"] == ["3", "3", "1", "0 of 1"]
    assert columns["learning rate"] == ["0.0003", "0.001", "0.0003", "0.0003"]
    assert columns["head"] == ["4", "4", "", ""]
    assert columns["steps"] == ["10,000", "10,000", "10,000", ""]
    values = [row.figures.results["accuracy"] for row in found[:3]]
    mean, deviation = statistics.mean(values), statistics.stdev(values)
    assert columns["accuracy (argmax)"][0] == f"{mean:.4f}\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{deviation:.4f}"
    assert "±" not in columns["accuracy (argmax)"][2]
    assert columns["accuracy (argmax)"][3] == ""


def test_no_mean_seems_to_be_of_more_runs_than_it_is() -> None:
    """A probe failed in one of three, a fourth diverged: every table says so beside the figure, and beside n."""
    some = [*seeds("a", [0.90, 0.91], more={"svc": 0.92}), ended("b", 0.92, knobs={"seed": 2})]
    runs = [*some, ended("c", 0.1, at=640, knobs={"seed": 3}), ended("d", 0.8, knobs={"heads": 8}, preset="vit-l4-h4")]
    found = groups.gather(runs)
    columns = {column.key: [cell.text for cell in column.cells] for column in group_table.build(found)}
    assert columns["n"] == ["3 of 4", "1"]
    assert columns["svc"][0].replace("\N{NO-BREAK SPACE}", " ") == "0.9200 ± 0.0000 (n 2)"
    assert "(n" not in columns["accuracy"][0]
    (line, _) = csv.DictReader(io.StringIO(group_formats.render(runs, "csv")))
    assert (line["n"], line["runs"], line["accuracy_n"], line["svc_n"]) == ("3", "4", "3", "2")
    console = Console(file=io.StringIO(), width=200)
    comparing.show(console, compare(runs))
    assert isinstance(console.file, io.StringIO)
    assert "3 of 4" in console.file.getvalue()
    assert "0.9200 ± 0.0000 (n 2)" in console.file.getvalue()
    _, drawn = seed_groups.table(found, set(), {})
    assert "0.9200 ± 0.0000 (n 2)" in [cell.text.strip() for cell in drawn[0].cells]


def test_nothing_is_bold_beside_a_group_with_one_seed(found: list[Row]) -> None:
    """It might be better than the best mean: one seed does not say."""
    best = [cell.best for column in group_table.build(groups.gather(found)) for cell in column.cells]
    assert not any(best)
    assert any(cell.best for column in group_table.build(groups.gather(found[:6])) for cell in column.cells)


def test_csv_and_json_have_every_figure_with_its_spread(found: list[Row]) -> None:
    """In full precision; nothing where there is nothing."""
    lines = list(csv.DictReader(io.StringIO(group_formats.render(found, "csv"))))
    items = json.loads(group_formats.render(found, "json"))
    assert [line["name"] for line in lines] == [item["name"] for item in items]
    for line, item in zip(lines, items, strict=True):
        assert line["n"] == str(len(item["seeds"]))
        for name in group_formats.ALWAYS:
            for part in group_formats.SPREAD:
                told = item["figures"][name]
                assert line[f"{name}_{part}"] == ("" if told is None or told[part] is None else str(told[part]))
    assert items[0]["figures"]["accuracy"]["least"] == min(row.figures.results["accuracy"] for row in found[:3])
    assert items[0]["knobs"]["heads"] == 4
    assert "seed" not in items[0]["knobs"]
    assert items[3]["evaluated_at"] is None


def test_what_knobs_do_is_told_where_nothing_else_differs(found: list[Row]) -> None:
    """The learning rate was tried beside the same knobs; and what better accuracy costs."""
    told = "\n".join(findings.knobs(groups.gather(found)))
    assert "learning rate" in told
    assert "in 1 of 1" in told
    assert "fewer parameters than: `cnn`" in told
    assert not list(findings.knobs(groups.gather(found[7:])))


def test_no_runs_and_other_formats(found: list[Row]) -> None:
    """An empty table is still one; a format without groups says which have them."""
    assert group_formats.render([], "markdown").count("\n") == 2
    assert json.loads(group_formats.render([], "json")) == []
    assert group_formats.render([], "csv").startswith("group,name,preset")
    assert group_formats.render(found, "svg") == svg.render(found)
    with pytest.raises(
        InputError, match=r"--groups: tensorboard is written run by run\. Leave it out, or choose markdo"
    ):
        group_formats.render(found, "tensorboard")


def test_the_command_writes_groups(found: list[Row], root: Path) -> None:
    """A tag, and a row for each configuration; reported figures are those of runs."""
    table, refused, unknown = vitdash_each(
        [["export", "evening", "--groups"], ["export", "evening", "--groups", "--reported"],
         ["export", "evening", "--groups", "--format", "cvs"]],
        root.parent,
    )  # fmt: skip
    assert (table.returncode, table.stderr, table.stdout.count("\n")) == (0, "", 6)
    assert "--reported: are figures of runs, not of groups." in refused.stderr
    assert "there is no 'cvs'. Did you mean 'csv'?" in unknown.stderr
    assert (refused.returncode, unknown.returncode) == (2, 2)
