"""Probes fitted beside training: the same figures, whatever happens meanwhile, and a rule for when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.engine.gates import Gate
from tests.engine.test_train import begin, records, stable, weights
from vitdash.config import RunConfig
from vitdash.engine import checkpoint, probing
from vitdash.engine.checkpoint import Position
from vitdash.engine.datasets import Dataset
from vitdash.engine.moments import Moment
from vitdash.engine.prepare import prepare
from vitdash.engine.probes import Embedded
from vitdash.engine.probing import Probing
from vitdash.engine.stepping import Training
from vitdash.engine.train import train
from vitdash.errors import RunError
from vitdash.knob_tables import ProbeKnobs
from vitdash.run import machine
from vitdash.run.events import Event, Phase, Probed

pytestmark = pytest.mark.usefixtures("no_plugins")

Told = list[dict[str, Any]]


@pytest.fixture
def config(tiny: RunConfig) -> RunConfig:
    """Return a run of 22 batches with evaluations at 300, 600 and 700 images, its probes beside training."""
    changes = {"max_inputs": 700, "batch_size": 32, "progress_every_images": 100, "threads": 1}
    return tiny.replace(changes | {"probe_every": 1, "probe_beside": "yes"})


@pytest.fixture
def expected(config: RunConfig, dataset: Dataset) -> tuple[Told, torch.Tensor]:
    """Return what is recorded where training waits for each probe, and the weights at the end."""
    between = config.replace({"probe_beside": "no"})
    training = begin(between)
    return series(records(training, between, dataset)), weights(training)


def series(told: Told) -> Told:
    """Return what readers make of records: one series of each kind, in order."""
    return sorted((item for item in told if item["type"] != "Phase"), key=lambda item: str(item["type"]))


def saved_and_restored(training: Training, config: RunConfig, file: Path) -> Training:
    """Return a training that goes on where another one was saved."""
    position = Position(training.images_seen, seq=1, seconds=0.0, best_loss=1.0, config="")
    checkpoint.save(file, training, position, with_optimizer=True)
    other = begin(config.replace({"seed": 5}))
    checkpoint.restore(file, other, ends=config.ends)
    return other


def test_what_is_recorded_is_the_same(config: RunConfig, dataset: Dataset, expected: tuple[Told, torch.Tensor]) -> None:
    """Every record, to the last digit, and every weight; the place of a probe's among the others may differ."""
    training = begin(config)
    told = records(training, config, dataset)
    assert series(told) == expected[0]
    assert torch.equal(weights(training), expected[1])
    assert [item["images_seen"] for item in told if item["type"] == "Probed"] == [300, 600, 700]
    assert [item["name"] for item in told if item["type"] == "Phase"].count("probe_beside") == 2


@pytest.mark.parametrize("speed", ["slow", "fast"])
def test_left_anywhere_no_probe_is_lost_and_none_comes_twice(
    config: RunConfig,
    dataset: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected: tuple[Told, torch.Tensor],
    speed: str,
) -> None:
    """After each batch, through a file: whether nothing of the fit is there yet, or all of it, the run is the same."""
    patient = Probing.begin

    def at_once(self: Probing, knobs: ProbeKnobs) -> None:
        patient(self, knobs)
        list(self.wait())

    def never(self: Probing, knobs: ProbeKnobs) -> None:
        """Do nothing: it is still to be begun."""

    for leave_after in range(8, 24):
        monkeypatch.setattr(Probing, "begin", at_once if speed == "fast" else never)
        told: Told = []
        first = begin(config)
        moments = 0
        for item in train(first, config, dataset):
            if isinstance(item, Event):
                told.append(stable(item))
            moments += item is Moment.BATCH_DONE
            # While nothing is fitted, training comes no further than to the batch before the next probe.
            stuck = isinstance(item, Phase) and item.name == "probe" and first.probing is not None
            if moments == leave_after or stuck:
                break
        monkeypatch.setattr(Probing, "begin", patient)
        second = saved_and_restored(first, config, tmp_path / f"{leave_after}.pt")
        assert series(told + records(second, config, dataset)) == expected[0]
        assert torch.equal(weights(second), expected[1])


