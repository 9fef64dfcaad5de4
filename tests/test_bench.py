"""The benchmarks run: what they print is nobody's business here, for speed is never tested."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.bench import accuracy, growth, rounding, suite
from tests.bench.figures import figure, in_turn, ratios, write
from vitdash.engine.prepare import prepare


def test_a_part_of_the_suite_gives_figures_that_can_be_printed_and_written(tmp_path: Path) -> None:
    """Each has its spread and number, and the file says what it was measured on."""
    figures = list(suite.PARTS["augment"](True))
    assert [item.n > 1 and item.quartiles[0] <= item.median <= item.quartiles[1] for item in figures] == [True]
    assert "torchvision's loop ÷ ours" in figures[0].line
    write(tmp_path / "figures.json", figures)
    content = json.loads((tmp_path / "figures.json").read_text())
    assert "torch" in content["measured_on"]
    assert content["figures"][0]["median"] == figures[0].median


def test_a_ratio_is_the_median_of_pairs_and_not_a_ratio_of_medians() -> None:
    """A machine that slows down for a while slows both of a pair."""
    found = ratios("part", "name", ours=[1.0, 10.0, 2.0], theirs=[2.0, 20.0, 2.0])
    assert found.median == 2.0
    assert figure("part", "name", [3.0]).quartiles == (3.0, 3.0)


def test_candidates_take_turns_and_warm_up_uncounted() -> None:
    """Two rounds before the first that counts."""
    order: list[str] = []
    ticks = iter(range(100))
    seconds = in_turn({name: partial(order.append, name) for name in ("a", "b")}, 3, lambda: next(ticks))
    assert order == ["a", "b"] * 5
    assert seconds == {"a": [1] * 3, "b": [1] * 3}


def test_an_exponent_is_that_of_the_law_and_the_steepest_step_is_found() -> None:
    """A quadratic has 2; where it turns cubic is said."""
    sizes = [1.0, 2.0, 4.0, 8.0]
    assert growth.exponent(sizes, [3 * size**2 for size in sizes]) == pytest.approx(2)
    most, at = growth.steepest(sizes, [1.0, 2.0, 4.0, 32.0])
    assert most == pytest.approx(3)
    assert at == 8.0


def test_what_reads_logs_is_measured_without_training(tmp_path: Path) -> None:
    """The calls that growth is measured with do what they say."""
    calls = growth.events(tmp_path)
    assert list(calls) == [1_000, 10_000, 100_000]
    calls[1_000]()


def test_products_are_rounded_as_a_gpu_rounds_them() -> None:
    """Operands to ten bits, forward and backward; sums are not."""
    assert rounding.to_tf32(torch.tensor([1.0, 1 + 2**-10, 1 + 2**-11, 1 + 2**-12])).tolist() == [
        1,
        1 + 2**-10,
        1 + 2**-10,
        1,
    ]
    layer = nn.Linear(1, 1)
    weight, bias = layer.weight, layer.bias
    nn.init.constant_(weight, 1 + 2**-12)
    nn.init.constant_(bias, 2**-12)
    rounding.round_products(layer)
    given = torch.tensor([[3 + 2**-12]], requires_grad=True)
    answer = layer(given)
    assert answer.item() == 3 + 2**-12
    answer.backward(torch.tensor([[1 + 2**-13]]))
    assert weight.grad is not None
    assert given.grad is not None
    assert (weight.grad.item(), given.grad.item()) == (3, 1)


def test_plain_and_fast_ways_learn_the_same_from_the_same_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """What accuracies are compared with has none of our layers and no fused optimiser, and agrees to rounding."""
    monkeypatch.delenv("VITDASH_TEST_DATA", raising=False)
    prepared = prepare(accuracy.configure("cnn", 128, 0, "plain"), lambda *_: None, lambda: False)
    ours = [type(layer).__module__ for layer in prepared.training.model.encoder.modules()]
    accuracy.make_plain(prepared.training, prepared.config)
    plain = [type(layer).__module__ for layer in prepared.training.model.encoder.modules()]
    assert any(name.startswith("vitdash") for name in ours)
    assert not any(name.startswith("vitdash") for name in plain)
    assert isinstance(prepared.training.optimizer, torch.optim.AdamW)
    found = [accuracy.learn(accuracy.configure("cnn", 256, 1, way), plain=way == "plain") for way in ("plain", "fast")]
    assert found[0] == pytest.approx(found[1], abs=1e-2)
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-4)
