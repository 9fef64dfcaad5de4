"""Which checkpoint a run goes on from: the last that is whole and that its log reaches, with a word where it is not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.run.bare_runs import bare_run
from tests.run.happenings import numbered, progress
from vitdash.config import RunConfig
from vitdash.engine import checkpoint, restoring
from vitdash.engine.checkpoint import DamagedError, Position
from vitdash.engine.prepare import prepare
from vitdash.engine.restoring import Restored
from vitdash.engine.stepping.training import Training
from vitdash.errors import RunError
from vitdash.run.events import CheckpointSaved, Event, Phase, Resumed, encode
from vitdash.run.store import Run

FIRST = Position(images_seen=640, seq=2, seconds=1.0, best_loss=0.5, config="text")
SECOND = dataclasses.replace(FIRST, images_seen=1280, seq=4)
LOG: list[Event] = [
    progress(640),
    CheckpointSaved(images_seen=640, file="checkpoint.pt"),
    progress(1280),
    CheckpointSaved(images_seen=1280, file="checkpoint.pt"),
    progress(1920),
]


@pytest.fixture
def training(tiny: RunConfig) -> Training:
    return prepare(tiny, lambda *_: None, lambda: False).training


@pytest.fixture
def run(root: Path, training: Training) -> Run:
    """Return a run with a checkpoint and its predecessor."""
    made = bare_run(root, numbered(LOG))
    for position in (FIRST, SECOND):
        training.images_seen = position.images_seen
        checkpoint.save(made.checkpoint, training, position, with_optimizer=True, previous=made.previous)
    training.images_seen = 0
    return made


def restored(run: Run, training: Training, recorded: list[Event] | None = None) -> Restored:
    """Go on with a run, its log as it was or of the given events."""
    if recorded is not None:
        run.events.write_bytes(b"".join(map(encode, numbered(recorded))))
    return restoring.restore(run, training, ends=(10_000,))


def flip(path: Path, place: float = 0.5) -> None:
    """Alter one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)


def test_the_last_one_is_used_without_a_word(run: Run, training: Training) -> None:
    """As long as it is whole."""
    assert restored(run, training) == Restored(SECOND)
    assert training.images_seen == 1280


def test_a_damaged_one_gives_way_to_its_predecessor(run: Run, training: Training) -> None:
    """Altered, cut, or gone: what was computed up to there is kept, and why is said."""
    flip(run.checkpoint)
    found = restored(run, training)
    assert found.position == FIRST
    assert training.images_seen == 640
    assert found.warning.startswith("checkpoint.pt is damaged or cut short: the checksum of ")
    run.checkpoint.write_bytes(run.checkpoint.read_bytes()[:1000])
    assert restored(run, training).position == FIRST
    run.checkpoint.unlink()
    gone = "checkpoint.pt is gone; gone on from its predecessor at 640 images"
    assert restored(run, training) == Restored(FIRST, gone)


def test_a_log_that_ends_before_the_last_one_gives_way_to_its_predecessor(run: Run, training: Training) -> None:
    """Events that are gone are computed again, from where the log still reaches."""
    found = restored(run, training, LOG[:2])
    assert found.position == FIRST
    assert found.warning.startswith("events.jsonl ends at event 2, the checkpoint stands at 4; gone on from")


@pytest.mark.parametrize("since", [[], [Phase(name="load", done=0, total=0)]])
def test_an_announcement_that_is_missing_is_made_up_for(run: Run, training: Training, since: list[Event]) -> None:
    """The last life ended between saving and announcing; another one may have begun, and ended, since."""
    assert restored(run, training, LOG[:3] + since) == Restored(SECOND, unannounced=True)


def test_a_checkpoint_of_a_pause_needs_every_event_before_it(run: Run, training: Training) -> None:
    """None of them announces it: the missing one is a record, which must not be replaced by an announcement."""
    position = dataclasses.replace(SECOND, seq=3, announced=False)
    checkpoint.save(run.checkpoint, training, position, with_optimizer=True)
    assert restored(run, training, LOG[:3]) == Restored(position)
    assert restored(run, training, LOG[:2]).position == FIRST


def test_one_that_the_run_has_left_behind_gives_way(run: Run, training: Training) -> None:
    """Damaged for a while, it was gone on from its predecessor: what was recorded before it does not stand any more."""
    found = restored(run, training, [*LOG, Resumed(from_images=640, from_seq=2), progress(1280)])
    assert found.position == FIRST
    assert "was left behind" in found.warning


def test_without_any_that_serves_the_first_reason_is_told(run: Run, training: Training) -> None:
    """And the files stay as they are."""
    flip(run.checkpoint)
    flip(run.previous)
    with pytest.raises(DamagedError, match=r"checkpoint\.pt: is damaged or cut short"):
        restored(run, training)
    assert training.images_seen == 0


def test_where_the_first_is_damaged_the_run_begins_again(run: Run, training: Training) -> None:
    """The start is its predecessor; of a run that had saved more, a person should decide."""
    run.previous.replace(run.checkpoint)
    flip(run.checkpoint)
    found = restored(run, training, LOG[:3])
    assert found.position is checkpoint.START
    assert found.warning.endswith("is wrong; it was the first: begun again")
    assert training.images_seen == 0
    with pytest.raises(DamagedError):
        restored(run, training, LOG)


def test_a_checkpoint_of_another_network_does_not_give_way(run: Run, training: Training, tiny: RunConfig) -> None:
    """It is whole: somebody has put it there, and should hear of it."""
    other = prepare(tiny.replace({"width": 5}), lambda *_: None, lambda: False).training
    with pytest.raises(RunError, match="not a checkpoint of this run"):
        restored(run, other)


def test_without_checkpoints_it_begins_again_and_says_so_if_there_was_one(run: Run, training: Training) -> None:
    """Nothing that was saved vanishes in silence."""
    run.checkpoint.unlink()
    run.previous.unlink()
    lost = "no checkpoint is there, but one stood at 1,280 images: begun again"
    assert restored(run, training) == Restored(checkpoint.START, lost)
    assert restored(run, training, []) == Restored(checkpoint.START)


def test_an_earlier_version_s_checkpoint_is_read(run: Run, training: Training) -> None:
    """It does not say whether it was announced."""
    import torch

    content = torch.load(run.checkpoint, weights_only=True)
    del content["announced"]
    torch.save(content, run.checkpoint)
    assert restored(run, training) == Restored(SECOND)
