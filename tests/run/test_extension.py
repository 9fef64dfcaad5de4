"""A finished run made longer: what its configuration says then, what is refused, and what it computes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.engine.worlds import begin, finish
from tests.recorded import finished, record
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.engine.batches import Schedule
from vitdash.errors import InputError
from vitdash.export import rows
from vitdash.run import extension, launch, state, store, summary
from vitdash.run.events import Evaluated, Resumed, RunFinished, TrainProgress
from vitdash.run.fields import FIGURES, Facts
from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import read_history
from vitdash.ui import run_facts

CNN = presets.load("cnn")


@pytest.fixture
def done(root: Path) -> Run:
    """Return a finished run of 2,000,000 images, with a file in the place of its checkpoint."""
    run = record(root, CNN, finished(CNN))
    run.checkpoint.touch()
    return run


def test_an_extended_run_is_one_that_was_stopped_on_a_longer_way(done: Run) -> None:
    """Its configuration says where it was extended, and is none that anybody would take for the longer run."""
    seen = read_history(done).images_seen
    told = extension.extend(done, 2 * seen)
    assert told.startswith(f"Extended at {seen:,} images: from there the learning rate goes on as on the way to")
    assert state.derive(done) is State.STOPPED
    config = store.read_config(done)
    assert config.ends == (seen, 2 * seen)
    assert config.fingerprint() != CNN.replace({"max_inputs": 2 * seen}).fingerprint()
    assert presets.parse(presets.dump(config), "again", "again") == config


def test_until_it_goes_on_an_extended_run_has_its_old_figures_and_new_images_ahead(done: Run) -> None:
    """No list says that it is through, and no table that its figures are of another schedule than they are."""
    extension.extend(done, 8_000_000)
    short = summary.summarise(done)
    (progress,) = (field.read(Facts(short)) for field in FIGURES if field.name == "progress")
    assert (Facts(short).planned, progress) == (8_000_000, 0.25)
    assert run_facts.planned(Standing(done, short, done.read_claim())) == 8_000_000
    (row,) = rows.read_rows([done])
    assert "extended" not in row.model
    gone_on = dataclasses.replace(row, figures=dataclasses.replace(row.figures, images_seen=2_000_064))
    assert gone_on.model.endswith(" (extended at 2,000,000)")


def test_what_is_no_extension_is_refused(done: Run, root: Path) -> None:
    """Fewer images; a run that is not finished; one whose checkpoint was pruned."""
    seen = read_history(done).images_seen
    with pytest.raises(InputError, match="is not above the"):
        extension.extend(done, seen)
    done.checkpoint.unlink()
    with pytest.raises(InputError, match="no checkpoint any more"):
        extension.extend(done, 2 * seen)
    stopped = record(root, CNN, finished(CNN)[:4], name="halted", claim="stopped")
    with pytest.raises(InputError, match=r"is stopped: only a finished run can be extended\. Go on with"):
        extension.extend(stopped, 10**7)
    assert store.read_config(stopped).extended_at == ()


def test_it_can_be_extended_again_and_a_crash_in_between_changes_nothing(done: Run) -> None:
    """Each place is remembered once, in order."""
    config = store.read_config(done)
    once = config.extended(1000, 3000)
    assert once.ends == (1000, 3000)
    # The new configuration was written, the claim was not: the same is asked again.
    assert once.extended(1000, 4000).ends == (1000, 4000)
    assert once.extended(3000, 5000).ends == (1000, 3000, 5000)


@pytest.mark.parametrize("text", ["at = []\nto = 3", "at = 3", "at = ['x']", "at = [0]", "at = [true]", "to = [3]",
                                  "at = [3000, 2000]", "at = [2000000]"])  # fmt: skip
def test_a_preset_that_misstates_it_is_refused(text: str) -> None:
    """In one sentence, as everything else."""
    with pytest.raises(InputError) as caught:
        presets.parse(f"{presets.dump(CNN)}\n[extended]\n{text}\n", "file.toml", "file")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ends", [(1000,), (100, 1000), (640, 1000), (130, 131, 300, 1000)])
def test_batches_beyond_an_extension_are_those_of_any_run(ends: tuple[int, ...]) -> None:
    """One batch is cut in two where the run ended; every batch is found again from its end."""
    batches = list(Schedule(300, 64, ends).after(0))
    assert batches[-1].end == 1000
    assert {batch.end for batch in batches} >= set(ends)
    assert all(batch.size > 0 for batch in batches)
    for batch in batches:
        assert Schedule(300, 64, ends).ending_at(batch.end) == batch
    grid = {batch.end for batch in Schedule(300, 64, (1000,)).after(0)}
    assert {batch.end for batch in batches} == grid | set(ends)


def test_an_extended_run_equals_one_that_was_told_so_from_the_beginning(tiny: RunConfig, root: Path) -> None:
    """A run stays a function of its configuration: extended or trained anew from it, the figures are the same."""
    worker = begin(tiny.replace({"max_inputs": 900}), root)
    finish(worker)
    extension.extend(worker.run, 1700)
    events = finish(launch.resume(worker.run))
    assert state.derive(worker.run) is State.FINISHED
    assert [event.from_images for event in events if isinstance(event, Resumed)] == [900]
    ending = events[-1]
    assert isinstance(ending, RunFinished)
    assert ending.images_seen == 1700
    again = finish(begin(store.read_config(worker.run), root))
    for kind in (TrainProgress, Evaluated):
        first, second = (
            [(item.images_seen, item.loss, item.accuracy) for item in found if isinstance(item, kind)]
            for found in (events, again)
        )
        # The extended one judges its end twice: when it is reached, and again when it goes on from there.
        assert list(dict.fromkeys(first)) == second
