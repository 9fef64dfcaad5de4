"""Starting a training from a script: the same background process as the command's. Must not know what is computed."""

from __future__ import annotations

import os

from vitdash import presets
from vitdash.api.reading import TrainingRun, directory
from vitdash.run import launch, request
from vitdash.run.control import Word


def train(
    preset: str | os.PathLike[str],
    *,
    name: str | None = None,
    wait: bool = True,
    root: str | os.PathLike[str] | None = None,
    **knobs: object,
) -> TrainingRun:
    """Train a preset in a background process and return its run: once it has ended, or at once without `wait`.

    `preset` is a preset's name or the path of a TOML file, `name` what to call the run, `root` where to keep it (else
    where the command would); all other arguments are knobs, such as `dataset="digits"` or `heads=8`.

    Ctrl-C while it waits asks the run to stop with a checkpoint, and is raised here at once.

    Raises:
        InputError: something given cannot be used; nothing was begun.
        RunError: the run could not start, failed, or its worker is gone.
    """
    config = presets.load_for_new_run(os.fspath(preset))
    config = config.replace(config.checked(knobs))
    created = launch.create(config, directory(root), name or config.description.preset, ("vitdash.train",))
    run = TrainingRun(created.path)
    try:
        launch.detach(launch.start(created))
        return run.wait() if wait else run
    except KeyboardInterrupt:
        request.give(created, Word.STOP)
        raise
