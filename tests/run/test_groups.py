"""Runs that differ only in seed are one; what they came to is put together honestly, and the best is one that is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.configurations import CONFIGURATIONS
from tests.run.seeded import ended, seeds
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run import groups
from vitdash.run.groups import best_supported, differing, gather, judge, key_of
from vitdash.statistics import welch

FAR, NEAR, LOW = [0.90, 0.91, 0.92], [0.905, 0.915, 0.89], [0.70, 0.71, 0.72]


def test_runs_that_differ_only_in_seed_are_one_group() -> None:
    """Names, colours, threads and cadences change nothing; whatever changes the result makes another group."""
    same = [
        *seeds("a", FAR),
        ended("b", 0.9, name="other", knobs={"seed": 7, "threads": 1, "probe_every": 0, "data_dir": "/elsewhere"}),
    ]
    other = [ended("c", 0.9, knobs={"learning_rate": 0.001}), ended("d", 0.9, knobs={"max_inputs": 40_000})]
    found = gather([*same, *other])
    assert [[member.id for member in group.members] for group in found] == [["a-0", "a-1", "a-2", "b"], ["c"], ["d"]]


@settings(max_examples=30, deadline=None)
@given(CONFIGURATIONS, st.integers(0, 2**53), st.integers(1, 1_048_576))
def test_the_seed_is_all_that_a_key_leaves_out(config: RunConfig, seed: int, batch_size: int) -> None:
    other = replace(config, train=replace(config.train, seed=seed))
    assert key_of(other) == key_of(config)
    assert (other.fingerprint() == config.fingerprint()) is (seed == config.train.seed)
    other = replace(config, train=replace(config.train, batch_size=batch_size))
    assert (key_of(other) == key_of(config)) is (batch_size == config.train.batch_size)


def test_one_seed_counts_once_however_often_it_was_trained() -> None:
    """The same seed gives the same result: counting it twice would make chance look small."""
    (group,) = gather([*seeds("a", FAR), ended("again", 0.92, knobs={"seed": 2})])
    assert [member.id for member in group.counted] == ["a-0", "a-1", "again"]
    found = group.spread("accuracy")
    assert found is not None
    assert (found.n, found.least, found.most) == (3, 0.90, 0.92)
    assert found.mean == pytest.approx(0.91)


def test_which_run_of_a_seed_counts_is_no_matter_of_the_order_they_are_named_in() -> None:
    """The newest, by the date in its id: else the order of a command's words would choose among figures."""
    first, second = ended("a-20260101-000000-zzzz", 0.9), ended("b-20260102-000000-aaaa", 0.8)
    for runs in ([first, second], [second, first]):
        (group,) = gather(runs)
        assert group.values("accuracy") == [0.8]
        assert group.told == "1 of 2"


def test_a_run_that_is_halfway_does_not_count_with_those_at_the_end() -> None:
    halfway = ended("half", 0.5, at=5_000, knobs={"seed": 3})
    (group,) = gather([halfway, *seeds("a", FAR), ended("waits", None, knobs={"seed": 4})])
    assert (len(group.members), len(group.counted), group.evaluated_at) == (5, 3, 20_000)
    assert group.values("accuracy") == FAR


def test_a_figure_that_some_seeds_lack_is_that_of_the_others() -> None:
    some = [ended("a", 0.9, more={"svc": 0.91}), ended("b", 0.9, knobs={"seed": 1})]
    (group,) = gather(some)
    assert (group.values("svc"), group.values("accuracy"), group.spread("nothing")) == ([0.91], [0.9, 0.9], None)


def test_the_best_is_best_only_where_chance_does_not_explain_it() -> None:
    """A lead within the noise is no lead: the reference's author took such ones for results."""
    clear = gather([*seeds("a", FAR), *seeds("b", LOW, preset="vit-l4-h8")])
    assert best_supported(clear, "accuracy") is clear[0]
    noise = gather([*seeds("a", FAR), *seeds("b", NEAR, preset="vit-l4-h8"), *seeds("c", LOW, preset="rn18")])
    assert best_supported(noise, "accuracy") is None
    assert [item.verdict for item in judge(noise, "accuracy")] == ["leading", "noise", "behind"]
    assert judge(noise, "accuracy")[1].p == welch(FAR, NEAR)
    assert judge(noise, "accuracy")[0].p == welch(FAR, NEAR)


