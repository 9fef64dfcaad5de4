"""Title and bell speak of what happens by itself, once, and not where they are switched off."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tests.run.bare_runs import claim_of
from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import Figures, Summary
from vitdash.ui.notices import Notice, Notices


def standing(name: str, state: State, seen: int = 0) -> Standing:
    run = Run(Path("/runs") / f"{name}-20260101-000000-abcd")
    return Standing(run, Summary(run, name, 0.0, state, Figures(planned_images=1000, images_seen=seen)), claim_of())


def moved(known: Standing, state: State, seen: int = 0) -> Standing:
    known.short = dataclasses.replace(
        known.short, state=state, figures=dataclasses.replace(known.short.figures, images_seen=seen)
    )
    return known


def test_the_title_says_how_far_it_is_and_changes_with_each_percent() -> None:
    """What trains alone is named; several are counted."""
    notices = Notices()
    one = standing("cnn", State.RUNNING, 425)
    assert notices.look([standing("old", State.FINISHED), one]) == Notice("42% cnn – vitdash", rings=False)
    assert notices.look([moved(one, State.RUNNING, 429)]) == Notice(None, rings=False)
    both = [one, standing("vit", State.STARTING)]
    assert notices.look(both).title == "21% 2 running – vitdash"
    assert notices.look([moved(one, State.RUNNING, 999)]).title == "99% cnn – vitdash"


def test_it_rings_once_when_a_run_ends_or_fails_and_names_it() -> None:
    """Also when its worker was killed; the title keeps it until something trains again."""
    for state in (State.FINISHED, State.FAILED, State.LOST):
        notices, one = Notices(), standing("cnn", State.RUNNING)
        notices.look([one])
        assert notices.look([moved(one, state)]) == Notice(f"cnn {state} – vitdash", rings=True)
        assert notices.look([one]) == Notice(None, rings=False)


def test_nobody_is_rung_for_what_they_did_themselves_or_what_was_over_before() -> None:
    """Stopping and pausing are asked for; an old run says nothing new."""
    notices, one = Notices(), standing("cnn", State.RUNNING)
    assert notices.look([one, standing("old", State.FAILED)]).rings is False
    assert notices.look([moved(one, State.PAUSED)]).rings is False
    assert notices.look([moved(one, State.STOPPED)]) == Notice(None, rings=False)


def test_both_can_be_switched_off() -> None:
    """As the settings say."""
    notices, one = Notices(bell=False, title=False), standing("cnn", State.RUNNING)
    assert notices.look([one]) == Notice(None, rings=False)
    assert notices.look([moved(one, State.FINISHED)]) == Notice(None, rings=False)


def test_a_title_is_plain_text() -> None:
    """No name can drive the terminal; in an ASCII locale it is ASCII."""
    assert Notices().look([standing("a\x1b]2;b\x07c", State.RUNNING)]).title == "0% a ]2;b c – vitdash"
    title = Notices(unicode=False).look([standing("größe", State.RUNNING)]).title
    assert title is not None
    assert title.isascii()
