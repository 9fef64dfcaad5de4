"""`vitdash compare` tells signal from noise, in words that a person and in values that a program understands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.commands import vitdash_each
from tests.recorded import finished, record, started
from vitdash import presets
from vitdash.run import labels
from vitdash.run.store import Run
from vitdash.statistics import welch

FAR, NEAR, LOW = [0.90, 0.91, 0.92], [0.905, 0.915, 0.89], [0.80, 0.81, 0.82]


def train(root: Path, preset: str, accuracies: Sequence[float], name: str = "", **knobs: float) -> list[Run]:
    """Record runs of a preset, one seed for each accuracy."""
    found = []
    for seed, accuracy in enumerate(accuracies):
        config = presets.load(preset).replace({"seed": seed, "max_inputs": 20_000, **knobs})
        figures = {"validation_loss": (1 - accuracy) / 5, "accuracy": accuracy, "svc": accuracy}
        found.append(record(root, config, finished(config, figures, seconds=60.0 + seed), name=name))
    return found


@pytest.fixture
def swept(root: Path) -> list[Run]:
    """Return runs of three groups with three seeds each, all but the last under one tag."""
    found = [*train(root, "cnn", FAR), *train(root, "vit-l4-h8", NEAR), *train(root, "rn18", LOW)]
    for run in found[:-1]:
        labels.tag(run, ["three"])
    return found


def compare(root: Path, *commands: list[str]) -> list[tuple[int, str, str]]:
    """Return exit code, stdout and stderr of `vitdash compare` with each of some arguments."""
    whole = [["compare", *words, "--runs-dir", str(root)] for words in commands]
    return [(done.returncode, done.stdout, done.stderr) for done in vitdash_each(whole, root.parent)]


def test_groups_stand_with_mean_and_deviation_and_what_is_noise(root: Path, swept: list[Run]) -> None:
    ((code, said, told),) = compare(root, ["--tag", "three"])
    assert (code, told) == (0, "")
    lines = said.splitlines()
    assert lines[1].split()[:2] == ["cnn", "3"]
    assert "0.9100 ± 0.0100" in lines[1]
    assert "0.9033 ± 0.0126 ≈" in lines[2]
    assert lines[3].startswith("rn18")
    assert "≈ within the noise of the best mean." in said
    assert "0.8000 to 0.8100" not in said


def test_the_best_is_marked_where_it_is_supported(root: Path) -> None:
    train(root, "cnn", FAR)
    train(root, "rn18", LOW)
    ((_, said, _), (_, wide, _)) = compare(root, ["--where", "accuracy > 0"], ["--where", "accuracy > 0", "--range"])
    assert "0.9100 ± 0.0100 *" in said
    assert "* ahead of every other (Welch's t-test, p < 0.05)." in said
    assert "argmax against parameters: the Pareto front is 1 of 2 groups:" in said
    assert "architecture  cnn       0.9100" in said
    assert "What differs:" in said
    assert "0.9000 to 0.9200" in wide


def test_programs_read_the_same(root: Path, swept: list[Run]) -> None:
    ((code, said, told),) = compare(root, ["--tag", "three", "--json"])
    assert (code, told) == (0, "")
    found = json.loads(said)
    assert [group["name"] for group in found["groups"]] == ["cnn", "vit-l4-h8", "rn18"]
    assert [group["seeds"] for group in found["groups"]] == [[0, 1, 2], [0, 1, 2], [0, 1]]
    cnn, vit, rn18 = found["groups"]
    assert set(cnn["runs"]) == {run.id for run in swept[:3]}
    assert cnn["figures"]["accuracy"]["verdict"] == "leading"
    assert vit["figures"]["accuracy"] == {
        "mean": pytest.approx(0.90333, abs=1e-5),
        "deviation": pytest.approx(0.012583, abs=1e-6),
        "n": 3,
        "least": 0.89,
        "most": 0.915,
        "verdict": "noise",
        "p": pytest.approx(welch(FAR, NEAR)),
    }
    assert rn18["figures"]["accuracy"]["verdict"] == "behind"
    assert (cnn["knobs"]["architecture"], vit["knobs"]["heads"], cnn["knobs"]["heads"]) == ("cnn", 8, None)
    assert found["fronts"]["parameters"] == [cnn["group"]]
    assert {effect["knob"] for effect in found["effects"]} >= {"architecture"}


def test_runs_are_named_or_chosen_and_each_is_taken_once(root: Path, swept: list[Run]) -> None:
    named = [swept[0].id, swept[0].id, "--where", 'preset == "cnn" and seed < 2', "--tag", "three", "--json"]
    ((_, said, _),) = compare(root, named)
    (group,) = json.loads(said)["groups"]
    assert sorted(group["runs"]) == sorted(run.id for run in swept[:2])


def test_one_seed_each_is_told_to_be_too_few(root: Path) -> None:
    train(root, "cnn", [0.9])
    train(root, "rn18", [0.8])
    ((code, said, _),) = compare(root, ["cnn", "rn18"])
    assert code == 0
    assert "0.8000 ?" in said
    assert "too few seeds" in said


def test_runs_without_results_and_runs_that_cannot_be_read_are_told_of(root: Path) -> None:
    run, other = train(root, "cnn", [0.9, 0.91])
    config = presets.load("cnn").replace({"max_inputs": 20_000, "seed": 9})
    record(root, config, [started(config)], claim="stopped", name="early")
    other.config.write_text("[model")
    ((code, said, told), (bad, _, why)) = compare(root, ["--where", 'state != "running"'], [other.id])
    assert (code, told) == (0, "")
    assert "1 of 2" in said
    assert f"{other.id} is left out: " in said
    assert bad == 2
    assert "config.toml" in why
    assert run.id not in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "RUN: is missing. Name runs or a tag, or choose them with --tag and --where."),
        (["--tag", "tree"], "--tag: no run has the tag 'tree'. Did you mean 'three'?"),
        (["--where", "accuracy > 2"], "--where: no run fits: accuracy > 2"),
        (["nothing"], "RUN: there is no run 'nothing'."),
        (["--tag", "three", "--metric", "acuracy"], "--metric: none of these runs has 'acuracy'. Did you mean 'acc"),
    ],
)  # fmt: skip
def test_wrong_input_is_answered_in_a_sentence(words: list[str], expected: str, root: Path, swept: list[Run]) -> None:
    ((code, said, told),) = compare(root, words)
    assert (code, said) == (2, "")
    assert told.startswith(f"vitdash: {expected}")
    assert len(told.splitlines()) == 1
