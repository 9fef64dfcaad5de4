"""Each field says what a run's files say, is absent where they do not, and is read only if it is asked for."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import finished, progress, record, started
from tests.run.bare_runs import bare_run
from vitdash import catalog, presets
from vitdash.errors import InputError
from vitdash.knob_tables import OTHER_TABLES, Description
from vitdash.knobs import knobs_of
from vitdash.run import disk, labels, selection, store, summary
from vitdash.run.events import Stopped
from vitdash.run.fields import FIGURES, Facts, Fields, knob_fields
from vitdash.run.store import Run

CNN, VIT = presets.load("cnn"), presets.load("vit-l8-h8-mlp1024")
EVERYTHING = [
    "run", "name", "preset", "dataset", "architecture", "state", "stalled", "tags", "note", "created", "age",
    "images_seen", "planned_images", "progress", "loss", "validation_loss", "accuracy", "argmax", "svc", "svc_held_out",
    "reported_validation_loss", "reported_accuracy", "reported_svc", "current_learning_rate", "images_per_second",
    "seconds", "parameters", "disk",
]  # fmt: skip


def facts(run: Run, now: float | None = None) -> Facts:
    return Facts(summary.summarise(run), now)


def values(run: Run, *names: str) -> list[Any]:
    """Return the values of fields of a run."""
    read = facts(run)
    return [Fields([read.summary])[name].read(read) for name in names]


def stopped(root: Path, name: str = "halted") -> Run:
    """Record a run that was stopped at 640 images, before any evaluation."""
    return record(root, CNN, [started(CNN), progress(640), Stopped(images_seen=640)], claim="stopped", name=name)


def matching(where: str, *runs: Run) -> list[str]:
    """Return the names of the runs that `where` selects."""
    found = [facts(run) for run in runs]
    chosen = selection.select(found, Fields(item.summary for item in found), where=where)
    return [item.summary.name for item in chosen]


@pytest.fixture
def three(root: Path) -> tuple[Run, Run, Run]:
    """Return a finished transformer, a finished convolutional network, and one that was stopped early."""
    vit = record(root, VIT, finished(VIT, {"validation_loss": 0.02, "accuracy": 0.93, "svc": 0.92}))
    cnn = record(root, CNN, finished(CNN))
    labels.change(vit, name="best", tags=["good", "wide"])
    return vit, cnn, stopped(root)


def test_the_fields_are_these() -> None:
    """Renaming one breaks scripts: this list is the promise."""
    assert [field.name for field in FIGURES] == EVERYTHING


def test_figures_are_what_is_recorded(root: Path) -> None:
    """Of a finished run everything is known."""
    run = record(root, CNN, finished(CNN))
    assert values(run, "run", "name", "preset", "dataset", "architecture", "state") == [
        run.id, "cnn", "cnn", "fashion-mnist", "cnn", "finished",
    ]  # fmt: skip
    assert values(run, "images_seen", "planned_images", "progress", "seconds") == [2_000_000, 2_000_000, 1.0, 4023.0]
    assert values(run, "loss", "validation_loss", "accuracy", "argmax") == [0.03, 0.01962, 0.9086, 0.9086]
    assert values(run, "svc", "svc_held_out", "parameters") == [0.9181, 0.9111, 2_002_698]
    assert values(run, "reported_validation_loss", "reported_accuracy", "reported_svc") == [0.01962, 0.9086, 0.9181]
    assert values(run, "images_per_second", "current_learning_rate") == [pytest.approx(812.4), 3e-4]


def test_what_has_not_come_is_absent(root: Path) -> None:
    """A run that was stopped early has no results; one that has not begun has no plan."""
    run = stopped(root)
    assert values(run, "accuracy", "svc", "seconds", "images_seen") == [None, None, None, 640]
    fresh = bare_run(root, claim="finished")
    assert values(fresh, "planned_images", "progress", "loss", "architecture", "heads", "parameters") == [None] * 6


def test_age_and_creation_follow_the_clocks(root: Path) -> None:
    """Seconds for sums, a local date for people and comparisons as text."""
    run = bare_run(root, claim="finished", created=1764000000.0)
    read = facts(run, now=1764000090.0)
    fields = Fields()
    assert fields["age"].read(read) == 90.0
    assert fields["created"].read(read) == time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(1764000000.0))
    assert fields["age"].read(facts(run, now=0.0)) == 0.0
    lasting = bare_run(root, claim="finished", created=1e300)
    assert fields["created"].read(facts(lasting)) is None


def test_every_knob_of_every_architecture_is_a_field() -> None:
    """As it is declared: no second list. Where a figure has the name, the knob's table stands before it."""
    architectures: list[type] = [catalog.ARCHITECTURES[name] for name in catalog.ARCHITECTURES]
    declared = {name for table in (Description, *architectures, *OTHER_TABLES.values()) for name in knobs_of(table)}
    assert set(Fields()) == set(EVERYTHING) | (declared - {"loss"}) | {"optim_loss"}
    assert len(Fields()) == len(list(Fields()))
    assert Fields()["hidden"].heading == "hidden size"
    assert Fields()["seed"].help == "Every random draw is a function of it."
    kinds = {name: Fields()[name].kind for name in ("heads", "dropout", "optimizer", "keep_optimizer", "probes")}
    assert list(kinds.values()) == ["number", "number", "text", "true or false", "list"]


