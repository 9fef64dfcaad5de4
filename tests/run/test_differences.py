"""In which knobs runs differ, and what keeps them from being compared."""

from __future__ import annotations

from hypothesis import given

from tests.configurations import CONFIGURATIONS
from tests.harmless import is_harmless
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run.differences import Difference, differences, not_comparable

CNN, RN18 = presets.load("cnn"), presets.load("rn18")


def test_only_what_differs_is_named() -> None:
    """With a text for each run; what changes no result comes last."""
    seeded = CNN.replace({"seed": 3, "threads": 2, "learning_rate": 0.25})
    assert differences([CNN, seeded, CNN]) == [
        Difference("learning rate", ("0.0003", "0.25", "0.0003")),
        Difference("seed", ("0", "3", "0")),
        Difference("threads", ("0", "2", "0"), affects_result=False),
    ]
    assert differences([CNN, CNN]) == []
    assert differences([]) == []


def test_knobs_that_one_does_not_have_are_told_from_values() -> None:
    """Another architecture has others; a knob without effect is as good as none."""
    found = {item.name: item.texts for item in differences([CNN, RN18])}
    assert found["architecture"] == (CNN.model.title, RN18.model.title)
    assert found["kernel"] == ("3", "-")
    smooth = CNN.replace({"loss": "cross-entropy"})
    assert {item.name: item.texts for item in differences([CNN, smooth])}["label smoothing"] == ("-", "0")


@given(CONFIGURATIONS)
def test_any_configurations_can_be_compared(config: RunConfig) -> None:
    """Each difference has a text for every run, none of which could drive a terminal."""
    for item in differences([CNN, config, CNN]):
        assert len(item.texts) == 3
        assert item.texts[0] == item.texts[2]
        assert all(is_harmless(text) for text in item.texts)
    assert differences([config] * 3) == []


def test_what_keeps_runs_from_being_compared_is_said() -> None:
    """Other data, another length, no figures at all; nothing where all is well."""
    digits = CNN.replace({"dataset": "digits"})
    assert not_comparable(["a", "b"], [CNN, RN18], [1000, 1000]) == []
    assert not_comparable(["a", "b", "c"], [CNN, digits, CNN], [1000, 2000, 0]) == [
        "They learn different data: fashion-mnist and digits. No figure of one is better or worse than another's.",
        "Not evaluated yet: c.",
        "Evaluated after 1,000 to 2,000 images, which favours the longer ones.",
    ]
