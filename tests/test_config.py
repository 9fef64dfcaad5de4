"""A configuration is changed as a whole: what does not fit is refused, what does not apply goes, figures stay true."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.configurations import CONFIGURATIONS, values_of
from tests.harmless import is_harmless
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.knob_tables import OTHER_TABLES, TABLES
from vitdash.knobs import Value, knobs_of

VIT = presets.load("vit-l8-h8")
CNN = presets.load("cnn")


def changed(config: RunConfig, **texts: str) -> RunConfig:
    return config.replace(config.parse(texts))


@pytest.mark.parametrize(
    ("config", "texts", "message"),
    [
        (VIT, {"haeds": "4"}, "haeds: is no knob of ViT. Did you mean 'heads'?"),
        (CNN, {"heads": "4"}, "heads: is a knob of ViT, not of CNN."),
        (CNN, {"qqqq": "4"}, "qqqq: is no knob of CNN. Knobs: convolutions, width,"),
        (CNN, {"architecture": "vit"}, "architecture: is chosen by the preset, not by a knob. See: vitdash presets"),
        (VIT, {"heads": "7"}, "heads: 7 does not divide the hidden size of 256. Allowed: 1, 2, 4, 8, 16, 32, 64."),
        (VIT, {"heads": "x"}, "heads: 'x' is not allowed. Allowed: a whole number from 1 to 1,024."),
        (VIT, {"patch": "5"}, "patch: 5 does not divide the image side of 28. Allowed: 1, 2, 4, 7, 14, 28."),
        (CNN, {"momentum": "0.5"}, "momentum: has no effect while optimizer is adamw; it belongs to sgd."),
        (CNN, {"optimizer": "sgd", "beta1": "0.5"}, "beta1: has no effect while optimizer is sgd;"),
        (CNN, {"final_learning_rate": "1"}, "final_learning_rate: 1 is above the learning rate of 0.0003."),
        (CNN, {"dataset": "fashion-minst"}, "Did you mean 'fashion-mnist'? Allowed: fashion-mnist, mnist or digits."),
        (CNN, {"a\x1b[31mb": "1"}, "a [31mb: is no knob of CNN."),
    ],
)
def test_a_change_that_does_not_fit_is_refused_in_a_sentence(
    config: RunConfig, texts: dict[str, str], message: str
) -> None:
    """The knob comes first, then what is wrong, then what would do; nothing typed reaches the terminal raw."""
    with pytest.raises(InputError) as refused:
        changed(config, **texts)
    assert message in str(refused.value)
    assert is_harmless(str(refused.value))


def test_knobs_that_depend_on_each_other_can_be_changed_together() -> None:
    """The order of `--set` options does not matter: they are checked when all are in place."""
    assert changed(VIT, heads="3", hidden="48").model == changed(VIT, hidden="48", heads="3").model
    assert changed(CNN, momentum="0.5", optimizer="sgd").optim.momentum == 0.5


def test_a_knob_that_loses_its_effect_returns_to_its_default() -> None:
    """Nothing idle is carried along, or two configurations that compute the same would differ."""
    there = changed(CNN, optimizer="sgd", momentum="0.5")
    back = changed(there, optimizer="adamw")
    assert back.optim == CNN.optim
    assert back.fingerprint() == CNN.fingerprint()
    assert back.value("momentum") is None


@pytest.mark.parametrize("texts", [{"seed": "7"}, {"max_inputs": "60000"}, {"device": "cpu", "threads": "1"}, {}])
def test_reported_figures_stay_where_they_are_still_those_of_this_recipe(texts: dict[str, str]) -> None:
    """Another seed, length or device is another sample of the same experiment: comparing it is the point."""
    assert changed(VIT, **texts).reported == VIT.reported


@pytest.mark.parametrize(
    "texts", [{"heads": "4"}, {"learning_rate": "1e-3"}, {"dataset": "mnist"}, {"probes": ""}, {"batch_size": "32"}]
)
def test_reported_figures_go_when_the_recipe_changes(texts: dict[str, str]) -> None:
    """Figures beside a network or recipe they were not measured with would be a lie."""
    assert changed(VIT, **texts).reported is None


@given(st.data())
def test_the_fingerprint_is_equal_exactly_if_what_affects_the_result_is(data: st.DataObject) -> None:
    """It says "already done", so a knob that changes the result must change it, and no other may."""
    config = data.draw(CONFIGURATIONS)
    name = data.draw(st.sampled_from([name for name in OTHER_TABLES if name != "optim"]))
    declared = data.draw(st.sampled_from(list(knobs_of(OTHER_TABLES[name]).values())))
    table = dataclasses.replace(getattr(config, name), **{declared.name: data.draw(values_of(declared))})
    other = dataclasses.replace(config, **{name: table})
    assert (other.fingerprint() == config.fingerprint()) == (computed(other) == computed(config))


def computed(config: RunConfig) -> tuple[object, dict[str, Value]]:
    """Return everything that the result is a function of, asked of the declarations one by one."""
    values = {declared.name: value for _, declared, value in config.knobs() if declared.affects_result}
    return type(config.model), values


def test_the_fingerprint_tells_architectures_apart_that_have_equal_knobs() -> None:
    """A ResNet-18 and another network of the same code size are not the same run."""

    class Other(type(presets.load("rn18").model)):  # type: ignore[misc]
        name = "other"

    config = presets.load("rn18")
    assert dataclasses.replace(config, model=Other()).fingerprint() != config.fingerprint()


@given(CONFIGURATIONS)
def test_a_configuration_lists_each_knob_that_has_an_effect_once(config: RunConfig) -> None:
    """Forms, tables and files are built from this list: its tables exist and its values are JSON's and TOML's."""
    listed: list[tuple[str, Any]] = [(declared.name, value) for _, declared, value in config.knobs()]
    assert len({name for name, _ in listed}) == len(listed)
    assert {table for table, _, _ in config.knobs()} <= set(TABLES)
    assert all(config.value(name) == value for name, value in listed)
    json.dumps(listed, allow_nan=False)
    config.check()