def test_knobs_without_effect_and_of_other_architectures_are_absent(root: Path) -> None:
    """So that a filter on heads passes convolutional networks by, without an error."""
    vit, cnn = record(root, VIT, finished(VIT)), record(root, CNN, finished(CNN))
    assert values(vit, "heads", "mlp", "kernel", "momentum") == [8, 1024, None, None]
    assert values(cnn, "heads", "kernel", "seed", "learning_rate", "optim_loss") == [None, 3, 0, 3e-4, "l2"]


def test_a_configuration_that_cannot_be_read_makes_its_fields_absent(root: Path) -> None:
    """A list shows the other fields; `show` says what is wrong with the file."""
    run = record(root, CNN, finished(CNN))
    run.config.write_text("[model")
    assert values(run, "preset", "kernel", "parameters", "reported_svc", "accuracy") == [None] * 4 + [0.9086]


def test_an_unreadable_run_is_called_so(root: Path) -> None:
    """As the list shows it; it can be filtered out."""
    run = bare_run(root, claim="finished")
    (run.path / "run.json").write_text("{")
    assert values(run, "state", "created", "age", "accuracy") == ["unreadable", None, None, None]


def test_what_an_unknown_probe_measured_is_a_field(root: Path) -> None:
    """Whatever probes there are or were: their values are found by name, unless that is no word."""
    run = record(root, CNN, finished(CNN, {"validation_loss": 0.1, "accuracy": 0.5, "svc": 0.25, "svc_nearest": 0.75}))
    summary.summarise(run)
    content = json.loads(run.summary.read_text())
    content["figures"]["results"] |= {"a b": 1.0, "\x1b[31m": 2.0, "distance": 12.5}
    run.summary.write_text(json.dumps(content))
    read = facts(run)
    fields = Fields([read.summary])
    assert set(fields) - set(Fields()) == {"svc_nearest", "distance"}
    assert (fields["svc_nearest"].written(read), fields["distance"].written(read)) == ("0.7500", "12.5")
    assert fields["svc_nearest"].heading == "svc nearest"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("parameters", "6,395,274"),
        ("accuracy", "0.9086"),
        ("validation_loss", "0.01962"),
        ("seconds", "1h 07m"),
        ("progress", "100 %"),
        ("images_per_second", "812/s"),
        ("images_seen", "2,000,000"),
        ("learning_rate", "0.000123456789"),
        ("batch_size", "64"),
        ("keep_optimizer", "false"),
        ("probes", "svc"),
        ("data_dir", "-"),
        ("kernel", ""),
        ("tags", "a, b"),
    ],
)
def test_a_value_is_written_as_everywhere_and_no_number_is_cut(root: Path, name: str, written: str) -> None:
    """Absent is nothing; a list stands beside its commas; a learning rate keeps every digit."""
    config = VIT.replace({"learning_rate": 0.000123456789})
    run = record(root, config, finished(config))
    labels.change(run, tags=["a", "b"])
    assert Fields()[name].written(facts(run)) == written


def test_what_is_nearly_done_is_not_done(root: Path) -> None:
    """100 % is all of it."""
    run = record(root, CNN, [started(CNN), progress(1_999_999)], claim="stopped")
    assert Fields()["progress"].written(facts(run)) == "99 %"


def test_disk_use_is_what_lies_in_the_directory(root: Path, tmp_path: Path) -> None:
    """Below it too; a link counts as itself, not as what it points at; what is gone counts nothing."""
    run = bare_run(root, claim="finished")
    before = disk.used(run.path)
    run.diagnostics.mkdir()
    (run.diagnostics / "1.json").write_bytes(b"x" * 1000)
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    (run.path / "link").symlink_to(tmp_path / "large")
    assert 1000 < disk.used(run.path) - before < 2000
    assert values(run, "disk") == [disk.used(run.path)]
    assert disk.used(root / "missing") == 0


