"""What the dashboard writes and copies is what its table shows: runs or groups, their order, the knobs that differ."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.recorded import finished, record
from tests.ui.pilots import drive, screen_text, settle
from vitdash import presets
from vitdash.ui.app import Dashboard

ACCURACIES = {3e-4: (0.90, 0.92), 1e-3: (0.94, 0.96), 3e-3: (0.80, 0.82)}


@pytest.fixture
def rates(root: Path) -> Path:
    """Return a folder with `cnn` at three learning rates with two seeds each."""
    for rate, accuracies in ACCURACIES.items():
        for seed, accuracy in enumerate(accuracies):
            config = presets.load("cnn").replace({"seed": seed, "learning_rate": rate, "max_inputs": 20_000})
            figures = {"validation_loss": (1 - accuracy) / 5, "accuracy": accuracy}
            record(root, config, finished(config, figures), name=f"cnn-lr{rate:g}-s{seed}")
    return root


def written(root: Path, target: Path, *keys: str) -> str:
    """Press keys, write what is shown then to a file, and return the file."""

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("3", *keys)
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        asked = screen_text(app)
        await pilot.press("ctrl+u")
        app.screen.post_message(Paste(str(target)))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await app.workers.wait_for_complete()
        assert "run" in asked
        assert target.exists(), [item.message for item in app._notifications]

    drive(root, journey, size=(200, 60))
    return target.read_text()


def cells(table: str) -> list[list[str]]:
    """Return the cells of a markdown table, its rule left out."""
    lines = [line for line in table.splitlines() if line.startswith("|") and set(line) - set("|-: ")]
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]


def test_runs_are_written_in_the_order_of_the_table(rates: Path, tmp_path: Path) -> None:
    """By the accuracy, the best first: in the file as well."""
    table = cells(written(rates, tmp_path / "table.md", "s", "s", "s"))
    place = table[0].index("accuracy (argmax)")
    assert [line[place] for line in table[1:]] == ["0.9600", "0.9400", "0.9200", "0.9000", "0.8200", "0.8000"]
    assert "learning rate" not in table[0]


def test_knobs_that_differ_are_written_where_they_are_shown(rates: Path, tmp_path: Path) -> None:
    """As columns of the table, and of the file for spreadsheets."""
    table = cells(written(rates, tmp_path / "table.md", "v", "v"))
    assert {"learning rate", "seed"} <= set(table[0])
    assert {line[table[0].index("learning rate")] for line in table[1:]} == {"0.0003", "0.001", "0.003"}
    lines = list(csv.DictReader(written(rates, tmp_path / "table.csv", "v", "v").splitlines()))
    assert {line["learning_rate"] for line in lines} == {"0.0003", "0.001", "0.003"}


@pytest.mark.parametrize("keys", [("G",), ("v", "v", "v"), ("G", "v")], ids=["G", "view", "costs"])
def test_groups_are_written_where_they_are_shown(rates: Path, tmp_path: Path, keys: tuple[str, ...]) -> None:
    """A row for each, mean and deviation, in the order of the table."""
    table = cells(written(rates, tmp_path / "table.md", *keys, "s", "s"))
    place = table[0].index("accuracy (argmax)")
    assert [line[0] for line in table[1:]] == ["cnn-lr0.001", "cnn-lr0.0003", "cnn-lr0.003"]
    assert table[1][place].split() == ["0.9500", "±", "0.0141"]
    assert [line[table[0].index("learning rate")] for line in table[1:]] == ["0.001", "0.0003", "0.003"]
    assert [item["seeds"] for item in json.loads(written(rates, tmp_path / "table.json", *keys))] == [[0, 1]] * 3


def test_what_knobs_do_is_written_where_it_is_shown(rates: Path, tmp_path: Path) -> None:
    """Not the runs behind it."""
    table = cells(written(rates, tmp_path / "table.md", "v", "v", "v", "v", "v"))
    assert table[0][:3] == ["knob", "value", "mean accuracy (argmax)"]
    assert [line[:3] for line in table[1:]] == [
        ["learning rate", "0.0003", "0.9100"], ["", "0.001", "0.9500"], ["", "0.003", "0.8100"],
    ]  # fmt: skip
    (effect,) = json.loads(written(rates, tmp_path / "table.json", "v", "v", "v", "v", "v"))["effects"]
    assert effect["knob"] == "learning_rate"
    lines = list(csv.DictReader(written(rates, tmp_path / "table.csv", "v", "v", "v", "v", "v").splitlines()))
    assert [(line["knob"], line["value"]) for line in lines] == [("learning_rate", str(rate)) for rate in ACCURACIES]
    assert written(rates, tmp_path / "plots.svg", "v", "v", "v", "v", "v").startswith("<svg")


def test_marked_groups_are_written_alone_and_copying_takes_the_same(rates: Path) -> None:
    """A mark on any of its runs is one on the group."""

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("G")
        await settle(pilot)
        (marked, *_) = [run_id for run_id in app.feed.runs if "lr0.003" in run_id]
        app.board.marked = {marked}
        app.show()
        await settle(pilot)
        assert (app.taken.told, len(app.taken.runs)) == ("1 group of 2 runs", 2)
        await pilot.press("y", "t")
        await settle(pilot)
        assert [line[0] for line in cells(app.clipboard)[1:]] == ["cnn-lr0.003"]

    drive(rates, journey)


def test_taking_seeds_together_shows_groups_in_the_table_and_the_best_mean_above(rates: Path) -> None:
    """And back: what was shown before. A view that somebody chose meanwhile stays."""

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await pilot.press("v")
        await settle(pilot)
        assert "best argmax 0.9600" in app.dashboard.header.text
        await pilot.press("G")
        await settle(pilot)
        assert app.dashboard.results.border_title == "results: groups of seeds"
        assert "best mean argmax 0.9500 ± 0.0141" in app.dashboard.header.text
        await pilot.press("G")
        await settle(pilot)
        assert app.dashboard.results.border_title == "results: reported beside measured"
        await pilot.press("G", "v")
        await settle(pilot)
        assert app.dashboard.results.border_title == "results: what accuracy costs"
        await pilot.press("G")
        await settle(pilot)
        assert app.dashboard.results.border_title == "results: what accuracy costs"

    drive(rates, journey)
