"""Checkpoints: where training goes on from, loaded as weights and plain values only. Must not know the loop."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor, nn

from vitdash.engine import probing, stored
from vitdash.engine.optim import Optimizer, load_state
from vitdash.engine.stepping import Training
from vitdash.errors import RunError
from vitdash.run.files import replace_atomically
from vitdash.text import plain

FORMAT = 1
HIGHEST_NUMBER = 2**53
HINT = "Train it anew: vitdash train with the run's config.toml as --preset."


@dataclass(frozen=True, slots=True)
class Position:
    """What a checkpoint knows besides weights.

    `seq` is the last event that stands when training goes on from here: where it is `announced`, the one that tells of
    this checkpoint. `seconds` of computing and the lowest validation loss are those up to here; `config` is the preset
    that it was computed with, `circumstances` what else its result depends on.
    """

    images_seen: int
    seq: int
    seconds: float
    best_loss: float
    config: str
    announced: bool = True
    circumstances: dict[str, str] = dataclasses.field(default_factory=dict)


class DamagedError(RunError):
    """A checkpoint that is cut short, altered or none at all: its predecessor may serve."""


START = Position(images_seen=0, seq=0, seconds=0.0, best_loss=math.inf, config="")


def save(
    path: Path, training: Training, position: Position, *, with_optimizer: bool, previous: Path | None = None
) -> None:
    """Write a checkpoint; the one before stands until this one is whole and on disk, and afterwards at `previous`.

    Raises:
        OSError: it cannot be written; the one before stands.
    """
    content = {
        "format": FORMAT,
        "model": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict() if with_optimizer else None,
        "meter": training.meter.state(),
        "probing": _probing(training),
        **dataclasses.asdict(position),
    }
    replace_atomically(path, partial(_write, content), keep=previous)


def weights_of(training: Training, validation_loss: float, config: str) -> dict[str, Any]:
    """Return weights alone, as they are now, with where they come from, to be written in any thread at any time."""
    weights = {name: value.clone() for name, value in training.model.state_dict().items()}
    if training.model.linear.weight.is_cuda:
        # Another thread has another stream: what it is to copy has to be there.
        torch.cuda.current_stream().synchronize()
    return {
        "format": FORMAT,
        "model": weights,
        "images_seen": training.images_seen,
        "validation_loss": validation_loss,
        "config": config,
    }


def save_weights(path: Path, weights: dict[str, Any]) -> None:
    """Write what `weights_of` returned.

    Raises:
        OSError: they cannot be written; those before stand.
    """
    replace_atomically(path, partial(_write, weights))


def _probing(training: Training) -> dict[str, Any] | None:
    """Return what probes are fitted to meanwhile; those of this very position begin anew, with its evaluation."""
    begun = training.probing
    return begun.state() if begun is not None and begun.images_seen < training.images_seen else None


def _write(content: dict[str, Any], file: IO[bytes]) -> None:
    try:
        torch.save(content, file)
    except RuntimeError as error:
        # Torch tells of a file that takes no more as of a position that it did not expect.
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise


def restore(path: Path, training: Training, *, ends: Collection[int]) -> Position:
    """Bring `training` to where the checkpoint stands and return that position.

    A checkpoint without the optimiser's state serves only at `ends`, the images at which a schedule ends.

    Raises:
        DamagedError: the file is not what was once written; `training` is as it was.
        RunError: the checkpoint is of another network or version.
    """
    content = _read(path)
    try:
        position = _position(content)
        _load_weights(training.model, content["model"])
        training.images_seen = position.images_seen
        training.meter.restore(content["meter"])
        # Earlier versions fitted no probes beside training.
        training.probing = None if (state := content.get("probing")) is None else probing.restored(state)
        if content["optimizer"] is not None:
            _load_moments(training.optimizer, content["optimizer"]["state"])
        elif position.images_seen not in ends:
            raise RunError(plain(path), "has no optimiser state, so training cannot go on from it.")
    except _UNFITTING as error:
        raise _not_of_this_run(path, error) from None
    return position


def restore_weights(path: Path, model: nn.Module) -> int:
    """Give `model` the weights in a checkpoint, or in weights alone, and return the images seen by then.

    Raises:
        RunError: the file is damaged, or of another network or version.
    """
    content = _read(path)
    try:
        _load_weights(model, content["model"])
        return _whole(content["images_seen"])
    except _UNFITTING as error:
        raise _not_of_this_run(path, error) from None


def finite(training: Training) -> bool:
    """Return whether every weight is a number: a diverged state must not replace a sound checkpoint."""
    # One answer for all: each would be waited for where they are on another device.
    return bool(torch.stack([torch.isfinite(parameter).all() for parameter in training.model.parameters()]).all())


_UNFITTING = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError)
"""What comes of content that is not what it should be."""


def _not_of_this_run(path: Path, error: Exception) -> RunError:
    reason = plain(str(error).splitlines()[0] if str(error) else error).rstrip(":.")
    return RunError(plain(path), f"is not a checkpoint of this run: {reason}.")


def _read(path: Path) -> dict[str, Any]:
    try:
        content = stored.read(path)
    except ValueError as error:
        raise DamagedError(plain(path), f"is damaged or cut short: {plain(error, 120).rstrip('.')}.", HINT) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise RunError(plain(path), f"is not a checkpoint of format {FORMAT}.", HINT)
    return content


def _position(content: Mapping[str, Any]) -> Position:
    """Return the position that is stated.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    seconds, best_loss, config = content["seconds"], content["best_loss"], content["config"]
    if not (isinstance(seconds, float) and 0 <= seconds < math.inf):
        raise ValueError("its seconds are none")
    if not isinstance(best_loss, float) or math.isnan(best_loss):
        raise ValueError("its best loss is none")
    if not isinstance(config, str):
        raise TypeError("its configuration is no text")
    # Earlier versions did not say whether it was announced; nearly all of theirs were.
    announced = content.get("announced", True)
    if not isinstance(announced, bool):
        raise TypeError("whether it was announced is neither true nor false")
    # Nor did they say under what circumstances they were computed.
    circumstances = content.get("circumstances", {})
    if not isinstance(circumstances, dict) or not all(
        isinstance(text, str) for item in circumstances.items() for text in item
    ):
        raise TypeError("its circumstances are none")
    images_seen, seq = _whole(content["images_seen"]), _whole(content["seq"])
    return Position(images_seen, seq, seconds, best_loss, config, announced, circumstances)


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value <= HIGHEST_NUMBER:
        raise ValueError("a position in it is none")
    return value


def _load_weights(model: nn.Module, weights: Mapping[str, Any]) -> None:
    with warnings.catch_warnings():
        # Such as of complex numbers that lose a part: what comes of it is seen in the loss.
        warnings.simplefilter("ignore")
        model.load_state_dict(weights)


def _load_moments(optimizer: Optimizer, moments: Mapping[int, Mapping[str, Any]]) -> None:
    """Give an optimiser the moments that one like it saved; what it is set to stays as the configuration says.

    Fused optimisers go through weights and moments side by side without asking: each has to be what they take it for.

    Raises:
        KeyError, TypeError, ValueError: they are not those of such a one.
    """
    (group,) = optimizer.param_groups
    names = {"step", "exp_avg", "exp_avg_sq"} if "betas" in group else {"momentum_buffer"}
    for index, found in moments.items():
        weights = group["params"][_whole(index)]
        if found.keys() != names:
            raise ValueError("its optimiser is another one")
        for name, value in found.items():
            shape, dtype = ((), torch.float32) if name == "step" else (weights.shape, weights.dtype)
            if not isinstance(value, Tensor) or value.shape != shape or value.dtype is not dtype:
                raise ValueError("its optimiser's state is that of another network")
    load_state(optimizer, {"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