def test_the_best_single_run_is_lucky_where_its_group_has_not_the_best_mean() -> None:
    """Who looks at single runs takes it for the best. Of the leading group it is nothing to speak of."""
    found = gather([*seeds("a", [0.90, 0.91, 0.92]), *seeds("b", [0.80, 0.86, 0.95], preset="vit-l4-h8")])
    lucky = groups.lucky(found, "accuracy")
    assert lucky is not None
    assert (lucky[0].id, lucky[1].members[0].id) == ("b-2", "b-0")
    assert groups.lucky(gather([*seeds("a", FAR), *seeds("b", LOW, preset="vit-l4-h8")]), "accuracy") is None
    assert groups.lucky(gather(seeds("a", FAR)), "accuracy") is None
    least = groups.lucky(found, "validation_loss")
    assert least is not None
    assert least[0].id == "b-2"


def test_the_lowest_loss_leads() -> None:
    found = gather([*seeds("b", LOW, preset="vit-l4-h8"), *seeds("a", FAR)])
    assert [item.verdict for item in judge(found, "validation_loss")] == ["behind", "best"]


def test_one_seed_says_nothing() -> None:
    found = gather([ended("a", 0.99), *seeds("b", LOW, preset="vit-l4-h8")])
    assert [item.verdict for item in judge(found, "accuracy")] == ["leading", "unknown"]
    assert best_supported(found, "accuracy") is None


@pytest.mark.parametrize(
    "other",
    [
        {"preset": "vit-l4-h8", "at": 40_000, "knobs": {"max_inputs": 40_000}},
        {"knobs": {"dataset": "digits"}},
    ],
    ids=["length", "data"],
)
def test_groups_of_other_length_or_data_are_no_competitors(other: dict[str, object]) -> None:
    """More images make figures better, and another data set makes them something else."""
    found = gather([*seeds("a", FAR), *seeds("b", LOW, **other)])
    assert best_supported(found, "accuracy") is None
    assert {item.verdict for item in judge(found, "accuracy")} == {""}


def test_of_a_plug_in_s_figure_nobody_knows_which_way_is_better() -> None:
    found = gather([*seeds("a", FAR, more={"recall": 0.5}), *seeds("b", LOW, preset="rn18", more={"recall": 0.9})])
    assert groups.metrics(found) == ["validation_loss", "accuracy", "recall"]
    assert best_supported(found, "recall") is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("deep", "deep", "deep"), "deep"),
        (("deep-0", "deep-1", "deep-10"), "deep"),
        (("deep-seed-0", "deep-seed-1"), "deep"),
        (("one", "two"), "cnn"),
    ],
)
def test_a_group_is_called_what_its_runs_names_have_in_common(names: tuple[str, ...], expected: str) -> None:
    (group,) = gather(ended(f"{seed}", 0.9, name=name, knobs={"seed": seed}) for seed, name in enumerate(names))
    assert group.name == expected


def test_groups_that_are_called_the_same_are_told_apart_by_their_knobs() -> None:
    found = gather([ended("a", 0.9, knobs={"learning_rate": 0.001}), ended("b", 0.9), ended("c", 0.9, preset="rn18")])
    assert [group.name for group in found] == ["cnn, learning_rate 0.001", "cnn, learning_rate 0.0003", "rn18"]
    many = {"learning_rate": 0.001, "weight_decay": 0.1, "beta1": 0.8}
    found = gather([ended("a", 0.9, knobs={**many, "batch_size": 32}), ended("b", 0.9, knobs=many), ended("c", 0.9)])
    assert len({group.name for group in found}) == 3


def test_only_what_differs_is_told_of_configurations() -> None:
    found = gather([ended("a", 0.9, knobs={"learning_rate": 0.001}), ended("b", 0.9, preset="vit-l4-h8")])
    told = differing(found)
    assert next(iter(told.items())) == ("architecture", ["cnn", "vit"])
    assert told["heads"] == [None, 8]
    assert told["learning_rate"][0] == 0.001
    assert "seed" not in told
    assert "max_inputs" not in told


def test_keys_are_computed_once_for_whoever_keeps_them() -> None:
    keys: dict[str, str] = {}
    gather(seeds("a", FAR), keys)
    assert set(keys) == {"a-0", "a-1", "a-2"}
    keys["a-1"] = "other"
    assert len(gather(seeds("a", FAR), keys)) == 2


def test_no_runs_are_no_groups() -> None:
    assert gather([]) == []
    assert judge([], "accuracy") == []
    assert best_supported([], "accuracy") is None
    assert presets.load("cnn").fingerprint(without=()) == presets.load("cnn").fingerprint()
