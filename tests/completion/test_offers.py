"""What may come next on a command line: what the commands declare, and what there is at the moment."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from tests.recorded import finished, record, started
from vitdash import catalog, presets
from vitdash.cli import app
from vitdash.completion import answer
from vitdash.config import RunConfig
from vitdash.run import labels

COMMAND = typer.main.get_command(app)


def offered(*words: str) -> list[str]:
    return [value for value, _ in answer.offers(COMMAND, list(words))]


def about(*words: str) -> dict[str, str]:
    return dict(answer.offers(COMMAND, list(words)))


@pytest.fixture
def _runs(root: Path, tiny: RunConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record a finished run, a stopped one, and two of the same name."""
    monkeypatch.setenv("VITDASH_RUNS", str(root))
    record(root, tiny, finished(tiny), name="first")
    record(root, tiny, [started(tiny)], name="halted", claim="stopped")
    record(root, tiny, finished(tiny), name="twin")
    record(root, tiny, finished(tiny), name="twin")


def test_commands_are_offered_with_their_sentence() -> None:
    """Those that exist, those within a group too."""
    assert offered("st") == ["stop"]
    assert about("")["stop"] == "Stop a run with a checkpoint, to be resumed later."
    assert "show" in offered("presets", "")
    assert offered("nonsense", "") == []


def test_options_are_offered_until_they_are_given() -> None:
    """One that may be repeated stays."""
    assert {"--preset", "--set", "--detach"} <= set(offered("train", "-"))
    left = offered("train", "--preset", "cnn", "-d", "--set", "width=8", "--")
    assert "--set" in left
    assert not {"--preset", "--detach"} & set(left)
    assert "--preset" in offered("train", ""), "a command without arguments offers its options at once"


@pytest.mark.usefixtures("_runs")
def test_what_waits_is_offered_to_be_moved_and_to_be_stopped(root: Path, tiny: RunConfig) -> None:
    """In its order, with the places that it may go to; an ended run does not wait."""
    record(root, tiny, [], name="next", claim="queued")
    record(root, tiny, [], name="later", claim="queued")
    assert about("queue", "move", "") == {"next": "place 1", "later": "place 2"}
    assert offered("queue", "move", "next", "") == ["first", "last", "-1", "+1"]
    assert set(offered("stop", "")) == {"next", "later"}
    assert "first" in offered("watch", "")
    assert "first" in offered("replay", "")


def test_values_are_offered_after_an_option_and_within_it() -> None:
    """`--preset cn` and `--preset=cn` alike."""
    assert offered("train", "--preset", "cn") == ["cnn"]
    assert offered("train", "--preset=cn") == ["--preset=cnn"]
    assert offered("train", "--dataset", "") == list(catalog.DATASETS)
    assert offered("train", "--device", "c") == ["cuda", "cpu"]
    assert offered("export", "x", "--format", "") == list(catalog.EXPORTERS)
    assert offered("completion", "") == ["bash", "zsh", "fish"]
    assert offered("train", "--seed", "") == []


def test_the_user_s_own_presets_are_offered() -> None:
    """And said to be so."""
    own = presets.user_directory()
    own.mkdir(parents=True)
    (own / "mine.toml").write_text("broken [")
    assert about("presets", "show", "m") == {"mine": "yours"}


def test_knobs_are_those_of_the_preset_that_is_given() -> None:
    """With what each is; without a preset those of every architecture."""
    assert about("train", "--preset", "cnn", "--set", "wid") == {"width=": "Channels of each convolution."}
    assert offered("train", "--preset", "cnn", "--set", "hea") == []
    assert offered("train", "--set", "hea") == ["heads="]
    assert offered("train", "--preset", "no-such", "--set", "hea") == ["heads="]


def test_after_a_knob_its_choices_are_offered_or_what_it_is_now() -> None:
    """A number is offered as the preset has it, with what is allowed."""
    assert offered("train", "--set", "loss=") == ["loss=l2", "loss=cross-entropy"]
    assert offered("train", "--set=loss=c") == ["--set=loss=cross-entropy"]
    assert offered("train", "--set", "keep_optimizer=") == ["keep_optimizer=true", "keep_optimizer=false"]
    number = about("train", "--preset", "vit-l4-h16", "--set", "heads=")
    assert number == {"heads=16": "a whole number from 1 to 1,024"}
    assert offered("train", "--set", "learning_rate=") == ["learning_rate=0.0003"]
    assert offered("train", "--set", "data_dir=") == []


