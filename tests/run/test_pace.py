"""How long a run still takes: by the pace that was measured, of this life alone."""

from __future__ import annotations

import dataclasses

import pytest

from tests.recorded import progress, started
from vitdash import presets
from vitdash.run import pace
from vitdash.run.events import Event, Paused, Resumed
from vitdash.run.history import RunHistory

CONFIG = presets.load("vit-l8-h8-mlp1024")


def history(*events: Event) -> RunHistory:
    """Return the fold of `events`, numbered and a second apart where they state no time of their own."""
    folded = RunHistory()
    for number, event in enumerate(events, 1):
        folded.apply(dataclasses.replace(event, seq=number, time=event.time or 1000.0 + number))
    return folded


def test_the_time_left_goes_by_the_pace_so_far_evaluations_included() -> None:
    """A hundred images in ten seconds, whatever the records claim: nine hundred more take ninety."""
    config = CONFIG.replace({"max_inputs": 1000})
    past = history(
        dataclasses.replace(started(config), time=1.0),
        dataclasses.replace(progress(100, pace=500.0), time=10.0),
        dataclasses.replace(progress(200, pace=500.0), time=20.0),
    )
    assert pace.seconds_left(past, 200, 1000) == pytest.approx(80.0)
    assert pace.seconds_left(past, 1000, 1000) == 0.0


def test_the_time_left_after_one_record_goes_by_its_own_pace() -> None:
    """There is no interval yet, but a rate; before that nothing is claimed."""
    assert pace.seconds_left(history(started(CONFIG)), 0, 1000) is None
    assert pace.seconds_left(history(started(CONFIG), progress(100, pace=50.0)), 100, 1000) == pytest.approx(18.0)
    assert pace.seconds_left(history(started(CONFIG), progress(100, pace=0.0)), 100, 1000) is None


def test_the_time_left_of_a_resumed_run_forgets_its_first_life() -> None:
    """A night between two lives is not the pace of training."""
    past = history(
        dataclasses.replace(started(CONFIG), time=1.0),
        dataclasses.replace(progress(100), time=10.0),
        dataclasses.replace(progress(200), time=20.0),
        dataclasses.replace(started(CONFIG), time=90_000.0),
        Resumed(from_images=200, from_seq=3),
        dataclasses.replace(progress(300), time=90_010.0),
        dataclasses.replace(progress(400), time=90_015.0),
    )
    assert pace.seconds_left(past, 400, 1000) == pytest.approx(30.0)


def test_a_clock_that_is_set_back_does_not_bring_the_end_nearer() -> None:
    """Of an hour less than nothing comes: then what the batches took is what is known."""
    past = history(
        dataclasses.replace(started(CONFIG), time=9_000.0),
        dataclasses.replace(progress(100, pace=10.0), time=9_010.0),
        dataclasses.replace(progress(200, pace=10.0), time=5_420.0),
        dataclasses.replace(progress(300, pace=10.0), time=5_430.0),
    )
    assert pace.seconds_left(past, 300, 1000) == pytest.approx(70.0)


def test_the_time_left_after_a_pause_forgets_the_pause() -> None:
    """A night of waiting in one life is no pace of training either."""
    past = history(
        dataclasses.replace(started(CONFIG), time=1.0),
        dataclasses.replace(progress(100), time=10.0),
        dataclasses.replace(progress(200), time=20.0),
        dataclasses.replace(Paused(images_seen=200), time=21.0),
        dataclasses.replace(Resumed(from_images=200, from_seq=4), time=90_000.0),
        dataclasses.replace(progress(300), time=90_010.0),
        dataclasses.replace(progress(400), time=90_015.0),
    )
    assert pace.seconds_left(past, 400, 1000) == pytest.approx(30.0)
