"""Runs that differ only in seed are one row and one curve with a band, in the dashboard as in `vitdash compare`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.recorded import finished, progress, record, started
from tests.run.seeded import ended, seeds
from tests.ui.pilots import drive, screen_text, settle
from vitdash import presets
from vitdash.run.events import Evaluated
from vitdash.run.groups import gather
from vitdash.statistics import spread
from vitdash.ui import seed_groups
from vitdash.ui.app import Dashboard
from vitdash.ui.mean_curves import MeanCurves, Shared
from vitdash.ui.plot.columns import Window
from vitdash.ui.plot.curve import Curve
from vitdash.ui.plot.series import Series
from vitdash.ui.screens.compare import Compare
from vitdash.ui.signs import Sign
from vitdash.ui.widgets.live_table import TableRow

FAR, NEAR, LOW = [0.90, 0.91, 0.92], [0.905, 0.915, 0.89], [0.80, 0.81, 0.82]
SIGN = Sign("●", "#56b4e9")


def train(root: Path, preset: str, accuracies: Sequence[float], **knobs: float) -> None:
    """Record runs of a preset, a seed for each accuracy."""
    for seed, accuracy in enumerate(accuracies):
        config = presets.load(preset).replace({"seed": seed, "max_inputs": 20_000, **knobs})
        record(root, config, finished(config, {"validation_loss": (1 - accuracy) / 5, "accuracy": accuracy}))


def series(run_id: str, x: list[float], y: list[float], *, ended: bool = True, what: str = "loss") -> Series:
    return Series(f"{run_id} {what}", run_id, SIGN, x, y, ended=ended)


def table_rows(app: Dashboard) -> list[TableRow]:
    """Return the rows of the results table from top to bottom."""
    rows = app.dashboard.results._rows
    return [rows.at(place) for place in range(len(rows))]


def shared(*run_ids: str, key: str = "group") -> dict[str, Shared]:
    return dict.fromkeys(run_ids, Shared(key, "the group", SIGN))


def test_a_row_is_a_group_with_mean_deviation_and_marks() -> None:
    groups = gather([*seeds("a", FAR), *seeds("b", NEAR, preset="vit-l4-h8"), ended("c", 0.5, preset="rn18")])
    columns, rows = seed_groups.table(groups, {"a-0", "a-1", "a-2", "b-0"}, {})
    table = {row.key: {column.key: cell for column, cell in zip(columns, row.cells, strict=True)} for row in rows}
    assert table["a-0"]["accuracy"].text == "0.9100 ± 0.0100  "
    assert table["b-0"]["accuracy"].text == "0.9033 ± 0.0126 ≈"
    assert table["c"]["accuracy"].text == "0.5000 ?"
    assert {row["accuracy"].style for row in table.values()} == {""}
    assert [row["n"].text for row in table.values()] == ["3", "3", "1"]
    assert not {"heads", "architecture"} & table["b-0"].keys()
    assert [row.marked for row in rows] == [True, False, False]


def test_the_best_is_bold_only_where_it_is_supported() -> None:
    groups = gather([*seeds("a", FAR), *seeds("c", LOW, preset="rn18")])
    columns, rows = seed_groups.table(groups, set(), {})
    place = [column.key for column in columns].index("accuracy")
    assert [(row.cells[place].style, row.cells[place].text) for row in rows] == [
        ("best", "0.9100 ± 0.0100 *"),
        ("", "0.8100 ± 0.0100  "),
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("cnn-lr0.001", "cnn-lr0.0001"), ["lr0.001", "lr0.0001"]),
        (("vit-l4, heads 8", "vit-l4, heads 16"), ["heads 8", "heads 16"]),
        (("cnn", "rn18"), ["cnn", "rn18"]),
        (("cnn", "cnn-wide"), ["cnn", "cnn-wide"]),
        (("cnn",), ["cnn ×2"]),
    ],
)
def test_labels_say_what_differs(names: tuple[str, ...], expected: list[str]) -> None:
    runs = [
        ended(f"{name}{seed}", 0.9, name=name, knobs={"seed": seed, "batch_size": place + 1})
        for place, name in enumerate(names)
        for seed in (0, 1)
    ]
    assert list(seed_groups.labels(gather(runs)).values()) == expected


def test_the_mean_of_a_group_stands_between_its_deviations() -> None:
    one, two = series("a", [1, 2, 3], [1.0, 2.0, 3.0]), series("b", [1, 2, 3], [3.0, 2.0, 5.0])
    (mean,) = MeanCurves().of([one, two], shared("a", "b"))
    assert (list(mean.x), list(mean.y)) == ([1, 2, 3], [2.0, 2.0, 4.0])
    assert mean.band is not None
    told = spread([3.0, 5.0])
    assert told is not None
    assert told.deviation is not None
    assert (mean.band[0][2], mean.band[1][2]) == (4.0 - told.deviation, 4.0 + told.deviation)
    assert (mean.key, mean.label) == ("group loss", "the group")


def test_where_only_some_have_come_the_mean_is_theirs() -> None:
    """A seed that has just begun must not hide how far the others are; what was never read is made up by nobody."""
    far = series("a", [1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0])
    near = series("b", [1, 2], [3.0, math.nan])
    other = series("c", [2, 3.5], [4.0, 9.0])
    nothing = series("d", [], [])
    (mean,) = MeanCurves().of([near, other, far, nothing], shared("a", "b", "c", "d"))
    assert list(mean.y) == [2.0, 3.0, 3.0, 4.0]
    assert mean.band is not None
    assert mean.band[0][3] == mean.band[1][3] == 4.0


def test_a_run_without_others_stays_as_it_is() -> None:
    """It grows at its end: nothing of it has to be drawn anew."""
    alone = series("a", [1.0], [2.0], ended=False)
    means = MeanCurves()
    (first,) = means.of([alone], shared("a"))
    assert (first.x is alone.x, first.band, first.revision) == (True, None, 0)
    (empty,) = means.of([series("b", [], [])], shared("b"))
    assert not len(empty.x)


def test_only_what_has_changed_is_computed_again_and_is_called_another_revision() -> None:
    x, y = [1.0, 2.0], [1.0, 2.0]
    members = [series("a", [1.0, 2.0, 3.0], [1.0, 1.0, 1.0]), series("b", x, y, ended=False)]
    means = MeanCurves()
    (before,) = means.of(members, shared("a", "b"))
    (same,) = means.of(members, shared("a", "b"))
    assert same.y is before.y
    x.append(3.0)
    y.append(3.0)
    (after,) = means.of(members, shared("a", "b"))
    assert after.revision != before.revision
    assert list(after.y) == [1.0, 1.5, 2.0]


def test_kinds_and_groups_stay_apart() -> None:
    drawn = [series(run_id, [1.0], [1.0], what=what) for run_id in ("a", "b", "c") for what in ("loss", "validation")]
    found = MeanCurves().of(drawn, shared("a", "b") | shared("c", key="other"))
    assert [item.key for item in found] == ["group loss", "group validation", "other loss", "other validation"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_the_table_of_groups_and_their_curves_come_with_a_key_each(root: Path, size: tuple[int, int]) -> None:
    train(root, "cnn", FAR)
    train(root, "rn18", LOW)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        if size[0] < 110:
            await pilot.press("3")
        await pilot.press("v", "v", "v")
        await settle(pilot)
        shown = screen_text(app)
        assert "groups of seeds" in shown
        assert "0.9100 ± 0.0100 *" in shown
        assert [row.cells[2].text for row in table_rows(app)] == ["3", "3"]
        await pilot.press("v", "v", "v", "1", "G")
        await settle(pilot)
        loss = app.dashboard.chart("loss")
        assert {item.label for item in loss._series} == {"cnn", "rn18"}
        assert all(item.band or item.overlay for item in loss._series)
        await pilot.press("G")
        await settle(pilot)
        assert len({item.label for item in app.dashboard.chart("loss")._series}) == 6

    drive(root, journey, size=size)


def test_marks_choose_groups_and_one_seed_twice_is_one_curve(root: Path) -> None:
    train(root, "cnn", FAR)
    train(root, "cnn", [0.95])
    train(root, "rn18", LOW)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        board = app.board
        (marked, *_) = [run_id for run_id, known in board.feed.runs.items() if known.short.name == "cnn"]
        board.marked = {marked}
        await pilot.press("G")
        await settle(pilot)
        assert len(board.charted()) == 3
        assert {item.label for item in app.dashboard.chart("loss")._series} == {"cnn ×3"}

    drive(root, journey)


def test_what_knobs_do_is_a_view_of_the_table_whose_rows_are_no_runs(root: Path) -> None:
    train(root, "cnn", FAR)
    train(root, "cnn", LOW, learning_rate=0.01)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("3", "v", "v", "v")
        await settle(pilot)
        front = [column.key for column in app.dashboard.results._columns].index("front")
        assert {row.cells[front].text for row in table_rows(app)} >= {"params, time"}
        await pilot.press("v")
        await settle(pilot)
        assert [column.heading for column in app.dashboard.results._columns] == [
            "group", "argmax", "Pareto front", "params", "time", "n",
        ]  # fmt: skip
        assert [row.cells[2].text for row in table_rows(app)] == ["params, time", ""]
        await pilot.press("v")
        await settle(pilot)
        assert [[cell.text for cell in row.cells[:5]] for row in table_rows(app)] == [
            ["learning rate", "0.0003", "0.9100", "0.1000", "in 1 of 1"],
            ["learning rate", "0.01", "0.8100", "0.1000", "in 1 of 1"],
        ]
        selected = app.board.selected_id
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.board.selected_id == selected
        assert app.screen is app.dashboard

    drive(root, journey)


def test_compared_runs_are_told_apart_also_where_seeds_are_together(root: Path) -> None:
    train(root, "cnn", FAR)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("G", "c")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, Compare)
        assert len(set(screen.compared.names)) == 3
        assert screen.compared.told == "3 runs"

    drive(root, journey)


def test_a_group_has_one_sign_on_every_panel(root: Path) -> None:
    """The first of its runs may have nothing to show yet: its sign is the group's all the same."""
    train(root, "cnn", FAR)
    train(root, "rn18", LOW)

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("v", "v", "v", "G")
        await settle(pilot)
        rows = {row.cells[0].text: row.sign for row in table_rows(app)}
        drawn = {item.label.partition(" ×")[0]: item.sign for item in app.dashboard.chart("loss")._series}
        assert drawn == rows
        assert {app.board.sign(known) for known in app.board.charted()} == set(rows.values())
        assert len(set(rows.values())) == 2
        # In another order, filtered, the same.
        await pilot.press("s", "s")
        app.board.set_filter("seed > 0")
        app.show()
        await settle(pilot)
        assert {row.cells[0].text: row.sign for row in table_rows(app)} == rows

    drive(root, journey)


