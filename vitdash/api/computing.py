"""What of a run is computed with in the caller's own process: its network and its data. Torch is imported when called.

The one front end that uses the engine: a model is of no use in another process.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from vitdash.api.reading import TrainingRun, open_run
from vitdash.errors import InputError, RunError
from vitdash.run import state, store, summary
from vitdash.run.store import Run
from vitdash.text import plain

if TYPE_CHECKING:
    from pathlib import Path

    from vitdash.engine.datasets import Dataset
    from vitdash.engine.trained import TrainedModel


def load_model(
    run: str | os.PathLike[str] | TrainingRun,
    *,
    weights: Literal["last", "best"] = "last",
    root: str | os.PathLike[str] | None = None,
    device: str = "cpu",
) -> TrainedModel:
    """Return a run's network in eval mode; `run` is what `open_run` takes, `device` what the knob of that name does.

    `weights="last"` are those of the last checkpoint, which the results table tells of once a run is finished;
    `"best"` those of the lowest validation loss.

    Raises:
        InputError: no run fits, its architecture is not there, or the device is not.
        RunError: it has no such weights, or they are damaged.
    """
    found = Run(open_run(run, root).path)
    config = store.read_config(found)
    file = _weights(found, weights)
    started = summary.read_history(found).started
    if started is None:
        raise RunError(plain(found.events), "does not say how the run began.", "Without it the classes have no names.")
    chosen = config.checked({"device": device})["device"]
    from vitdash.engine import trained

    return trained.load(config, started.classes, file, str(chosen))


def load_dataset(run: str | os.PathLike[str] | TrainingRun, *, root: str | os.PathLike[str] | None = None) -> Dataset:
    """Return the images and labels that a run learns, downloaded if they are not there: uint8 and int64 tensors.

    They are `train_images` (N, 1, H, W), `train_labels` (N,), `validation_images`, `validation_labels`; `classes`
    names what the labels stand for.

    Raises:
        InputError: no run fits, or the data cannot be had.
    """
    config = store.read_config(Run(open_run(run, root).path))
    from vitdash.engine import prepare

    return prepare.load_dataset(config, report=lambda *_: None, cancelled=lambda: False)


def _weights(run: Run, which: str) -> Path:
    if which not in ("last", "best"):
        raise InputError("weights", f"'{plain(which, 60)}' is not allowed.", "Allowed: last or best.")
    file = run.checkpoint if which == "last" else run.best
    if file.is_file():
        return file
    current = state.derive(run)
    missing = "checkpoint" if which == "last" else "best weights"
    if current.active:
        raise RunError(run.id, f"has no {missing} yet: it is {current}.", "Wait for one, or for the run's end.")
    hint = f"If it was pruned, train it anew: vitdash train --preset {run.config}"
    raise RunError(run.id, f"is {current} and has no {missing}: {file.name} is not there.", plain(hint, 500))
