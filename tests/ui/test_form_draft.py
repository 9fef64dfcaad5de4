"""The form's draft: what is typed is a configuration or a sentence, and nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.configurations import CONFIGURATIONS
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.knob_tables import TABLES
from vitdash.knobs import knobs_of, written
from vitdash.ui.form import rows
from vitdash.ui.form.draft import NAME, Draft, options


@pytest.fixture
def draft() -> Draft:
    """Return a draft of the transformer, nothing typed yet."""
    return Draft(presets.load("vit-l8-h8"))


def test_a_draft_that_nobody_touched_is_its_preset(draft: Draft) -> None:
    """Nothing is changed, nothing is wrong, and leaving loses nothing."""
    assert draft.config == presets.load("vit-l8-h8")
    assert not draft.touched
    assert draft.changes == []
    assert draft.problems == {}


def test_every_knob_of_every_table_is_a_row(draft: Draft) -> None:
    """The knobs' declarations are the only list of options there is."""
    shown = [row.key for section in rows.sections(draft) for row in section.rows][2:]
    assert shown == [key for name in TABLES for key in knobs_of(type(getattr(draft.base, name)))]


def test_a_typed_value_is_the_configuration_s(draft: Draft) -> None:
    """As `--set` would have it."""
    draft.type("max_inputs", "20,000")
    draft.type("learning_rate", "1e-3")
    assert draft.config == draft.base.replace({"max_inputs": 20_000, "learning_rate": 0.001})
    assert draft.changes == ["learning_rate", "max_inputs"]
    assert draft.touched


@pytest.mark.parametrize(
    ("key", "text", "table"), [("batch_size", "0", "train"), ("dropout", "2", "model"), ("heads", "3", "model")]
)
def test_a_wrong_value_is_told_as_the_preset_file_would_be(draft: Draft, key: str, text: str, table: str) -> None:
    """One sentence for a mistake, wherever it is made; across fields it stands at the knob concerned."""
    draft.type(key, text)
    architecture = 'architecture = "vit"\n' if table == "model" else ""
    head = "" if architecture else '[model]\narchitecture = "vit"\n'
    with pytest.raises(InputError) as told:
        presets.parse(f"{head}[{table}]\n{architecture}{key} = {text}\n", "here", "here")
    assert draft.config is None
    assert f"{key}: {draft.problems[key]}" in str(told.value).replace(
        f"{text} is not allowed", f"'{text}' is not allowed"
    )


def test_all_wrong_values_are_told_at_once_and_each_goes_away_by_itself(draft: Draft) -> None:
    """Whoever corrects one still sees the other."""
    draft.type("batch_size", "many")
    draft.type("optimizer", "sdg")
    assert set(draft.problems) == {"batch_size", "optimizer"}
    assert "Did you mean 'sgd'?" in draft.problems["optimizer"]
    draft.type("optimizer", "sgd")
    assert set(draft.problems) == {"batch_size"}
    draft.reset("batch_size")
    assert draft.config == draft.base.replace({"optimizer": "sgd"})


def test_the_beginning_of_a_choice_is_completed_on_leaving(draft: Draft) -> None:
    """One letter is enough where one choice begins with it; where two do, it stays wrong."""
    draft.type("optimizer", "s")
    draft.settle("optimizer")
    assert draft.value("optimizer") == "sgd"
    draft.type("optimizer", "ad")
    draft.settle("optimizer")
    assert "optimizer" in draft.problems


def test_a_knob_without_effect_says_what_it_needs_and_keeps_what_was_typed(draft: Draft) -> None:
    """Going there and back loses nothing, and what has no effect is in no configuration."""
    draft.type("optimizer", "sgd")
    draft.type("momentum", "0.5")
    draft.type("optimizer", "adamw")
    assert draft.config == draft.base
    assert rows.row_of(rows.sections(draft), "momentum").idle == "needs optimizer sgd"  # type: ignore[union-attr]
    draft.type("optimizer", "sgd")
    assert draft.config == draft.base.replace({"optimizer": "sgd", "momentum": 0.5})


def test_a_cloned_run_marks_only_what_is_changed_of_it() -> None:
    """Against the run, not against its preset."""
    run = presets.load("cnn").replace({"seed": 5, "width": 16})
    draft = Draft(run, run, "again")
    assert draft.changes == []
    draft.type("seed", "6")
    assert draft.changes == ["seed"]
    row = rows.row_of(rows.sections(draft), "seed")
    assert row is not None
    assert (row.shown, row.before, row.changed) == ("6", "5", True)
    draft.reset("seed")
    assert draft.config == run
    assert not draft.touched


def test_another_preset_keeps_what_was_changed_beside_the_model_and_says_so(draft: Draft) -> None:
    """The model is the preset's own: its sizes are why it was chosen."""
    draft.type("seed", "7")
    draft.type("heads", "4")
    cnn = presets.load("cnn")
    kept = draft.begin_from(cnn)
    assert (kept.kept, kept.dropped) == (("seed",), ("heads",))
    assert draft.config == cnn.replace({"seed": 7})
    assert draft.name == "cnn"


def test_a_name_that_no_run_may_have_is_told_at_the_name(draft: Draft) -> None:
    """The sentence is the command's."""
    draft.type(NAME, "a b")
    assert draft.config is None
    assert draft.problems[NAME].startswith("a run cannot be called 'a b'.")


def test_words_filter_the_rows_by_name_and_help(draft: Draft) -> None:
    """Sections without a row go too."""
    found = rows.fitting(rows.sections(draft), "weights decay")
    assert [row.key for section in found for row in section.rows] == ["weight_decay"]
    assert rows.fitting(rows.sections(draft), "nothing of the kind") == []
    assert rows.fitting(rows.sections(draft), " ") == rows.sections(draft)


@given(config=CONFIGURATIONS, data=st.data())
def test_any_configuration_can_be_typed_over_its_architecture_s_defaults(
    config: RunConfig, data: st.DataObject
) -> None:
    """Value by value, in any order: the texts of a form say all that a configuration can."""
    bare = RunConfig(description=config.description, model=type(config.model)())
    draft = Draft(bare, name="a-name")
    values = [(knob, value) for _, knob, value in config.knobs()]
    for knob, value in data.draw(st.permutations(values)):
        draft.type(knob.name, written(value))
        draft.settle(knob.name)
    assert draft.config is not None
    assert list(draft.config.knobs()) == list(config.knobs())


def test_options_of_a_list_are_none_each_and_all() -> None:
    """A list of one probe has two."""
    assert options(knobs_of(type(presets.load("cnn").probe))["probes"]) == ("", "svc")