def test_a_group_of_which_a_run_is_halfway_says_so(root: Path) -> None:
    train(root, "cnn", FAR)
    config = presets.load("cnn").replace({"seed": 9, "max_inputs": 20_000})
    halfway = [started(config), progress(640), Evaluated(images_seen=640, epoch=0.01, loss=0.09, accuracy=0.3)]
    record(root, config, halfway, claim="stopped")

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("v", "v", "v")
        await settle(pilot)
        (row,) = table_rows(app)
        assert row.cells[1].text == "0.9100 ± 0.0100"
        assert row.cells[2].text == "3 of 4"

    drive(root, journey)


def test_another_revision_is_drawn_anew_though_its_end_is_the_same() -> None:
    """A chart draws only what has come at the end; a mean changes in the middle, where a slower seed has got to."""
    window = Window(0.0, 4.0, 8)
    before = Series("group loss", "", SIGN, [1, 2, 3], [1.0, 1.0, 1.0], band=([0.5] * 3, [1.5] * 3), revision=1)
    curve = Curve(before)
    curve.take(before, 0.0)
    assert curve.gather(window) == 0
    assert curve.gather(window) is None
    curve.take(replace(before, y=[1.0, 5.0, 1.0], revision=2), 0.0)
    assert curve.gather(window) == 0
    assert max(item.high for item in curve.main) == 5.0


def test_a_band_is_smoothed_with_its_line() -> None:
    """Else a smooth line would run outside of what lies around it."""
    y = [1.0 + number % 2 for number in range(200)]
    limits = [value - 0.1 for value in y], [value + 0.1 for value in y]
    series = Series("group loss", "", SIGN, list(range(200)), y, band=limits)
    curve = Curve(series)
    curve.take(series, 50.0)
    curve.gather(Window(0.0, 200.0, 40))
    for lower, line, upper in zip(curve.limits[0], curve.main, curve.limits[1], strict=True):
        assert line.high - lower.high == pytest.approx(0.1)
        assert upper.low - line.low == pytest.approx(0.1)
