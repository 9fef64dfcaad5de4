"""`vitdash runs` as users and scripts meet it: what is selected, in which order, which columns, which mistakes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.commands import Result, vitdash_each, vitdash_on_terminal
from tests.harmless import is_harmless
from tests.recorded import finished, progress, record, started
from vitdash import presets
from vitdash.run import labels
from vitdash.run.events import Stopped
from vitdash.run.store import Run

LONG_NAME = "a-name-as-long-as-names-may-be-which-is-sixty-characters-abc"
MISTAKES: dict[tuple[str, ...], str] = {
    ("--where", "accuracy = 0.9"): "--where: at character 10, '=': write == to compare. Here: accuracy ⟨=⟩ 0.9",
    ("--where", ""): "--where: is empty. Write an expression, for example accuracy > 0.9.",
    ("--where", "acuracy > 1"): "--where: at character 1, 'acuracy': there is no such name; text stands in quotes. "
    "Did you mean 'accuracy'? Here: ⟨acuracy⟩ > 1",
    ("--where", "\x1b[31m > 1"): "--where: at character 1, ' ': is no part of this language.",
    ("--where", "state > 1"): "--where: at character 7, '>': text has no order with a number: 'finished' and 1. This",
    ("--where", "(" * 501): "--where: is 501 characters long; an expression has at most 500.",
    ("--sort", "acuracy"): "--sort: there is no field 'acuracy'. Did you mean 'accuracy'?",
    ("--sort", ""): "--sort: names no field. Name some, separated by commas, for example run,accuracy.",
    ("--columns", "run,haeds"): "--columns: there is no field 'haeds'. Did you mean 'heads'?",
    ("--limit", "-1"): "Invalid value for '--limit': '-1' is no whole number. See: vitdash runs --help",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a labelled transformer, a convolutional network, and a stopped one with a long name."""
    folder = tmp_path_factory.mktemp("world")
    cnn, vit = presets.load("cnn"), presets.load("vit-l8-h8-mlp1024")
    best = record(folder / "runs", vit, finished(vit, {"validation_loss": 0.02, "accuracy": 0.93}))
    labels.change(best, name="best", tags=["good"])
    second = record(folder / "runs", cnn, finished(cnn))
    events = [started(cnn), progress(640), Stopped(images_seen=640)]
    third = record(folder / "runs", cnn, events, claim="stopped", name=LONG_NAME)
    # Of one second, random letters would say which is the newest.
    for day, run in enumerate((best, second, third), start=1):
        name, _, _, letters = run.id.rsplit("-", 3)
        run.path.rename(run.path.with_name(f"{name}-2026010{day}-000000-{letters}"))
    return folder


def results(world: Path, *commands: tuple[str, ...]) -> list[Result]:
    return vitdash_each([("runs", *command) for command in commands], world)


def names(result: Result) -> list[str]:
    """Return the names of the runs that a command printed as JSON."""
    return [run["name"] for run in json.loads(result.stdout)]


def test_runs_are_selected_sorted_and_limited(world: Path) -> None:
    """The options work together, and each alone."""
    asked: dict[tuple[str, ...], list[str]] = {
        ("--where", "heads == 8 or state == 'stopped'"): ["best", LONG_NAME],
        ("--where", "cnn", "--sort", "-run"): ["cnn", LONG_NAME],
        ("--sort", "-accuracy"): ["best", "cnn", LONG_NAME],
        ("--sort", "accuracy", "--limit", "2"): ["cnn", "best"],
        ("--where", "good"): ["best"],
        ("--where", "accuracy == absent", "--limit", "1"): [LONG_NAME],
    }
    for result, expected in zip(
        results(world, *((*options, "--json") for options in asked)), asked.values(), strict=True
    ):
        assert (result.returncode, result.stderr) == (0, "")
        assert names(result) == expected


def test_chosen_columns_are_printed_whole_into_a_pipe(world: Path) -> None:
    """Whatever is asked for, in that order, and no line that is not a run."""
    table, as_json = results(
        world,
        ("--columns", "name,heads,accuracy,tags", "--sort", "-accuracy"),
        ("--columns", "heads,created", "--where", "good", "--json"),
    )
    assert table.stdout.splitlines() == [
        f"{'name':<60}  heads  argmax  tags",
        f"{'best':<60}      8  0.9300  good",
        f"{'cnn':<60}      -  0.9086  -",
        f"{LONG_NAME}      -       -  -",
    ]
    (described,) = json.loads(as_json.stdout)
    assert described["fields"]["heads"] == 8
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", described["fields"]["created"])
    assert described["tags"] == ["good"]


def test_nothing_that_fits_is_said_and_no_error(world: Path) -> None:
    """A script gets an empty list, a person a sentence with what was asked."""
    told, as_json = results(world, ("--where", "accuracy > 0.99"), ("--where", "nothing", "--json"))
    assert (told.returncode, told.stdout) == (0, "None of 3 runs fits: accuracy > 0.99\n")
    assert (as_json.returncode, as_json.stdout) == (0, "[]\n")


def test_a_mistake_is_answered_in_one_line(world: Path, tmp_path: Path) -> None:
    """It points at the place; nothing is listed. Without any runs, too."""
    for options, result in zip(MISTAKES, results(world, *MISTAKES), strict=True):
        assert (result.returncode, result.stdout) == (2, ""), options
        assert result.stderr.startswith(f"vitdash: {MISTAKES[options]}")
        assert is_harmless(result.stderr[:-1])
    (result,) = results(tmp_path, ("--where", "accuracy = 1"))
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_of_any_width_is_kept_to(world: Path, columns: int) -> None:
    """Long names have lines of their own; what has no room is named, and the last line counts."""
    chosen = "run,state,accuracy,svc,parameters,heads,layers,created,age,tags"
    code, shown = vitdash_on_terminal("runs", "--columns", chosen, cwd=world, columns=columns)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    run = next(Run(path) for path in (world / "runs").iterdir() if path.name.startswith(LONG_NAME))
    assert code == 0
    assert run.id in lines
    *table, left_out, total = lines if columns == 80 else (*lines[:-1], "", lines[-1])
    assert all(len(line) <= columns for line in table if line != run.id)
    assert left_out.startswith("Not enough room here for: tags." if columns == 80 else "")
    assert re.fullmatch(r"3 runs, \d+\.\d kB", total)