def test_files_are_read_only_for_fields_that_need_them(three: tuple[Run, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain list of a thousand runs reads no configuration; a filter reads it for the runs it must."""
    asked: list[str] = []

    def read_config(run: Run) -> Any:
        asked.append(run.id)
        return presets.load_file(run.config)

    monkeypatch.setattr(store, "read_config", read_config)
    monkeypatch.setattr("vitdash.run.fields.knob_fields", None)
    assert matching("accuracy > 0.9 or state == 'stopped' and 'x' not in tags", *three) == ["best", "cnn", "halted"]
    assert asked == []
    monkeypatch.setattr("vitdash.run.fields.knob_fields", knob_fields)
    assert matching("accuracy > 0.9 and heads == 8 and layers == 8", *three) == ["best"]
    assert asked == [three[0].id, three[1].id]


def test_an_unknown_field_is_answered_with_the_nearest_or_all() -> None:
    """As everywhere: what is meant, or what there is."""
    with pytest.raises(InputError, match=r"^--sort: there is no field 'acuracy'\. Did you mean 'accuracy'\?$"):
        Fields().find("acuracy", "--sort")
    with pytest.raises(InputError, match=r"Fields: run, name, preset, .*, disk, and every knob by its name\.$"):
        Fields().find("q", "--sort")


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("vit", ["best"]),
        ("VIT l8", ["best"]),
        ("vit-l8-h8", ["best"]),
        ("good", ["best"]),
        ("cnn", ["cnn", "halted"]),
        ("halted", ["halted"]),
        ("cnn good", []),
        ("accuracy", []),
        ("heads == 8", ["best"]),
        ("heads != 4", ["best"]),
        ("not heads == 8", ["cnn", "halted"]),
        ("accuracy == absent", ["halted"]),
        ("accuracy - reported_accuracy > 0", ["best"]),
        ("'good' in tags", ["best"]),
        ("tags ~ 'ood'", ["best"]),
        ("name ~ 'BEST' or kernel * 2 == 6", ["best", "cnn", "halted"]),
        ("keep_optimizer == false and created >= '2020'", ["best", "cnn", "halted"]),
        ("progress < 1", ["halted"]),
    ],
)
def test_runs_are_selected(three: tuple[Run, Run, Run], where: str, names: list[str]) -> None:
    """By words in name, id, tags or preset, all of which must be there; or by an expression over fields."""
    assert matching(where, *three) == names


def test_a_condition_that_does_not_fit_a_run_names_it(three: tuple[Run, Run, Run]) -> None:
    """Where in the expression, why, and for which run."""
    with pytest.raises(InputError) as caught:
        matching("preset != absent and 1 / (heads - 8) > 1", *three)
    assert str(caught.value) == (
        f"--where: at character 24, '/': 1 is divided by zero. This is so for {three[0].id}. "
        "Here: preset != absent and 1 ⟨/⟩ (heads - 8) > 1"
    )


def ordered(sort: str, *runs: Run) -> list[str]:
    found = [facts(run) for run in runs]
    return [item.summary.name for item in selection.select(found, Fields(), sort=sort)]


def test_runs_are_sorted_by_several_fields_with_absent_values_last(three: tuple[Run, Run, Run]) -> None:
    """In both directions; what is equal stays in its order."""
    assert ordered("accuracy", *three) == ["cnn", "best", "halted"]
    assert ordered("-accuracy", *three) == ["best", "cnn", "halted"]
    assert ordered("heads", *three) == ordered("-heads", *three) == ["best", "cnn", "halted"]
    assert ordered("preset,-images_seen", *three) == ["cnn", "halted", "best"]
    assert ordered(" -preset , images_seen ", *three) == ["best", "halted", "cnn"]
    assert ordered("tags", *three) == ["cnn", "halted", "best"]
    assert ordered("seed", *three) == ordered("-seed", *three) == ["best", "cnn", "halted"]


@pytest.mark.parametrize("text", ["", ",", " , "])
def test_a_list_of_fields_names_one_at_least(text: str) -> None:
    """An empty one is a mistake in a script, not the wish to see nothing."""
    with pytest.raises(InputError, match=r"^--columns: names no field\. Name some, separated by commas"):
        selection.columns(text, Fields())
    with pytest.raises(InputError, match=r"^--sort: names no field"):
        selection.order(text, Fields())


def test_a_limit_keeps_the_first_of_an_order_and_else_the_newest(three: tuple[Run, Run, Run]) -> None:
    """What `head` and `tail` would keep of the list."""
    found = [facts(run) for run in three]
    assert selection.select(found, Fields(), sort="-accuracy", limit=1) == found[:1]
    assert selection.select(found, Fields(), limit=2) == found[1:]
    assert selection.select(found, Fields(), limit=0) == []
    assert selection.select(found, Fields(), limit=9) == found


def test_chosen_fields_stand_in_a_description_for_programs(three: tuple[Run, Run, Run]) -> None:
    """Beside what was always there; null where absent, whatever people read there."""
    chosen = selection.columns("heads,tags,heads,learning_rate", Fields())
    described = [selection.describe(facts(run), chosen) for run in three[:2]]
    assert described[0]["fields"] == {"heads": 8, "tags": ["good", "wide"], "learning_rate": 3e-4}
    assert described[1]["fields"] == {"heads": None, "tags": [], "learning_rate": 3e-4}
    assert described[0].keys() - {"fields"} == selection.describe(facts(three[0])).keys()
    assert described[0].keys() >= {field.name for field in dataclasses.fields(summary.Figures)} | {
        "disk",
        "tags",
        "note",
    }
    assert json.loads(json.dumps(described, allow_nan=False)) == described
