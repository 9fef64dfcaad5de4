"""Checkpoints: where training goes on from, loaded as weights and plain values only. Must not know the loop."""

from __future__ import annotations

import dataclasses
import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vitdash.engine.optim import load_state
from vitdash.engine.stepping import Training
from vitdash.errors import RunError
from vitdash.run.files import replace_atomically
from vitdash.text import plain

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Position:
    """What a checkpoint knows besides weights.

    `seq` is the last event that stands when training goes on from here; `seconds` of computing and the lowest
    validation loss are those up to here; `config` is the preset that it was computed with.
    """

    images_seen: int
    seq: int
    seconds: float
    best_loss: float
    config: str


START = Position(images_seen=0, seq=0, seconds=0.0, best_loss=math.inf, config="")


def save(path: Path, training: Training, position: Position, *, with_optimizer: bool) -> None:
    """Write a checkpoint; the previous one stands until this one is whole and on disk."""
    content = {
        "format": FORMAT,
        "model": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict() if with_optimizer else None,
        "meter": training.meter.state(),
        **dataclasses.asdict(position),
    }
    replace_atomically(path, lambda file: torch.save(content, file))


def save_weights(path: Path, training: Training, validation_loss: float, config: str) -> None:
    """Write weights alone, with where they come from."""
    content = {
        "format": FORMAT,
        "model": training.model.state_dict(),
        "images_seen": training.images_seen,
        "validation_loss": validation_loss,
        "config": config,
    }
    replace_atomically(path, lambda file: torch.save(content, file))


def restore(path: Path, training: Training, *, needs_optimizer_before: int) -> Position:
    """Bring `training` to where the checkpoint stands and return that position.

    A checkpoint without the optimiser's state serves only from `needs_optimizer_before` images on.

    Raises:
        RunError: the checkpoint is damaged, or of another network or version.
    """
    content = _read(path)
    try:
        training.model.load_state_dict(content["model"])
        training.images_seen = int(content["images_seen"])
        training.meter.restore(content["meter"])
        if content["optimizer"] is not None:
            load_state(training.optimizer, content["optimizer"])
        elif training.images_seen < needs_optimizer_before:
            raise RunError(plain(path), "has no optimiser state, so training cannot go on from it.")
        values = {field.name: content[field.name] for field in dataclasses.fields(Position)}
        return Position(**values)
    except _UNFITTING as error:
        raise _not_of_this_run(path, error) from None


def restore_weights(path: Path, model: nn.Module) -> int:
    """Give `model` the weights in a checkpoint, or in weights alone, and return the images seen by then.

    Raises:
        RunError: the file is damaged, or of another network or version.
    """
    content = _read(path)
    try:
        model.load_state_dict(content["model"])
        return int(content["images_seen"])
    except _UNFITTING as error:
        raise _not_of_this_run(path, error) from None


def finite(training: Training) -> bool:
    """Return whether every weight is a number: a diverged state must not replace a sound checkpoint."""
    return all(bool(torch.isfinite(parameter).all()) for parameter in training.model.parameters())


_UNFITTING = (KeyError, TypeError, ValueError, AttributeError, RuntimeError)
"""What comes of content that is not what it should be."""


def _not_of_this_run(path: Path, error: Exception) -> RunError:
    reason = plain(str(error).splitlines()[0] if str(error) else error).rstrip(":.")
    return RunError(plain(path), f"is not a checkpoint of this run: {reason}.")


def _read(path: Path) -> dict[str, Any]:
    hint = "Train it anew: vitdash train with the run's config.toml as --preset."
    try:
        with warnings.catch_warnings():
            # Torch warns of odd pickles before it refuses them; the refusal is enough.
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # what torch's readers raise on a damaged file has no base of its own
        reason = plain(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)
        raise RunError(plain(path), f"is damaged or cut short: {reason}.", hint) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise RunError(plain(path), f"is not a checkpoint of format {FORMAT}.", hint)
    return content
