"""The fold of a run's events is one unbroken series, however often the run was interrupted."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.run.happenings import any_of, evaluated, failed, finished, numbered, probed, progress
from vitdash.run.events import (
    CheckpointSaved,
    DiagnosticsSaved,
    Evaluated,
    Event,
    Paused,
    Phase,
    Probed,
    ProbeFailed,
    Resumed,
    RunStarted,
    Skipped,
    Stopped,
    TrainProgress,
)
from vitdash.run.history import RunHistory, fold

RECORDED = (RunStarted, Phase, TrainProgress, Evaluated, Probed, ProbeFailed, DiagnosticsSaved, CheckpointSaved)
SERIES = ("progress", "evaluations", "probes", "failed_probes", "diagnostics", "checkpoints")
ANY_EVENT: st.SearchStrategy[Event] = st.one_of(
    *(any_of(kind).filter(lambda news: isinstance(news, Event)) for kind in RECORDED)
)
STARTED = RunStarted(
    protocol=1,
    run_id="a-run",
    config={},
    classes=(),
    parameters=1,
    device="cpu",
    threads=1,
    compiled=False,
    planned_images=6400,
)
LOADING = Phase(name="load", done=0, total=0)


def saved(images_seen: int) -> CheckpointSaved:
    """Return the event of a checkpoint."""
    return CheckpointSaved(images_seen=images_seen, file="checkpoint.pt")


def full_run() -> list[Event]:
    """Return what an uninterrupted run records: progress, and now and then an evaluation, a probe, a checkpoint."""
    happened: list[Event] = [LOADING, STARTED]
    for images_seen in range(640, 6401, 640):
        happened.append(progress(images_seen))
        if images_seen % 1280 == 0:
            happened += [evaluated(images_seen, accuracy=images_seen / 10_000)]
            happened += [DiagnosticsSaved(images_seen=images_seen, file=f"diagnostics/{images_seen}.json")]
        if images_seen % 2560 == 0:
            happened += [Phase(name="probe", done=0, total=0), probed(images_seen, svc=images_seen / 9000)]
        if images_seen % 1920 == 0 or images_seen == 6400:
            happened.append(saved(images_seen))
    return [*happened, finished(6400)]


def series_of(history: RunHistory) -> dict[str, Any]:
    """Return what must not depend on interruptions: all series, without numbers and times; the ending; the results."""
    series = {
        name: [dataclasses.replace(event, seq=0, time=0.0) for event in getattr(history, name)] for name in SERIES
    }
    ending = history.ending and dataclasses.replace(history.ending, seq=0, time=0.0)
    return {
        **series,
        "ending": ending,
        "results": history.results,
        "images_seen": history.images_seen,
        "images_per_second": history.images_per_second,
        "saved_at": history.saved_at,
        "phase": history.phase,
        "paused": history.paused,
    }


class Worker:
    """Records as a worker does that is interrupted and resumed: from its last checkpoint, in a log that only grows."""

    def __init__(self) -> None:
        self.script = full_run()
        self.log: list[Event] = []
        self.position = 0
        self.checkpoint = (0, 0, 0)
        """Where in the script a resume goes on, after which event of the log, at how many images."""

    def append(self, event: Event) -> None:
        """Record one event."""
        self.log += numbered([event], len(self.log) + 1)

    def work(self, events: int) -> None:
        """Go on for so many events."""
        for event in self.script[self.position : self.position + events]:
            self.append(event)
            self.position += 1
            if isinstance(event, CheckpointSaved):
                self.checkpoint = (self.position, len(self.log), event.images_seen)

    def interrupt(self, how: str) -> None:
        """End this life – killed, failed, or stopped with a checkpoint of where it is – and begin the next."""
        position, seq, images_seen = self.checkpoint
        if how == "failed":
            self.append(failed())
        if how == "stopped":
            seen = [event.images_seen for event in self.log if isinstance(event, TrainProgress)]
            position, seq, images_seen = self.checkpoint = (self.position, len(self.log), max(seen, default=0))
            self.append(Stopped(images_seen=images_seen))
        self.append(LOADING)
        self.append(STARTED)
        self.append(Resumed(from_images=images_seen, from_seq=seq))
        self.position = max(position, 2)

    def pause(self) -> None:
        """Wait within this life, and go on."""
        seen = [event.images_seen for event in self.log if isinstance(event, TrainProgress)]
        images_seen = max(seen, default=0)
        self.checkpoint = (self.position, len(self.log), images_seen)
        self.append(Paused(images_seen=images_seen))
        self.append(Resumed(from_images=images_seen, from_seq=len(self.log)))


@given(st.lists(ANY_EVENT, max_size=20), st.integers(0, 20))
def test_folding_is_pure(happened: list[Event], cut: int) -> None:
    """Equal events give an equal history, at once or one by one, and stay as they were."""
    happened = numbered(happened)
    before = copy.deepcopy(happened)
    history = fold(happened)
    assert fold(happened) == history
    grown = fold(happened[:cut])
    for event in happened[cut:]:
        grown.apply(event)
    assert grown == history
    assert happened == before


def test_two_histories_share_nothing() -> None:
    """A history that grows leaves another one alone."""
    one, other = RunHistory(), RunHistory()
    one.apply(progress(1))
    assert other == RunHistory()


@given(st.lists(ANY_EVENT, max_size=20), st.integers(0, 25))
def test_resuming_drops_exactly_what_came_after_the_checkpoint(happened: list[Event], from_seq: int) -> None:
    """Up to `from_seq` everything stands; of what came after it nothing does."""
    happened = numbered(happened)
    history = fold(happened)
    history.apply(dataclasses.replace(Resumed(from_images=77, from_seq=from_seq), seq=99))
    kept = fold(happened[:from_seq])
    for name in SERIES:
        assert getattr(history, name) == getattr(kept, name)
    assert history.saved_at == 77
    assert history.started == fold(happened).started


@given(
    st.lists(
        st.tuples(st.integers(0, 25), st.sampled_from(["killed", "failed", "stopped", "paused"])),
        max_size=6,
    )
)
def test_a_run_resumed_anywhere_equals_one_that_was_never_interrupted(interruptions: list[tuple[int, str]]) -> None:
    """However it was interrupted and how often, a reader ends with the series of an uninterrupted run."""
    worker = Worker()
    for events, how in interruptions:
        worker.work(events)
        if worker.position >= len(worker.script):
            break
        if how == "paused":
            worker.pause()
        else:
            worker.interrupt(how)
    worker.work(len(worker.script))
    assert series_of(fold(worker.log)) == series_of(fold(numbered(full_run())))


def test_a_checkpoint_tells_an_evaluation_before_it_from_one_after_it() -> None:
    """Both are at the position where the run resumes: only the one that the checkpoint knows of stands."""
    before = [STARTED, progress(640), evaluated(640, accuracy=0.1), saved(640), evaluated(640, accuracy=0.2)]
    happened = numbered([*before, Resumed(from_images=640, from_seq=4), evaluated(640, accuracy=0.3)])
    assert [event.accuracy for event in fold(happened).evaluations] == [0.1, 0.3]


@pytest.mark.parametrize("over", [probed(640, svc=0.9), failed(), finished(640), Stopped(images_seen=640), LOADING])
def test_what_is_done_while_it_trains_is_over_with_its_figures_or_with_this_life(over: Event) -> None:
    """A pause is in the same life, and no other event tells of its end."""
    beside = Phase(name="probe_beside", done=0, total=1, seq=3)
    paused, going_on = Paused(images_seen=1280), Resumed(from_images=1280, from_seq=6)
    happened = [LOADING, STARTED, beside, progress(1280), Phase(name="evaluate", done=0, total=9), paused, going_on]
    history = fold(happened)
    assert (history.phase, history.meanwhile) == (None, beside)
    history.apply(over)
    assert history.meanwhile is None


@pytest.mark.parametrize("ending", [finished(640), failed(), Stopped(images_seen=640)])
@pytest.mark.parametrize("next_event", [LOADING, STARTED, Resumed(from_images=0, from_seq=0), progress(1280)])
def test_an_ending_holds_until_the_run_goes_on(ending: Event, next_event: Event) -> None:
    """The log of a resumed run has endings in the middle: they are over with whatever comes next."""
    history = fold([progress(640), ending])
    assert history.ending == ending
    history.apply(Skipped(seq=9, reason="garbage"))
    assert history.ending == ending
    history.apply(next_event)
    assert history.ending is None


def test_a_pause_holds_until_the_run_goes_on() -> None:
    """Saving a checkpoint is no end of a pause; going on is, and so is ending."""
    paused = Paused(images_seen=640)
    history = fold([progress(640), paused, saved(640)])
    assert (history.paused, history.saved_at) == (paused, 640)
    resumed = fold([progress(640), paused, Resumed(from_images=640, from_seq=2)])
    assert (resumed.paused, resumed.ending) == (None, None)
    assert fold([progress(640), paused, Stopped(images_seen=640)]).paused is None


def test_a_phase_holds_until_it_is_done_or_something_else_happens() -> None:
    """Its last event tells how far it is: 0 of 0 is unknown, all of all is over."""
    some, all_of_it = Phase(name="download", done=3, total=20), Phase(name="download", done=20, total=20)
    assert fold([LOADING]).phase == LOADING
    assert fold([LOADING, some]).phase == some
    assert fold([some, all_of_it]).phase is None
    assert fold([some, saved(640)]).phase == some
    assert fold([some, Skipped(seq=2, reason="garbage")]).phase == some
    for event in (STARTED, progress(640), evaluated(640), probed(640), failed(), Paused(images_seen=1)):
        assert fold([some, event]).phase is None


def test_results_are_those_of_the_last_evaluation() -> None:
    """Not of the best one, and without a probe that saw an earlier network."""
    assert fold([STARTED, progress(640), probed(640, svc=0.1)]).results == {}
    happened = [evaluated(640, accuracy=0.9), probed(640, svc=0.95), progress(1280), evaluated(1280, accuracy=0.8)]
    assert fold([*happened]).results == {"validation_loss": 0.25, "accuracy": 0.8}
    history = fold([*happened, probed(1280, svc=0.7), probed(1280, knn=0.6)])
    assert history.results == {"validation_loss": 0.25, "accuracy": 0.8, "svc": 0.7, "knn": 0.6}
    assert history.probes[1].values == {"svc": 0.7}


def test_a_resume_takes_results_back() -> None:
    """An evaluation that is to be computed again is no result in the meantime."""
    happened = numbered([evaluated(640, accuracy=0.1), saved(640), evaluated(1280, accuracy=0.2)])
    assert fold([*happened, Resumed(from_images=640, from_seq=2)]).results["accuracy"] == 0.1
    assert fold([*happened, Resumed(from_images=0, from_seq=0)]).results == {}


def test_images_per_second_weighs_by_time() -> None:
    """640 images at 640/s and 640 at 320/s are 1,280 in three seconds, not the mean of the rates."""
    history = fold([progress(640, pace=640.0), progress(1280, pace=320.0)])
    assert history.images_per_second == pytest.approx(1280 / 3)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=20), st.floats(0.5, 1e5))
def test_at_a_constant_pace_that_is_the_pace(steps: list[int], pace: float) -> None:
    """However often progress is recorded; waiting and evaluating between the records do not count."""
    seen, happened = 0, list[Event]()
    for step in steps:
        seen += step
        happened += [progress(seen, pace=pace), evaluated(seen), Paused(images_seen=seen)]
    assert fold(happened).images_per_second == pytest.approx(pace)


def test_a_record_without_a_pace_has_no_weight() -> None:
    """A clock that stood still makes no division by zero."""
    assert RunHistory().images_per_second is None
    assert fold([progress(640, pace=0.0)]).images_per_second is None
    assert fold([progress(640, pace=0.0), progress(1280, pace=100.0)]).images_per_second == pytest.approx(100)


def test_images_seen_is_the_last_position_that_is_known() -> None:
    """Of a record, a pause, a checkpoint or the end, whichever came last; a resume goes back to its checkpoint."""
    history = RunHistory()
    assert history.images_seen == 0
    steps: list[tuple[Event, int]] = [
        (STARTED, 0),
        (progress(640), 640),
        (evaluated(700), 700),
        (Paused(images_seen=768), 768),
        (Resumed(from_images=768, from_seq=4), 768),
        (progress(1280), 1280),
        (saved(1300), 1300),
        (progress(1920), 1920),
        (Stopped(images_seen=2000), 2000),
        (Resumed(from_images=1300, from_seq=7), 1300),
        (progress(1920), 1920),
        (failed(), 1920),
        (Resumed(from_images=1300, from_seq=7), 1300),
        (finished(2560), 2560),
    ]
    for event, (_, expected) in zip(numbered([event for event, _ in steps]), steps, strict=True):
        history.apply(event)
        assert history.images_seen == expected, event


def test_what_was_skipped_is_kept_and_changes_nothing() -> None:
    """A line that was not understood is there to be told, and is no event of the series."""
    history = fold([STARTED, progress(640)])
    skipped = Skipped(seq=40, time=99.0, reason="unknown type 'Next'")
    changed = fold([STARTED, progress(640), skipped])
    assert changed.skipped == [skipped]
    changed.skipped.clear()
    assert changed == history


def test_an_event_without_meaning_is_a_mistake() -> None:
    """An event added to the protocol but not to the fold fails loudly, here and not in a view."""
    with pytest.raises(TypeError, match="Event is no event of this protocol"):
        RunHistory().apply(Event())
