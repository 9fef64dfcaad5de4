"""The results table is the reference's: columns, order, numbers, what is best, and what is left empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recorded import FIGURES, finished, progress, record, started
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import VitdashError
from vitdash.export import csv, rows, table
from vitdash.export.rows import Row
from vitdash.export.table import Column
from vitdash.run.events import Evaluated, Stopped
from vitdash.run.results import OWN_NAMES

REFERENCE_HEADINGS = [
    "model", "patch", "layer", "head", "hidden", "mlp", "drop", "cs", "validation loss (2,000,000 steps)",
    "accuracy (argmax)", "accuracy (svc)", "model params",
]  # fmt: skip
OWN_HEADINGS = ["accuracy (svc, held-out)", "images/s", "training time"]


def row(root: Path, config: RunConfig, figures: dict[str, float] | None = None, name: str = "") -> Row:
    """Return the row of a recorded run that ended with `figures`."""
    return rows.read_rows([record(root, config, finished(config, figures), name=name)])[0]


def unfinished(root: Path, config: RunConfig) -> Row:
    """Return the row of a run that was stopped before its first evaluation."""
    events = [started(config), progress(640), Stopped(images_seen=640)]
    return rows.read_rows([record(root, config, events, claim="stopped")])[0]


def of_length(config: RunConfig, max_inputs: int) -> RunConfig:
    return config.replace({"max_inputs": max_inputs})


def texts(columns: list[Column], key: str) -> list[str]:
    return [cell.text for column in columns if column.key == key for cell in column.cells]


def best(columns: list[Column], key: str) -> list[bool]:
    return [cell.best for column in columns if column.key == key for cell in column.cells]


def test_columns_stand_as_in_the_reference_and_ours_after_them(root: Path) -> None:
    """Whoever knows the reference's table reads ours without looking twice."""
    columns = table.build([row(root, presets.load("vit-l8-h16-cs784"))])
    assert [column.heading for column in columns] == REFERENCE_HEADINGS + OWN_HEADINGS
    assert [column.cells[0].text for column in columns] == [
        "ViT (magenta)", "7", "8", "16", "256", "512", "0", "784", "0.01962", "0.9086", "0.9181", "4,469,178",
        "0.9111", "812", "1h 07m",
    ]  # fmt: skip


def test_a_network_has_no_figure_for_a_knob_that_it_has_not(root: Path) -> None:
    """A CNN has no patch: its cell is empty, not 0."""
    columns = table.build([row(root, presets.load("cnn"))])
    assert [texts(columns, heading) for heading in table.REFERENCE_KNOBS] == [[""]] * 6 + [["128"]]


def test_what_was_not_computed_is_empty_and_never_zero(root: Path) -> None:
    """A run without an evaluation or a probe claims nothing for it."""
    columns = table.build([unfinished(root, presets.load("cnn"))])
    for key in ("validation_loss", "accuracy", "svc", "svc_held_out", "seconds"):
        assert texts(columns, key) == [""]
    assert "validation loss" in [column.heading for column in columns]
    assert texts(columns, "parameters") == ["2,002,698"]
    without_probe = {"validation_loss": 0.02, "accuracy": 0.9}
    columns = table.build([row(root, presets.load("cnn"), without_probe)])
    assert (texts(columns, "svc"), texts(columns, "accuracy")) == ([""], ["0.9000"])


def test_the_best_of_each_figure_is_marked(root: Path) -> None:
    """Lowest loss, highest accuracies, fewest parameters; the model that leads anywhere is marked as well."""
    found = [
        row(root, presets.load("rn18"), {"validation_loss": 0.01189, "accuracy": 0.9206, "svc": 0.92}),
        row(root, presets.load("vit-l8-h8"), {"validation_loss": 0.01499, "accuracy": 0.8992, "svc": 0.93}),
        row(root, presets.load("vit-l4-h4"), {"validation_loss": 0.01529, "accuracy": 0.8958, "svc": 0.91}),
        row(root, presets.load("cnn"), {"validation_loss": 0.01962, "accuracy": 0.9086, "svc": 0.91}),
    ]
    columns = table.build(found)
    assert best(columns, "validation_loss") == [True, False, False, False]
    assert best(columns, "accuracy") == [True, False, False, False]
    assert best(columns, "svc") == [False, True, False, False]
    assert best(columns, "parameters") == [False, False, False, True]
    assert best(columns, "model") == [True, True, False, True]