def test_a_checkpoint_amid_the_evaluation_after_which_a_fit_began_leaves_it_to_that_evaluation(
    config: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    """A checkpoint stands before the evaluation of its position, so one there and then knows of no probe."""
    Gate(tmp_path)
    gated = config.replace({"probes": ("gated",)})
    first = begin(gated)
    for item in train(first, gated, dataset):
        if isinstance(item, Phase) and item.name == "probe_beside":
            break
    assert first.probing is not None
    assert first.probing.images_seen == first.images_seen == 300
    assert saved_and_restored(first, gated, tmp_path / "c.pt").probing is None


def test_training_goes_on_meanwhile_up_to_the_next_probe(config: RunConfig, dataset: Dataset, tmp_path: Path) -> None:
    """It waits at the last batch before that: there is one fit at a time. What comes is of the network as it was."""
    gate = Gate(tmp_path)
    gated = config.replace({"probes": ("gated",)})
    at = []
    happenings = train(begin(gated), gated, dataset)
    for item in happenings:
        at += [item.images_seen] if isinstance(item, Event) and hasattr(item, "images_seen") else []
        if isinstance(item, Phase) and item.name == "probe" and at[-1] > 300:
            break
    # Nothing can be found before the gate is open: all this was training.
    assert at[-1] == 524
    assert 428 in at
    assert next(happenings) is Moment.BUSY
    gate.open()
    probed = [item for item in happenings if isinstance(item, Probed)]
    between = gated.replace({"probe_beside": "no"})
    assert [item.values for item in probed] == [
        item.values for item in train(begin(between), between, dataset) if isinstance(item, Probed)
    ]
    assert len({item.values["mean"] for item in probed}) == 3


def test_a_probe_that_fails_beside_training_costs_its_own_figures(
    config: RunConfig, dataset: Dataset, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is recorded at its own position, once, the other's stand, and training goes on."""
    Gate(tmp_path, act="raise KeyError('centre')").open()
    failing = config.replace({"probes": ("svc", "gated")})
    beside = records(begin(failing), failing, dataset)
    between = failing.replace({"probe_beside": "no"})
    assert series(beside) == series(records(begin(between), between, dataset))
    failed = [(item["images_seen"], item["message"]) for item in beside if item["type"] == "ProbeFailed"]
    assert failed == [(at, "KeyError: 'centre'") for at in (300, 600, 700)]
    assert "KeyError: 'centre'" in capfd.readouterr().err


def test_probes_whose_cadence_was_edited_while_a_run_was_stopped_are_not_lost(
    config: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    """The next may then be due right where the run goes on."""
    Gate(tmp_path).open()
    seldom = config.replace({"probes": ("gated",), "evaluate_every_images": 300})
    often = seldom.replace({"evaluate_every_images": 50})
    first = begin(seldom)
    for item in train(first, seldom, dataset):
        if item is Moment.BATCH_DONE and first.images_seen == 364:
            break
    first.probing = probing.restored(_state(300, first.model.linear.in_features))
    second = saved_and_restored(first, seldom, tmp_path / "c.pt")
    probed = [item.images_seen for item in train(second, often, dataset) if isinstance(item, Probed)]
    assert probed[:2] == [300, 364]


def _state(images_seen: int, size: int) -> dict[str, Any]:
    part = {"embedding": torch.ones(6, size), "labels": torch.arange(6)}
    return {"images_seen": images_seen, "validation": part, "train": part}


def test_what_is_fitted_to_comes_back_from_a_file_as_it_was(config: RunConfig, tmp_path: Path) -> None:
    """To the bit, and as little to be changed as before."""
    training = begin(config)
    training.images_seen = 320
    draws = np.random.default_rng(0)
    parts = [Embedded(draws.normal(size=(9, 4)).astype(np.float32), draws.integers(0, 3, 9)) for _ in range(2)]
    training.probing = Probing(300, parts[0], parts[1])
    found = saved_and_restored(training, config, tmp_path / "c.pt").probing
    assert found is not None
    assert found.images_seen == 300
    for kept, part in zip((found.validation, found.train), parts, strict=True):
        assert np.array_equal(kept.embedding, part.embedding)
        assert np.array_equal(kept.labels, part.labels)
        with pytest.raises(ValueError, match="read-only"):
            kept.embedding[0] = 0


@pytest.mark.parametrize(
    "altered",
    [
        {"images_seen": 1.5},
        {"validation": {}},
        {"validation": {"embedding": torch.ones(6, 4), "labels": torch.arange(6), "more": 1}},
        {"train": {"embedding": torch.ones(6, 4), "labels": torch.arange(5)}},
        {"train": {"embedding": torch.ones(6), "labels": torch.arange(6)}},
        {"train": {"embedding": torch.ones(6, 4).double(), "labels": torch.arange(6)}},
        {"train": {"embedding": "text", "labels": torch.arange(6)}},
        {"train": [1, 2]},
    ],
)
def test_a_checkpoint_whose_probe_is_none_is_refused_in_one_sentence(
    config: RunConfig, tmp_path: Path, altered: dict[str, Any]
) -> None:
    """It may come from anyone."""
    training = begin(config)
    training.images_seen = 320
    training.probing = probing.restored(_state(300, 4))
    file = tmp_path / "c.pt"
    saved_and_restored(training, config, file)
    content = torch.load(file, weights_only=True)
    content["probing"] |= altered
    torch.save(content, file)
    with pytest.raises(RunError, match="not a checkpoint of this run") as caught:
        checkpoint.restore(file, training, ends=config.ends)
    assert "\n" not in str(caught.value)


def test_training_goes_on_beside_where_a_core_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a GPU training needs one, on a CPU one for each thread; what is asked for is done."""
    monkeypatch.setattr(machine, "cores", lambda: 2)
    monkeypatch.setattr(probing, "find_spec", lambda _: None)
    assert probing.decide("auto", "cpu", 2, ("svc",)) == "no"
    assert probing.decide("auto", "cpu", 1, ("svc",)) == "yes"
    assert probing.decide("auto", "cuda", 2, ("svc",)) == "yes"
    assert probing.decide("yes", "cpu", 2, ("svc",)) == "yes"
    assert probing.decide("no", "cuda", 2, ("svc",)) == "no"
    monkeypatch.setattr(machine, "cores", lambda: 1)
    assert probing.decide("auto", "cuda", 1, ("svc",)) == "no"


@pytest.mark.parametrize(("cores", "decided"), [(1, "no"), (2, "yes")])
def test_it_is_decided_once(config: RunConfig, monkeypatch: pytest.MonkeyPatch, cores: int, decided: str) -> None:
    """Before the first step; a later life finds the decision, whatever its machine is like."""
    monkeypatch.setattr(machine, "cores", lambda: cores)
    monkeypatch.setattr(probing, "find_spec", lambda _: None)
    first = prepare(config.replace({"probe_beside": "auto"}), lambda *_: None, lambda: False).config
    assert first.probe.probe_beside == decided
    monkeypatch.setattr(machine, "cores", lambda: 3 - cores)
    assert prepare(first, lambda *_: None, lambda: False).config.probe.probe_beside == decided


def test_left_alone_only_what_is_known_to_disturb_nothing_is_fitted_beside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A probe from outside may draw where dropout draws; Intel's classifier would hold training up, beside or not."""
    monkeypatch.setattr(machine, "cores", lambda: 8)
    monkeypatch.setattr(probing, "find_spec", lambda _: None)
    Gate(tmp_path)
    assert probing.decide("auto", "cpu", 1, ("svc", "gated")) == "no"
    assert probing.decide("yes", "cpu", 1, ("svc", "gated")) == "yes"
    monkeypatch.setattr(probing, "find_spec", lambda name: name if name == "sklearnex" else None)
    assert probing.decide("auto", "cpu", 1, ("svc",)) == "no"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("execution", ["captured", "eager"])
def test_on_a_gpu_what_is_recorded_is_the_same(config: RunConfig, dataset: Dataset, execution: str) -> None:
    """A thread beside captured steps changes none of them."""
    told = []
    for beside in ("yes", "no"):
        chosen = config.replace({"device": "cuda", "execution": execution, "probe_beside": beside})
        training = begin(chosen)
        told.append((series(records(training, chosen, dataset.to(torch.device("cuda")))), weights(training)))
    assert told[0][0] == told[1][0]
    assert torch.equal(told[0][1], told[1][1])
