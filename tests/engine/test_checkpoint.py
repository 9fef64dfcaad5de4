"""Checkpoints: whole or refused, values only, and of this run."""

from __future__ import annotations

import math
import pickle
from pathlib import Path

import pytest
import torch

from vitdash.config import RunConfig
from vitdash.engine import checkpoint
from vitdash.engine.checkpoint import Position
from vitdash.engine.prepare import prepare
from vitdash.engine.stepping import Training
from vitdash.errors import RunError

POSITION = Position(images_seen=640, seq=12, seconds=3.5, best_loss=0.05, config="text")


@pytest.fixture
def training(tiny: RunConfig) -> Training:
    """Return a state one step into a run, with sums in its meter."""
    training = prepare(tiny, lambda *_: None, lambda: False).training
    training.model(torch.rand(4, 1, 28, 28)).square().mean().backward()
    training.optimizer.step()
    training.images_seen = 640
    training.meter.count(torch.tensor(0.1), torch.eye(4), torch.arange(4))
    training.meter.passed(4, begun=0.0)
    return training


def fresh(tiny: RunConfig) -> Training:
    return prepare(tiny.replace({"seed": 99}), lambda *_: None, lambda: False).training


def test_what_was_saved_comes_back(training: Training, tiny: RunConfig, tmp_path: Path) -> None:
    """Weights, optimiser, meter and position; infinity as best loss included."""
    position = Position(images_seen=640, seq=12, seconds=3.5, best_loss=math.inf, config="text")
    checkpoint.save(tmp_path / "c.pt", training, position, with_optimizer=True)
    other = fresh(tiny)
    assert checkpoint.restore(tmp_path / "c.pt", other, ends=(1000,)) == position
    saved, restored = training.model.state_dict(), other.model.state_dict()
    assert all(torch.equal(saved[name], restored[name]) for name in saved)
    assert other.meter.state() == training.meter.state()
    assert other.images_seen == 640
    moments = [state["exp_avg"] for state in other.optimizer.state_dict()["state"].values()]
    assert all(bool(moment.abs().sum() > 0) for moment in moments)


@pytest.mark.parametrize("keep", [0, 2, 100, 0.5, 0.999])
def test_a_cut_file_is_refused_in_one_sentence(
    training: Training, tiny: RunConfig, tmp_path: Path, keep: float
) -> None:
    """However much of it is left."""
    path = tmp_path / "c.pt"
    checkpoint.save(path, training, POSITION, with_optimizer=True)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep if keep > 1 or keep == 0 else len(whole) * keep)])
    with pytest.raises(RunError, match="damaged or cut short") as caught:
        checkpoint.restore(path, fresh(tiny), ends=(1000,))
    assert "\n" not in str(caught.value)


class Payload:
    """What an attacker would pickle."""

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        """Ask the unpickler to create a file."""
        return (Path.touch, (Path("executed"),))


@pytest.mark.parametrize("by_torch", [True, False])
def test_no_code_in_a_checkpoint_is_executed(
    tiny: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_torch: bool
) -> None:
    """A pickle that would touch a file is refused, and the file is not there."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "c.pt"
    if by_torch:
        torch.save({"format": 1, "model": Payload()}, path)
    else:
        path.write_bytes(pickle.dumps({"format": 1, "model": Payload()}))
    with pytest.raises(RunError):
        checkpoint.restore(path, fresh(tiny), ends=(1000,))
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        {"format": 2},
        {"format": 1},
        {"format": 1, "model": 3, "images_seen": 1, "meter": {}, "optimizer": None},
        {"format": 1, "model": {"linear.weight": torch.zeros(2)}, "images_seen": 1, "meter": {}, "optimizer": None},
    ],
)
def test_a_file_that_is_no_checkpoint_of_this_run_is_refused(tiny: RunConfig, tmp_path: Path, content: object) -> None:
    """Another format, another network, parts missing: one sentence, no traceback."""
    path = tmp_path / "c.pt"
    torch.save(content, path)
    with pytest.raises(RunError) as caught:
        checkpoint.restore(path, fresh(tiny), ends=(1000,))
    assert "\n" not in str(caught.value)


def test_a_finished_checkpoint_cannot_be_trained_on(training: Training, tiny: RunConfig, tmp_path: Path) -> None:
    """Without the optimiser's state it serves for what is left after the last batch, and for nothing before."""
    path = tmp_path / "c.pt"
    checkpoint.save(path, training, POSITION, with_optimizer=False)
    with pytest.raises(RunError, match="no optimiser state"):
        checkpoint.restore(path, fresh(tiny), ends=(641,))
    assert checkpoint.restore(path, fresh(tiny), ends=(640,)) == POSITION