def test_where_nothing_is_better_nothing_is_the_best(root: Path) -> None:
    """Bold says "better than others": one run alone is not, and neither are two equal ones."""
    cnn = presets.load("cnn")
    for found in ([row(root, cnn), unfinished(root, presets.load("rn18"))], [row(root, cnn), row(root, cnn)]):
        assert not any(cell.best for column in table.build(found) for cell in column.cells)


def test_a_run_of_another_length_says_so_and_does_not_compete(root: Path) -> None:
    """As the reference's vit-l16-h8: stopped at 780,000, compared there, its length in the cell of the loss."""
    short = of_length(presets.load("vit-l16-h8"), 780_000)
    found = [
        row(root, presets.load("rn18"), FIGURES | {"validation_loss": 0.012}),
        row(root, presets.load("cnn"), FIGURES | {"validation_loss": 0.019}),
        row(root, short, {"validation_loss": 0.001, "accuracy": 0.99, "svc": 0.99, "svc_held_out": 0.99}),
    ]
    columns = table.build(found)
    assert texts(columns, "validation_loss") == ["0.01200", "0.01900", "(780,000 steps) 0.00100"]
    assert texts(columns, "accuracy")[2] == "0.9900"
    for key in ("validation_loss", "accuracy", "svc", "svc_held_out"):
        assert best(columns, key)[2] is False
    assert best(columns, "validation_loss") == [True, False, False]


def test_figures_belong_to_the_position_of_their_evaluation(root: Path) -> None:
    """A run that went on after its last evaluation does not claim that it was evaluated where it stopped."""
    config = presets.load("vit-l16-h8")
    evaluated = Evaluated(images_seen=780_000, epoch=13.0, loss=0.01907, accuracy=0.8665)
    events = [started(config), progress(780_000), evaluated, progress(780_640), Stopped(images_seen=780_640)]
    found = rows.read_rows([record(root, config, events, claim="stopped")])
    columns = table.build(found, reported=True)
    assert "validation loss (780,000 steps)" in [column.heading for column in columns]
    assert texts(columns, "difference_validation_loss") == ["+0.00010"]


def test_the_heading_states_the_length_of_most_runs(root: Path) -> None:
    """Of two equally frequent lengths it is the longer one; a run without results has no say."""
    cnn = presets.load("cnn")
    short = [row(root, of_length(cnn, 60_000)) for _ in range(2)]
    long = row(root, cnn)
    headings = [column.heading for column in table.build([long, *short, unfinished(root, cnn), unfinished(root, cnn)])]
    assert "validation loss (60,000 steps)" in headings
    assert "validation loss (2,000,000 steps)" in [column.heading for column in table.build([long, short[0]])]


def test_runs_on_several_data_sets_do_not_compete(root: Path) -> None:
    """0.97 on digits is not better than 0.92 on Fashion-MNIST; a last column says which is which."""
    digits = presets.load("cnn").replace({"dataset": "digits"})
    found = [row(root, digits, FIGURES | {"accuracy": 0.97}), row(root, presets.load("rn18"))]
    columns = table.build(found)
    assert columns[-1].heading == "data set"
    assert texts(columns, "dataset") == ["digits", "fashion-mnist"]
    assert not any(cell.best for column in columns for cell in column.cells)


def test_a_run_is_called_by_its_own_name_where_it_was_given_one(root: Path) -> None:
    """Two runs of one preset are told apart by their ids; a named one by its name."""
    cnn = presets.load("cnn")
    named, first, second = row(root, cnn, name="my-run"), row(root, cnn), row(root, cnn)
    assert texts(table.build([named, first]), "model") == ["my-run (light green)", "CNN (light green)"]
    assert texts(table.build([first, second]), "model") == [
        f"CNN (light green) {first.id}",
        f"CNN (light green) {second.id}",
    ]


