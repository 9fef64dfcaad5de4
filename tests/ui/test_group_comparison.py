"""Groups of seeds compared: means with deviations, each difference with its p, curves with bands, knobs that differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.recorded import finished, progress, record, started
from tests.run.happenings import numbered
from tests.ui.pilots import LARGE, MIDDLE, SMALL, drive, screen_text, settle
from vitdash import presets, text
from vitdash.export.rows import Row
from vitdash.run import groups, summary
from vitdash.run.events import Event
from vitdash.run.groups import Group
from vitdash.run.history import fold
from vitdash.run.state import State
from vitdash.statistics import welch
from vitdash.ui.app import Dashboard
from vitdash.ui.comparison import Compared
from vitdash.ui.group_comparison import ONE_SEED, OfGroups
from vitdash.ui.screens.compare import Compare
from vitdash.ui.signs import Sign, Signs
from vitdash.ui.table.content import TableCell

FAR, NEAR, LOW = (0.90, 0.91, 0.92), (0.905, 0.915, 0.89), (0.80, 0.81, 0.82)


def members(rate: float, accuracies: Sequence[float], length: int = 20_000) -> list[Compared]:
    """Return a run for each accuracy, with the seeds from 0 on."""
    found = []
    for seed, accuracy in enumerate(accuracies):
        config = presets.load("cnn").replace({"seed": seed, "learning_rate": rate, "max_inputs": length})
        figures = {"validation_loss": (1 - accuracy) / 5, "accuracy": accuracy}
        run_id = f"cnn-lr{rate:g}-{length}-s{seed}"
        found.append(Compared(run_id, run_id, Sign("●", "#56b4e9"), config, fold(numbered(finished(config, figures)))))
    return found


def of_groups(*found: list[Compared]) -> OfGroups:
    made = [
        Group(groups.key_of(runs[0].config), runs[0].name.rpartition("-")[0], tuple(map(_as_member, runs)))
        for runs in found
    ]
    signs = Signs()
    return OfGroups(
        made, {group.key: signs.of(group.key) for group in made}, {run.id: run for runs in found for run in runs}
    )


def _as_member(run: Compared) -> groups.Member:
    return Row(run.id, run.name, State.FINISHED, run.config, summary.figures_of(run.history))


def cells(compared: OfGroups, base: int = 0) -> dict[str, list[TableCell]]:
    columns, rows = compared.values(base)
    return {column.key: [row.cells[place] for row in rows] for place, column in enumerate(columns)}


def texts(drawn: Sequence[TableCell]) -> list[str]:
    return [cell.text for cell in drawn]


def test_each_difference_has_its_p() -> None:
    """That of Welch's t-test against the base; what chance explains is dim, and nothing is said of the base itself."""
    compared = of_groups(members(3e-4, FAR), members(1e-3, NEAR), members(3e-3, LOW))
    found = cells(compared)
    assert texts(found["accuracy"]) == ["0.9100 ± 0.0100", "0.9033 ± 0.0126", "0.8100 ± 0.0100"]
    assert texts(found["difference_accuracy"]) == ["", "-0.0067", "-0.1000"]
    against = [welch(FAR, NEAR), welch(FAR, LOW)]
    assert texts(found["p_accuracy"]) == ["", *(text.probability(p) for p in against if p is not None)]
    assert [cell.style for cell in found["p_accuracy"]] == ["", "dim", ""]
    assert [cell.style for cell in found["difference_accuracy"]] == ["", "dim", ""]
    assert texts(found["n"]) == ["3", "3", "3"]
    assert texts(cells(compared, 2)["difference_accuracy"]) == ["+0.1000", "+0.0933", ""]
    assert compared.remarks() == []
    assert [item.name for item in compared.differing] == ["learning rate"]


def test_the_best_is_bold_only_where_it_is_ahead_of_every_other() -> None:
    """As in the table of groups."""
    assert [cell.style for cell in cells(of_groups(members(3e-4, FAR), members(3e-3, LOW)))["accuracy"]] == ["best", ""]
    assert {cell.style for cell in cells(of_groups(members(3e-4, FAR), members(1e-3, NEAR)))["accuracy"]} == {""}


def test_where_nothing_can_be_said_of_chance_it_is_said_so() -> None:
    """A single seed has no spread; figures after other numbers of images get no p at all."""
    single = of_groups(members(3e-4, FAR), members(1e-3, NEAR[:1]))
    assert texts(cells(single)["p_accuracy"]) == ["", "?"]
    assert ONE_SEED in single.remarks()
    longer = of_groups(members(3e-4, FAR), members(3e-4, LOW, 40_000))
    assert "p_accuracy" not in cells(longer)
    assert [cell.style for cell in cells(longer)["difference_accuracy"]] == ["", "dim"]
    assert any("favours the longer" in said for said in longer.remarks())


def test_curves_are_means_in_their_bands() -> None:
    """A curve and a set of points for each group, whatever kind of accuracy."""
    compared = of_groups(members(3e-4, FAR), members(3e-3, LOW))
    assert {item.label for item in compared.losses()} == {name for _, name in compared.names}
    assert len(compared.losses()) == 4
    assert all(item.band for item in compared.losses() if not item.overlay)
    assert [list(item.y) for item in compared.accuracies("argmax")] == [[pytest.approx(0.91)], [pytest.approx(0.81)]]


def test_a_run_that_goes_on_is_followed() -> None:
    """What it has recorded meanwhile is in the next picture."""
    config = presets.load("cnn").replace({"seed": 3, "learning_rate": 3e-4, "max_inputs": 20_000})
    events: list[Event] = numbered([started(config), progress(640)])
    history = fold(events)
    runs = [*members(3e-4, FAR), Compared("going", "going", Sign("●", "#56b4e9"), config, history)]
    compared = of_groups(runs, members(3e-3, LOW))
    assert texts(cells(compared)["n"]) == ["3 of 4", "3"]
    before = compared.version
    for event in numbered(finished(config, {"validation_loss": 0.01, "accuracy": 0.99}))[2:]:
        history.apply(event)
    assert compared.version != before
    assert texts(cells(compared)["n"]) == ["4", "3"]


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("keys", [("G",), ("3", "v", "v", "v")], ids=["together", "table"])
def test_c_compares_groups_where_groups_are_shown(root: Path, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """By their means; else, and within a single group, runs."""
    for rate, accuracies in ((3e-4, FAR), (3e-3, LOW)):
        for seed, accuracy in enumerate(accuracies):
            config = presets.load("cnn").replace({"seed": seed, "learning_rate": rate, "max_inputs": 20_000})
            record(
                root,
                config,
                finished(config, {"validation_loss": 0.02, "accuracy": accuracy}),
                name=f"lr{rate:g}-s{seed}",
            )

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("c")
        await settle(pilot)
        assert isinstance(app.screen, Compare)
        assert app.screen.compared.told == "6 runs"
        await pilot.press("q", *keys, "c")
        await settle(pilot)
        assert isinstance(app.screen, Compare)
        assert app.screen.compared.told == "2 groups of 6 runs"
        await pilot.press("3")
        await settle(pilot)
        shown = screen_text(app)
        assert "comparing 2 groups of 6 runs" in shown
        assert "0.9100 ± 0.0100" in shown
        await pilot.press("b", "y")
        await settle(pilot)
        assert app.screen.compared.names[0][1] == "lr0.0003"
        assert "+0.1000" in app.clipboard.split("\t")

    drive(root, journey, size=size)
