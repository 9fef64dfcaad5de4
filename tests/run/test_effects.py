"""Which knob matters is told from runs that differ in it alone; where there are none, that is said."""

from __future__ import annotations

import pytest

from tests.run.seeded import ended, seeds
from vitdash.export.rows import Row
from vitdash.run.effects import Effect, Level, cost, effects, front
from vitdash.run.groups import gather


def grid(values: dict[tuple[float, int], float]) -> list[Row]:
    """Return two seeds of a run for each learning rate and batch size, around an accuracy."""
    runs = []
    for (rate, batch), accuracy in values.items():
        knobs = {"learning_rate": rate, "batch_size": batch}
        runs += seeds(f"{rate}-{batch}", [accuracy - 0.001, accuracy + 0.001], knobs=knobs)
    return runs


def by_knob(runs: list[Row], metric: str = "accuracy") -> dict[str, Effect]:
    return {effect.knob: effect for effect in effects(gather(runs), metric)}


def test_the_mean_of_each_value_is_over_the_groups_that_have_it() -> None:
    runs = grid({(0.001, 32): 0.9, (0.001, 64): 0.91, (0.0001, 32): 0.80, (0.0001, 64): 0.81})
    found = by_knob(runs)
    assert list(found) == ["learning_rate", "batch_size"]
    rate = found["learning_rate"]
    assert rate.levels == (Level(0.0001, pytest.approx(0.805), 2, 4), Level(0.001, pytest.approx(0.905), 2, 4))  # type: ignore[arg-type]
    assert (rate.matched, rate.compared, rate.significant) == (True, 2, 2)
    assert rate.range == pytest.approx(0.1)
    assert found["batch_size"].significant == 2


def test_a_difference_within_the_seeds_is_no_effect() -> None:
    runs = [*seeds("a", [0.9, 0.92, 0.91]), *seeds("b", [0.915, 0.9, 0.91], knobs={"batch_size": 32})]
    (effect,) = effects(gather(runs), "accuracy")
    assert (effect.knob, effect.compared, effect.significant) == ("batch_size", 1, 0)


def test_one_seed_of_each_is_compared_with_nothing() -> None:
    (effect,) = effects(gather([ended("a", 0.9), ended("b", 0.8, knobs={"batch_size": 32})]), "accuracy")
    assert (effect.matched, effect.compared) == (True, 0)
    assert effect.range == pytest.approx(0.1)


def test_where_a_value_was_tried_only_here_it_is_compared_only_here() -> None:
    """The second batch size saw one learning rate: the other rate's groups must not count against it."""
    found = by_knob(grid({(0.001, 32): 0.9, (0.001, 64): 0.92, (0.0001, 32): 0.1}))
    assert found["batch_size"].matched
    assert [level.groups for level in found["batch_size"].levels] == [1, 1]
    assert found["batch_size"].range == pytest.approx(0.02)


def test_knobs_that_change_together_are_not_told_apart() -> None:
    found = by_knob(grid({(0.001, 32): 0.9, (0.0001, 64): 0.8}))
    assert [effect.matched for effect in found.values()] == [False, False]
    assert {effect.compared for effect in found.values()} == {0}


def test_an_architecture_is_compared_with_the_knobs_that_only_it_has() -> None:
    """A transformer's heads do not keep it from being compared with a network that has none; its learning rate does."""
    runs = [*seeds("c", [0.9, 0.91]), *seeds("c2", [0.88, 0.89], knobs={"learning_rate": 0.01})]
    for heads in (8, 16):
        for rate in (0.0003, 0.01):
            knobs = {"heads": heads, "learning_rate": rate}
            runs += seeds(f"v{heads}-{rate}", [0.8 + heads / 1000, 0.81], preset="vit-l4-h8", knobs=knobs)
    found = by_knob(runs)
    assert found["architecture"].matched
    assert [(level.value, level.groups) for level in found["architecture"].levels] == [("cnn", 2), ("vit", 4)]
    assert [level.groups for level in found["heads"].levels] == [2, 2]
    assert found["learning_rate"].compared == 3


def test_groups_on_different_data_say_nothing_of_knobs() -> None:
    assert effects(gather([ended("a", 0.9), ended("b", 0.8, knobs={"dataset": "digits"})]), "accuracy") == []


def test_lengths_are_compared_where_each_was_trained_to_its_end() -> None:
    runs = [ended("a", 0.9), ended("b", 0.95, at=40_000, knobs={"max_inputs": 40_000})]
    (effect,) = effects(gather(runs), "accuracy")
    assert (effect.knob, effect.matched) == ("max_inputs", True)


def test_the_front_is_what_nothing_beats_for_its_cost() -> None:
    runs = [
        ended("fast", 0.80, seconds=10),
        ended("slow", 0.90, seconds=100, knobs={"batch_size": 8}),
        ended("worse", 0.85, seconds=200, knobs={"batch_size": 16}),
        ended("same", 0.90, seconds=100, knobs={"batch_size": 32}),
        ended("waits", None, knobs={"batch_size": 128}),
    ]
    groups = gather(runs)
    assert [group.members[0].id for group in front(groups, "accuracy", "seconds")] == ["fast", "slow", "same"]
    assert [group.members[0].id for group in front(groups, "validation_loss", "seconds")] == ["fast", "slow", "same"]
    assert {group.members[0].id for group in front(groups, "accuracy", "parameters")} == {"slow", "same"}
    assert cost(groups[0], "seconds") == 10
    assert front(groups, "recall", "seconds") == []