def test_slow_training_is_not_shown_as_none_at_all(root: Path) -> None:
    """A large network on a laptop sees less than one image a second."""
    cnn = presets.load("cnn")
    slow = rows.read_rows([record(root, cnn, finished(cnn, pace=0.4))])
    assert texts(table.build(slow), "images_per_second") == ["0.4"]


def test_reported_figures_stand_beside_the_measured_ones(root: Path) -> None:
    """After the table itself: each reported figure and, where both were read after as many images, the difference."""
    columns = table.build([row(root, presets.load("cnn"))], reported=True)
    assert [column.heading for column in columns[15:]] == [
        "reported loss", "difference", "reported argmax", "difference", "reported svc", "difference",
    ]  # fmt: skip
    measured = FIGURES | {"validation_loss": 0.01972, "accuracy": 0.90859, "svc": 0.9171}
    columns = table.build([row(root, presets.load("cnn"), measured)], reported=True)
    assert texts(columns, "reported_validation_loss") == ["0.01962"]
    assert texts(columns, "difference_validation_loss") == ["+0.00010"]
    assert texts(columns, "difference_accuracy") == ["+0.0000"]
    assert texts(columns, "difference_svc") == ["-0.0010"]


def test_no_difference_is_taken_between_runs_of_different_length(root: Path) -> None:
    """A figure read after 60,000 images is not 0.01 worse than one after 2,000,000: it is another figure."""
    columns = table.build([row(root, of_length(presets.load("cnn"), 60_000))], reported=True)
    assert texts(columns, "difference_validation_loss") == [""]
    assert texts(columns, "reported_validation_loss") == ["(2,000,000 steps) 0.01962"]


def test_a_plug_in_s_figures_stand_behind_ours_and_none_of_them_is_best(root: Path) -> None:
    """Nobody knows which way is better; a run that has no such figure has an empty cell, a short one its own length."""
    figures = {"validation_loss": 0.02, "accuracy": 0.9}
    found = [
        row(root, presets.load("cnn"), figures | {"svc": 0.9, "knn_5": 0.75}),
        row(root, presets.load("rn18"), figures | {"knn_5": 1234567.0}),
        row(root, presets.load("vit-l8-h8"), figures | {"spread": 0.00012345}),
    ]
    columns = table.build(found)
    assert [column.heading for column in columns[-2:]] == ["knn 5", "spread"]
    assert texts(columns, "knn_5") == ["0.7500", "1.235e+06", ""]
    assert texts(columns, "spread") == ["", "", "0.0001234"]
    assert not any(best(columns, "knn_5"))


def test_every_column_s_name_is_one_that_no_probe_may_have(root: Path) -> None:
    """A plug-in's figure cannot pass for ours, nor stand in a CSV under the same name."""
    found = [row(root, presets.load("cnn")), row(root, presets.load("cnn").replace({"dataset": "digits"}))]
    head = csv.render(found, reported=True).splitlines()[0].split(",")
    assert set(head) | {column.key for column in table.build(found, reported=True)} <= OWN_NAMES.keys()


def test_a_changed_recipe_has_no_reported_figures(root: Path) -> None:
    """They were reported for another network."""
    changed = presets.load("cnn").replace({"width": 16})
    columns = table.build([row(root, changed)], reported=True)
    assert texts(columns, "reported_accuracy") == texts(columns, "difference_accuracy") == [""]


def test_a_run_that_cannot_be_read_is_named(root: Path) -> None:
    """The export of many runs says which one is in the way."""
    run = record(root, presets.load("cnn"), [])
    (run.path / "run.json").write_text("{")
    with pytest.raises(VitdashError, match=rf"^{run.id}: .*run\.json"):
        rows.read_rows([run])
