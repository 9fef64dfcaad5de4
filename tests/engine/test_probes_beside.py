"""Real workers that train while a probe is fitted: told as it is, interrupted meanwhile, against their twins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.gates import Gate
from tests.engine.worlds import begin, finish, follow, recorded, wait_for_state, wait_until
from tests.faults import evidence
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run import launch, request
from vitdash.run.control import Word
from vitdash.run.events import Event, News, Paused, Phase, Probed, Resumed, RunFailed, RunStarted, TrainProgress
from vitdash.run.launch import Worker
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import read_history

pytestmark = pytest.mark.usefixtures("no_plugins")

FIRST, SECOND, LAST = 640, 1280, 1600
"""Images seen at the probes of `config`: the first two beside training, the last at the end."""
SAVED, STUCK = 1152, SECOND - 64
"""Its checkpoint in the middle, and how far training comes while the first probe is fitted: the next would pile up."""


@pytest.fixture
def config(tiny: RunConfig) -> RunConfig:
    """Return a run of 26 batches with three probes and a record for each batch."""
    every = {"progress_every_images": 64, "evaluate_every_images": 320, "checkpoint_every_images": SAVED}
    return tiny.replace(every | {"max_inputs": LAST, "threads": 1, "probe_every": 2, "probe_beside": "yes"})


def assert_equal_to_its_twin(run: Run, config: RunConfig, root: Path) -> None:
    """Compare everything that is left of a run with what is left of one that waited for each probe, undisturbed."""
    twin = begin(config.replace({"probe_beside": "no"}), root, "twin")
    finish(twin)
    assert evidence.differences(evidence.outcome(run), evidence.outcome(twin.run)) == []


def test_what_a_run_leaves_is_the_same(config: RunConfig, root: Path) -> None:
    """Weights, best weights, records, diagnostics, results; and that it trained meanwhile is written down."""
    worker = begin(config, root)
    events = finish(worker)
    assert sum(isinstance(event, Phase) and event.name == "probe_beside" for event in events) == 2
    assert [event.images_seen for event in events if isinstance(event, Probed)] == [FIRST, SECOND, LAST]
    assert presets.load_file(worker.run.config).probe.probe_beside == "yes"
    assert [event.config["probe"]["probe_beside"] for event in events if isinstance(event, RunStarted)] == ["yes"]
    assert_equal_to_its_twin(worker.run, config, root)


def until_stuck(worker: Worker, life: int = 1) -> list[Event]:
    """Return what is recorded once a run has trained, in this life, as far as the fit of its first probe lets it."""
    reader = EventReader(worker.run.events)
    seen: list[Event] = []

    def stuck() -> bool:
        seen.extend(item for item in reader.from_file() if isinstance(item, Event))
        lives = sum(isinstance(event, RunStarted) for event in seen)
        at = [event.images_seen for event in seen if isinstance(event, TrainProgress)][-1:]
        return lives == life and at == [STUCK] and isinstance(seen[-1], Phase) and seen[-1].name == "probe"

    wait_until(stuck, "training waits for the first probe before the second")
    return seen


def assert_it_trained_meanwhile_and_says_so(run: Run, events: list[Event]) -> None:
    """Up to the batch before the next probe; there it waits, and no longer says that it trains."""
    begun = next(place for place, item in enumerate(events) if isinstance(item, Phase) and item.name == "probe_beside")
    since = [event.images_seen for event in events[begun:] if isinstance(event, TrainProgress)]
    assert since == list(range(FIRST + 64, STUCK + 1, 64))
    history = read_history(run)
    assert history.phase == events[-1]
    assert history.meanwhile == events[begun]


def pause(worker: Worker) -> None:
    """Nobody waits for the fit, which goes on within the same life."""
    assert request.ask(worker.run, Word.PAUSE) == "paused"
    assert isinstance(recorded(worker.run)[-1], Paused)
    assert request.ask(worker.run, Word.RUN) == "running"


def kill(worker: Worker) -> None:
    """End this life without a word."""
    worker.process.kill()
    worker.process.wait()
    wait_for_state(worker.run, State.LOST)


def terminate(worker: Worker) -> None:
    """End it as a system that shuts down does; the fit is abandoned."""
    worker.process.terminate()
    worker.process.wait()
    wait_for_state(worker.run, State.STOPPED)


def stop(worker: Worker) -> None:
    """End it by its control file."""
    assert request.ask(worker.run, Word.STOP) == "stopped"
    worker.process.wait()


def when_probed(act: Callable[[], object]) -> Callable[[News], None]:
    """Return a listener that calls `act` when the figures of the last probe of a position are recorded."""

    def listen(item: News) -> None:
        if isinstance(item, Probed) and item.probe == "gated":
            act()

    return listen


def test_interrupted_while_a_probe_is_fitted_the_run_is_the_same(config: RunConfig, root: Path, tmp_path: Path) -> None:
    """Killed, terminated, stopped and paused meanwhile, and killed right after: no figure is lost, none comes twice."""
    gate = Gate(tmp_path)
    config = config.replace({"probes": ("svc", "gated")})
    worker = begin(config, root)
    assert_it_trained_meanwhile_and_says_so(worker.run, until_stuck(worker))
    for life, end in enumerate((kill, terminate, stop), 2):
        end(worker)
        assert not any(isinstance(event, Probed) for event in recorded(worker.run))
        worker = launch.resume(worker.run)
        until_stuck(worker, life)
    pause(worker)
    gate.open()
    follow(worker.run, worker, on=when_probed(worker.process.kill))
    worker.process.wait()
    events = finish(launch.resume(worker.run))
    gone_on = [event.from_images for event in events if isinstance(event, Resumed)]
    assert gone_on == [SAVED, STUCK, STUCK, STUCK, STUCK]
    probed = [event.images_seen for event in read_history(worker.run).probes]
    assert probed == [FIRST, FIRST, SECOND, SECOND, LAST, LAST]
    assert read_history(worker.run).meanwhile is None
    assert_equal_to_its_twin(worker.run, config, root)


BREAK = """import gc, torch
    from vitdash.engine.model import Classifier
    for found in gc.get_objects():
        if isinstance(found, Classifier):
            found.linear.weight.data.fill_(torch.nan)
    while not Path({there!r}).exists():
        time.sleep(0.005)"""
"""What ruins the network that is trained meanwhile, and waits for what comes of it."""


def test_what_was_fitted_to_before_training_failed_stands(config: RunConfig, root: Path, tmp_path: Path) -> None:
    """A run that diverges meanwhile says first what the probe found."""
    there = tmp_path / "diverged"
    Gate(tmp_path, act=BREAK.format(there=str(there))).open()
    worker = begin(config.replace({"probes": ("gated",)}), root)

    def listen(item: News) -> None:
        if isinstance(item, Phase) and item.name == "probe" and item.total == 0:
            there.touch()

    follow(worker.run, worker, on=listen)
    worker.process.wait()
    *_, probed, ending = recorded(worker.run)
    assert isinstance(probed, Probed)
    assert probed.images_seen == FIRST
    assert isinstance(ending, RunFailed)
    assert ending.title == "diverged"
