"""What code from outside hands to the engine is checked where it arrives, and told in a sentence."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.extending import examples
from vitdash import catalog, presets
from vitdash.architectures.cnn import ConvolutionalNetwork
from vitdash.catalog import DatasetFacts
from vitdash.config import RunConfig
from vitdash.engine import promises
from vitdash.engine.batches import TrainingBatches
from vitdash.engine.datasets import Dataset
from vitdash.engine.judge import Judge
from vitdash.engine.prepare import prepare
from vitdash.errors import RunError
from vitdash.run.events import Event, Probed, ProbeFailed

pytestmark = pytest.mark.usefixtures("no_plugins")

FACTS = DatasetFacts(print, "Mine", classes=2, image_size=4, train_images=6, validation_images=3)
GOOD = Dataset(
    torch.zeros(6, 1, 4, 4, dtype=torch.uint8),
    torch.tensor([0, 1, 0, 1, 0, 1]),
    torch.zeros(3, 1, 4, 4, dtype=torch.uint8),
    torch.tensor([0, 1, 0]),
    ("no", "yes"),
)
WRONG: dict[str, dict[str, Any]] = {
    "its train_images are (6, 4, 4) uint8, not (6, 1, 4, 4) uint8.": {"train_images": GOOD.train_images[:, 0]},
    "its train_images are (6, 1, 4, 4) float32, not (6, 1, 4, 4) uint8.": {"train_images": GOOD.train_images.float()},
    "its validation_images are (2, 1, 4, 4) uint8, not (3, 1, 4,": {"validation_images": GOOD.validation_images[:2]},
    "its train_labels are (5,) int64, not (6,) int64.": {"train_labels": GOOD.train_labels[:5]},
    "its validation_labels are (3,) int32, not (3,) int64.": {"validation_labels": GOOD.validation_labels.int()},
    "its validation_labels are a ndarray, not (3,) int64.": {"validation_labels": GOOD.validation_labels.numpy()},
    "its train_labels are 1 to 2, not 0 to 1.": {"train_labels": GOOD.train_labels + 1},
    "its train_labels are -1 to 0, not 0 to 1.": {"train_labels": GOOD.train_labels - 1},
    "its classes are not 2 names in a tuple.": {"classes": ["no", "yes"]},
}


@pytest.mark.parametrize("reason", WRONG)
def test_data_that_are_not_what_their_facts_say_are_refused(reason: str) -> None:
    """Which tensor, what it is, what it should be."""
    promises.check_dataset(GOOD, FACTS, "mine")
    with pytest.raises(RunError) as refused:
        promises.check_dataset(dataclasses.replace(GOOD, **WRONG[reason]), FACTS, "mine")
    assert str(refused.value).startswith(f"data set 'mine': {reason}")


def test_data_that_are_none_are_refused() -> None:
    """A loader that forgot to return is told so."""
    with pytest.raises(RunError, match=r"its load\(\) returned a NoneType, not a Dataset\."):
        promises.check_dataset(None, FACTS, "mine")


class Embedder(nn.Module):
    """Gives an embedding of the wrong size."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return one number too many."""
        return torch.zeros(len(images), 129)


def test_an_encoder_that_is_not_what_was_counted_is_refused() -> None:
    """A table would show a number that the network does not have."""
    architecture = ConvolutionalNetwork()
    promises.check_encoder(architecture.build(28), architecture, 28)
    with pytest.raises(
        RunError, match=r"^architecture 'cnn': its encoder_parameters\(\) counts 2,001,408 parameters, "
    ):
        promises.check_encoder(Embedder(), architecture, 28)


