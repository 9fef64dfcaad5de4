"""The form's estimate: a time only where one was measured, and always from which run."""

from __future__ import annotations

import pytest

from vitdash import presets
from vitdash.run import machine
from vitdash.run.estimate import Measured, estimate

CNN = presets.load("cnn")
VIT = presets.load("vit-l8-h8")


def test_without_a_run_like_it_there_is_no_time() -> None:
    """Never a false number."""
    assert estimate(CNN, []).seconds is None
    assert estimate(CNN, [Measured(VIT, 340, 0, 0)]) == estimate(CNN, [])
    assert estimate(CNN, []).source == "no run like this was measured yet"


def test_the_same_network_gives_the_time_with_what_is_not_training() -> None:
    """Another seed and another length are the same work; evaluations are scaled by how many there are."""
    run = Measured(CNN.replace({"seed": 4, "max_inputs": 600_000}), 1000, 700, 600_000, "first")
    found = estimate(CNN.replace({"max_inputs": 1_200_000}), [run])
    assert found.seconds == pytest.approx(1200 + 200)
    assert found.source == "as in first: 1,000/s"


def test_a_short_run_does_not_inflate_a_long_one() -> None:
    """The one evaluation at the end of a short run is one of 34, not of a hundred times as many."""
    run = Measured(CNN.replace({"max_inputs": 20_000}), 1000, 30, 20_000, "short")
    assert estimate(CNN, [run]).seconds == pytest.approx(2000 + 34 * 10)


def test_what_was_different_is_said() -> None:
    """A pace with another batch size is a hint, and named as one."""
    run = Measured(CNN.replace({"batch_size": 256, "optimizer": "sgd"}), 2000, 0, 0, "wide")
    found = estimate(CNN, [run])
    assert found.seconds == pytest.approx(1000)
    assert found.source == "as in wide: 2,000/s with batch size 256"


def test_the_run_most_like_it_counts_and_of_equals_the_last() -> None:
    """Machines change; the batch size matters more."""
    runs = [Measured(CNN, 900, 0, 0, "old"), Measured(CNN, 1000, 0, 0, "new")]
    other = Measured(CNN.replace({"batch_size": 8}), 10, 0, 0, "other")
    assert estimate(CNN, [*runs, other]).source == "as in new: 1,000/s"


def test_another_size_of_the_network_is_a_fact_and_no_time() -> None:
    """Parameters are no measure of time: a wider last layer costs nothing, another convolution much."""
    found = estimate(CNN.replace({"width": 64}), [Measured(CNN, 947, 0, 0, "cnn")])
    assert found.seconds is None
    assert found.source == "none like it measured yet; cnn (2,002,698 parameters): 947/s"


def test_another_device_is_no_measure_and_an_open_one_says_which_it_was() -> None:
    """What `auto` will be is not known here, so the device that was measured is named."""
    cpu = Measured(CNN.replace({"device": "cpu"}), 947, 0, 0, "cnn")
    assert estimate(CNN, [cpu]).source == "as in cnn: 947/s on cpu"
    assert estimate(CNN.replace({"device": "cpu"}), [cpu]).source == "as in cnn: 947/s"
    assert estimate(CNN.replace({"device": "cuda"}), [cpu]).seconds is None


def test_other_threads_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """None stated is one for each core."""
    monkeypatch.setattr(machine, "cores", lambda: 2)
    one, two = (Measured(CNN.replace({"threads": threads}), 300 * threads, 0, 0, "cnn") for threads in (1, 2))
    assert estimate(CNN, [two]).source == "as in cnn: 600/s"
    assert estimate(CNN, [one]).source == "as in cnn: 300/s with threads 1"
