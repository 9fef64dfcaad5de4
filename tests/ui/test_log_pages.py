"""A run's logs as lines: what is said, in which order, and how long lines are wrapped."""

from __future__ import annotations

import dataclasses

from tests.run import happenings
from vitdash.run.both_logs import Logs
from vitdash.run.events import Event, RunFailed
from vitdash.run.state import State
from vitdash.ui import log_pages
from vitdash.ui.ink import Line

HAPPENED: list[Event] = [happenings.progress(640), happenings.evaluated(1000), happenings.finished(2000)]


def texts(lines: list[Line]) -> list[str]:
    return [line.text.rstrip() for line in lines]


def test_training_records_are_left_out_unless_asked() -> None:
    """A full run has thousands, between which the evaluations would drown."""
    events = happenings.numbered(HAPPENED)
    shown = texts(log_pages.happened(events))
    assert [line.split()[1:4] for line in shown[1:]] == [
        ["1,000", "validation", "loss"],
        ["2,000", "finished", "in"],
    ]
    assert len(log_pages.happened(events, progress=True)) == len(shown) + 1


def test_each_day_has_a_heading() -> None:
    """A run takes days, and a time of day says nothing of them."""
    first, second = happenings.numbered([happenings.evaluated(1), happenings.evaluated(2)])
    days = [first, dataclasses.replace(second, time=2e5)]
    assert len(log_pages.happened(days)) == 4


def test_a_failure_is_told_from_its_title_to_the_last_words() -> None:
    """Title, message, where it happened, what was printed: that is the order in which one asks."""
    failure = RunFailed(title="no memory", message="a batch\nis too large", traceback="Traceback:\n  a line\nError\n")
    found = Logs(state=State.FAILED, printed=("", "a warning"), failure=failure)
    assert log_pages.has_failed(found)
    assert texts(log_pages.why_it_failed(found)) == [
        *(
            "no memory",
            "",
            "a batch",
            "is too large",
            "",
            log_pages.WHAT_TO_DO,
            "",
            "traceback",
            "Traceback:",
            "  a line",
            "Error",
            "",
        ),
        *("what the worker printed last", "a warning"),
    ]


def test_a_run_without_last_words_is_told_as_such() -> None:
    """What is known of it is that nothing is."""
    found = Logs(state=State.LOST)
    assert log_pages.has_failed(found)
    assert texts(log_pages.why_it_failed(found))[0] == "The worker ended without a word."
    assert not log_pages.has_failed(Logs(state=State.FINISHED))


def test_a_search_marks_what_it_finds() -> None:
    """Whatever the case, over the borders of pieces, as often as it is there."""
    lines = [Line(("Loss 1", "strong"), (" loss", "")), Line(("accuracy", ""))]
    (found,) = log_pages.fitting(lines, "LOSS")
    assert found.pieces == [("Loss", "reverse"), (" 1", "strong"), (" ", ""), ("loss", "reverse")]
