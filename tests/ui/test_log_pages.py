"""A run's logs as lines: what is said, in which order, and how long lines are wrapped."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

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
        *("no memory", "", "a batch", "is too large", "", "traceback", "Traceback:", "  a line", "Error", ""),
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


@given(st.lists(st.text(st.sampled_from("ab 界 "), max_size=12), min_size=1, max_size=4), st.integers(2, 9))
def test_wrapping_loses_nothing_but_spaces(words: list[str], width: int) -> None:
    """Each row fits, wide characters included, and what is read is what was written."""
    line = Line(*((word, "") for word in words))
    rows = log_pages.wrapped([line], width, hanging=1)
    assert all(row.width <= width for row in rows)
    assert "".join("".join(row.text for row in rows).split()) == "".join(line.text.split())


def test_rows_end_between_words_and_go_on_below_the_first() -> None:
    """As one reads."""
    rows = log_pages.wrapped([Line(("12:00:00", "muted"), ("  a longer sentence of words", ""))], 20, hanging=10)
    assert texts(rows) == ["12:00:00  a longer", "          sentence", "          of words"]
