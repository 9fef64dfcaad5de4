"""Real runs of every family of presets, interrupted in every way one after the other, against their undisturbed twins.

What the loop does at any batch, for all families, augmentations and dropout, is `test_train.py`'s; the moments at which
processes die are the fault harness's.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import COMMAND, environment
from tests.engine.worlds import begin, finish, recorded, wait_for_state, wait_until
from tests.faults import evidence
from tests.run.bare_runs import rewrite
from vitdash import presets
from vitdash.architectures import Architecture
from vitdash.architectures.resnet18 import ResNet18
from vitdash.architectures.vit import VisionTransformer
from vitdash.config import RunConfig
from vitdash.run import request, summary
from vitdash.run.control import Word
from vitdash.run.events import Paused, Resumed, TrainProgress
from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.ui import run_actions

VIT = VisionTransformer(patch=14, layers=1, heads=2, hidden=16, mlp=16, code_size=16)
FAMILIES: dict[str, tuple[Architecture | None, dict[str, str | int]]] = {
    "cnn": (None, {"augment_per": "batch"}),
    "vit": (VIT, {"augment_per": "image"}),
    "vit with dropout": (dataclasses.replace(VIT, dropout=0.1), {"augment_per": "batch"}),
    "resnet18": (ResNet18(code_size=16), {"augment_per": "image", "max_inputs": 960, "evaluate_every_images": 400}),
}
"""A small network of every family, and what else its run has of its own."""


def configuration(tiny: RunConfig, family: str) -> RunConfig:
    """Return a run with enough records to be interrupted between them."""
    model, own = FAMILIES[family]
    common: dict[str, str | int] = {"max_inputs": 4800, "progress_every_images": 64, "checkpoint_every_images": 320}
    config = tiny.replace(common | own | {"threads": 1, "probes": ()})
    return dataclasses.replace(config, model=model or config.model)


def after_records(run: Run, number: int) -> None:
    """Wait until a run has recorded so many more means of training than it has now."""
    wanted = number + records(run)
    wait_until(lambda: records(run) >= wanted, f"{wanted} records are there")


def records(run: Run) -> int:
    return sum(isinstance(event, TrainProgress) for event in recorded(run))


def resume_by_command(run: Run) -> None:
    """Go on as a person at a prompt does."""
    subprocess.run(
        [*COMMAND, "resume", "--detach", "--runs-dir", str(run.path.parent), run.id],
        env=environment(),
        check=True,
        capture_output=True,
    )


def resume_by_key(run: Run) -> None:
    """Go on as the dashboard's key does."""
    run_actions.pause_or_go_on(Standing(run, summary.summarise(run), run.read_claim()))


def pause(run: Run) -> None:
    """Pause the run and let it go on, within one life."""
    assert request.ask(run, Word.PAUSE) == "paused"
    assert isinstance(recorded(run)[-1], Paused)
    assert request.ask(run, Word.RUN) in ("running", "finished")


def stop(run: Run) -> None:
    """End this life with a checkpoint."""
    request.ask(run, Word.STOP)
    wait_for_state(run, State.STOPPED)


def kill(run: Run) -> None:
    """End this life without one."""
    os.kill(run.read_claim().pid, 9)
    wait_for_state(run, State.LOST)


def restart_machine(run: Run) -> None:
    """End this life and the boot it was lived in: its number is another process's now, its lock's file still there."""
    kill(run)
    rewrite(run, boot_id="an-earlier-one", pid=os.getpid(), claimed_uptime=1e9)


@pytest.mark.parametrize("family", FAMILIES)
def test_however_it_was_interrupted_the_run_is_the_same(tiny: RunConfig, root: Path, family: str) -> None:
    """Pause, stop, kill -9, a restart of the machine: equal weights, best weights, events, diagnostics, results."""
    config = configuration(tiny, family)
    worker = begin(config, root, "disturbed")
    run = worker.run
    lives: list[tuple[Callable[[Run], None], Callable[[Run], None] | None]] = [
        (pause, None),
        (stop, resume_by_command),
        (kill, resume_by_key),
        (restart_machine, resume_by_command),
    ]
    for interrupt, go_on in lives:
        after_records(run, 2)
        interrupt(run)
        worker.process.poll()
        if go_on is not None:
            go_on(run)
    wait_for_state(run, State.FINISHED)
    assert len([event for event in recorded(run) if isinstance(event, Resumed)]) == len(lives)
    twin = begin(config, root, "twin")
    finish(twin)
    assert presets.load_file(run.config).fingerprint() == presets.load_file(twin.run.config).fingerprint()
    assert evidence.differences(evidence.outcome(run), evidence.outcome(twin.run)) == []