def test_an_encoder_that_does_not_end_in_the_embedding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first batch, and not as a complaint about matrices."""
    monkeypatch.setattr(ConvolutionalNetwork, "encoder_parameters", lambda *_: 0)
    with pytest.raises(RunError, match=r"its encoder makes \(2, 129\) float32 of two images, not \(2, 128\) float32\."):
        promises.check_encoder(Embedder(), ConvolutionalNetwork(), 28)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (None, "it returned a NoneType, not a dictionary"),
        ({"two words": 1.0}, "it named a value 'two words', which is no identifier"),
        ({3: 1.0}, "it named a value '3', which is no identifier"),
        ({"accuracy": 1.0}, "it named a value 'accuracy', which is another figure's name"),
        ({"svc": 1.0}, "it named a value 'svc', which is another figure's name"),
        ({"seconds": 1.0}, "it named a value 'seconds', which is another figure's name"),
        ({"other": 1.0}, "it named a value 'other', which is another figure's name"),
        ({"mine": float("nan")}, "its 'mine' is nan, no finite number"),
        ({"mine": float("inf")}, "its 'mine' is inf, no finite number"),
        ({"mine": "1"}, "its 'mine' is 1, no finite number"),
        ({"mine": True}, "its 'mine' is True, no finite number"),
    ],
)
def test_values_that_nobody_could_use_are_refused(values: object, reason: str) -> None:
    """They would be a figure of another's, or none at all."""
    with pytest.raises(ValueError, match=reason):
        promises.probe_values(values, promises.names_taken("mine", {"other"}))


def test_numbers_of_numpy_are_numbers() -> None:
    """What a probe computes with is what it returns; on the wire they are Python's."""
    values = promises.probe_values({"a": np.float32(0.5), "b": np.int64(3), "svc": 1}, promises.names_taken("svc", []))
    assert values == {"a": 0.5, "b": 3.0, "svc": 1.0}
    assert {type(value) for value in values.values()} == {float}


PROBES = """
def raises(validation, train, knobs): raise KeyError('centre')
def leaves(validation, train, knobs): raise SystemExit(1)
def writes(validation, train, knobs): validation.embedding[:] = 0
def steals(validation, train, knobs): return {'mine': 1.0}
def mine(validation, train, knobs): return {'mine': float(validation.embedding.mean())}
PROBES = {f.__name__: f for f in (raises, leaves, writes, mine, steals)}
"""


def judged(config: RunConfig) -> list[Event]:
    """Return the events of the probes at the end of an untrained run."""
    prepared = prepare(config, lambda *_: None, lambda: False)
    batches = TrainingBatches(prepared.config, prepared.dataset)
    judge = Judge(prepared.training, prepared.config, prepared.dataset, batches)
    (batch,) = batches.schedule.after(0)
    return [item for item in judge.at(batch) if isinstance(item, (Probed, ProbeFailed))]


@pytest.fixture
def only(tiny: RunConfig) -> RunConfig:
    """Return a configuration of a single batch."""
    return tiny.replace({"max_inputs": 64, "svc_fit_images": 100, "threads": torch.get_num_threads()})


def test_a_probe_that_fails_costs_its_own_figures_only(
    only: RunConfig, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Why is an event, the traceback is in the log, and neither training nor the other probes suffer."""
    (tmp_path / "probes.py").write_text(PROBES)
    catalog.add_files([tmp_path / "probes.py"])
    names = ("raises", "leaves", "writes", "mine", "steals", "svc")
    config = only.replace({"probes": names})
    found = {event.probe: event for event in judged(config) if isinstance(event, (Probed, ProbeFailed))}
    assert list(found) == list(names)
    messages = {name: event.message for name, event in found.items() if isinstance(event, ProbeFailed)}
    assert messages == {
        "raises": "KeyError: 'centre'",
        "leaves": "SystemExit: 1",
        "writes": "ValueError: assignment destination is read-only",
        "steals": "ValueError: it named a value 'mine', which is another figure's name",
    }
    svc = found["svc"]
    assert isinstance(svc, Probed)
    assert set(svc.values) == {"svc", "svc_held_out"}
    assert "raise KeyError('centre')" in capfd.readouterr().err


def test_the_examples_of_the_manual_are_what_they_promise(tmp_path: Path) -> None:
    """Data, network and probe of docs/extending.md, in this process."""
    texts = examples()
    files = [tmp_path / name for name in ("mlp.py", "bars.py", "centroid.py")]
    for file in files:
        file.write_text(texts[file.name])
    catalog.add_files(files)
    config = presets.parse(texts["mlp.toml"], "mlp.toml", "mlp").replace({"max_inputs": 64})
    probed = judged(config)
    assert [event.probe for event in probed if isinstance(event, Probed)] == ["svc", "centroid"]