def test_fields_are_offered_one_after_the_other() -> None:
    """In a list that is being typed, and with the sign that turns the order."""
    assert about("runs", "--columns", "run,hea")["run,heads"] == "Attention heads; must divide the hidden size."
    assert "--sort=-accuracy" in offered("runs", "--sort=-acc")
    assert offered("data", "fetch", "mnist", "f") == ["fashion-mnist"]


@pytest.mark.usefixtures("_runs")
def test_runs_are_offered_by_name_where_that_is_enough(root: Path) -> None:
    """With what each is doing, the newest first; by id where two are called the same, or where one is being typed."""
    twins = sorted(path.name for path in root.glob("twin-*"))
    names = offered("show", "")
    assert set(names) == {"first", "halted", *twins}
    assert about("show", "h") == {"halted": "stopped"}
    (first,) = (path.name for path in root.glob("first-*"))
    assert offered("show", "first-") == [first]
    assert "halted" in offered("export", "first", ""), "any number of runs may be named"
    assert offered("show", "first", "") == offered("show", "first", "--"), "one run is shown: options come next"


@pytest.mark.usefixtures("_runs")
def test_a_run_is_offered_by_the_name_it_was_given_since(root: Path) -> None:
    """As lists show it."""
    from vitdash.run import store

    labels.change(store.find(root, "first"), name="best-so-far")
    assert offered("show", "be") == ["best-so-far"]
    assert offered("show", "fi") == [path.name for path in root.glob("first-*")]


@pytest.mark.usefixtures("_runs")
def test_tags_are_offered_and_those_of_the_run_to_be_taken_away(root: Path) -> None:
    """Words in use are used again."""
    from vitdash.run import store

    labels.tag(store.find(root, "first"), ["good", "wide"])
    labels.tag(store.find(root, "halted"), ["odd"])
    assert offered("tag", "halted", "") == ["good", "odd", "wide"]
    assert offered("tag", "--remove", "first", "") == ["good", "wide"]
    assert "first" in offered("prune", "")


@pytest.mark.usefixtures("_runs")
def test_only_runs_that_can_obey_are_offered(root: Path, tmp_path: Path) -> None:
    """What is over cannot be stopped, what is finished not be resumed."""
    assert offered("stop", "") == offered("pause", "") == []
    assert offered("resume", "") == ["halted"]
    root.rename(tmp_path / "elsewhere")
    assert offered("resume", "") == []
    assert offered("resume", "--runs-dir", str(tmp_path / "elsewhere"), "") == ["halted"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("vitdash ", ["vitdash", ""]),
        ("vitdash st", ["vitdash", "st"]),
        ("vitdash show 'a b' ", ["vitdash", "show", "a b", ""]),
        ("vitdash show 'a b", ["vitdash", "show", "a b"]),
        ("vitdash show a\\ b", ["vitdash", "show", "a b"]),
        ("vitdash train --set loss=", ["vitdash", "train", "--set", "loss="]),
        ("vitdash show # x", ["vitdash", "show", "#", "x"]),
        ("", [""]),
    ],
)
def test_a_line_is_split_as_bash_does(line: str, words: list[str]) -> None:
    """Also while a quote is still open."""
    assert answer.split(line) == words


def test_a_sweep_s_knobs_are_those_of_its_preset_that_change_a_result() -> None:
    """After the equals sign one value after the other."""
    knobs = offered("sweep", "cnn", "--matrix", "")
    assert {"width=", "learning_rate=", "seed="} <= set(knobs)
    assert not {"threads=", "data_dir="} & set(knobs)
    assert offered("sweep", "cnn", "--matrix", "loss=l2,") == ["loss=l2,l2", "loss=l2,cross-entropy"]
    assert offered("sweep", "cn") == ["cnn"]
    assert "heads=" in offered("sweep", "--matrix", "")
