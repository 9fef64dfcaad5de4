"""Checkpoints: where training goes on from, loaded as weights and plain values only. Must not know the loop."""

from __future__ import annotations

import dataclasses
import math
import warnings
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

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

    `seq` is the last event that stands when training goes on from here: where it is `announced`, the one that tells of
    this checkpoint. `seconds` of computing and the lowest validation loss are those up to here; `config` is the preset
    that it was computed with.
    """

    images_seen: int
    seq: int
    seconds: float
    best_loss: float
    config: str
    announced: bool = True


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
        training.model.load_state_dict(content["model"])
        training.images_seen = int(content["images_seen"])
        training.meter.restore(content["meter"])
        if content["optimizer"] is not None:
            load_state(training.optimizer, content["optimizer"])
        elif training.images_seen not in ends:
            raise RunError(plain(path), "has no optimiser state, so training cannot go on from it.")
        names = [field.name for field in dataclasses.fields(Position)]
        # Earlier versions did not say whether it was announced; nearly all of theirs were.
        return Position(**{name: content[name] for name in names if name != "announced" or name in content})
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
    # One answer for all: each would be waited for where they are on another device.
    return bool(torch.stack([torch.isfinite(parameter).all() for parameter in training.model.parameters()]).all())


_UNFITTING = (KeyError, TypeError, ValueError, AttributeError, RuntimeError)
"""What comes of content that is not what it should be."""


def _not_of_this_run(path: Path, error: Exception) -> RunError:
    reason = plain(str(error).splitlines()[0] if str(error) else error).rstrip(":.")
    return RunError(plain(path), f"is not a checkpoint of this run: {reason}.")


def _check_sums(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        # What torch writes is as long as its parts: anything else may be made to keep us reading for ever.
        packed = any(member.compress_type != zipfile.ZIP_STORED for member in members)
        if packed or sum(member.file_size for member in members) > path.stat().st_size:
            raise ValueError("its parts do not fit its size")
        altered = archive.testzip()
    if altered is not None:
        raise ValueError(f"the checksum of {altered} is wrong")


def _read(path: Path) -> dict[str, Any]:
    hint = "Train it anew: vitdash train with the run's config.toml as --preset."
    try:
        # Torch does not look at the checksums that it writes: a flipped bit would become a weight.
        _check_sums(path)
        with warnings.catch_warnings():
            # Torch warns of odd pickles before it refuses them; the refusal is enough.
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # what the readers raise on a damaged file has no base of its own
        reason = plain(str(error).splitlines()[0] if str(error) else type(error).__name__, 120).rstrip(".")
        raise DamagedError(plain(path), f"is damaged or cut short: {reason}.", hint) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise RunError(plain(path), f"is not a checkpoint of format {FORMAT}.", hint)
    return content
