"""What is said of a sweep before and after it is lined up: true of every mixture of what its members do."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitdash import presets
from vitdash.run import sweep_words
from vitdash.run.estimate import Estimate
from vitdash.run.known import Seen
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import Figures
from vitdash.run.sweep import Launched, Member, Plan

CONFIG = presets.load("cnn").replace({"max_inputs": 1000, "threads": 1})
UNKNOWN = Estimate(None, "no run like this was measured yet")
HUNDRED = Estimate(100.0, "as in over: 10/s")
NEW = None


def member(state: State | None, expected: Estimate = HUNDRED, trained: int = 0, number: int = 0) -> Member:
    """Return a member of which a run is there that does `state`, or none."""
    seen = None
    if state is not None:
        figures = Figures(images_seen=1000 if state is State.FINISHED else trained)
        seen = Seen(Run(Path(f"/runs/{number}")), state, CONFIG, figures, tags=("rates",))
    return Member(f"run{number}", CONFIG, {"seed": number}, str(number), expected, seen)


def plan_of(*members: Member, jobs: int = 2, others: int = 0) -> Plan:
    return Plan("rates", members, len(members), 0, 0, jobs, others=others)


def sums(*states: State | None, jobs: int = 2, others: int = 0) -> list[str]:
    return sweep_words.sums(plan_of(*map(member, states), jobs=jobs, others=others))


def test_of_each_state_it_is_told_how_many_there_are() -> None:
    """What is done first, what is still to be made last; of those that go on, what became of them."""
    told, _ = sums(*(NEW, State.LOST, State.QUEUED, State.FAILED, State.FINISHED, State.FINISHED, State.RUNNING, NEW))
    assert told == ("8 runs, tagged rates: 2 finished, 1 running, 1 queued, 2 go on (1 lost, 1 failed), 2 new.")
    one, _ = sums(State.STOPPED, State.ELSEWHERE, State.PAUSED)
    assert one == "3 runs, tagged rates: 1 paused, 1 on another machine, 1 goes on (stopped)."


def test_the_time_is_that_until_the_last_one_has_ended() -> None:
    """With those that run and wait already, as many at once as there may be; a paused run waits for a person."""
    assert sums(NEW, State.QUEUED, State.PAUSED, State.FINISHED, jobs=1)[-1] == (
        "About 3m 20s until the last one has ended; 1 at once, 1 thread each (as in over: 10/s)."
    )
    assert sums(NEW, NEW, NEW, jobs=2)[-1].startswith("About 3m 20s until")
    half = plan_of(member(State.RUNNING, trained=500), member(NEW), jobs=2)
    assert half.seconds == 100
    assert dataclasses.replace(half, jobs=1).seconds == 150


def test_what_is_unknown_is_called_so() -> None:
    """Of what is known the time is told; a moment that is left is no nothing."""
    nothing = plan_of(member(NEW, UNKNOWN), member(State.QUEUED, UNKNOWN))
    assert sweep_words.sums(nothing)[-1] == (
        "How long that takes is unknown: nothing like it was measured yet; 2 at once, 1 thread each."
    )
    some = plan_of(member(NEW, UNKNOWN), member(State.LOST, trained=1000), member(State.FINISHED))
    assert sweep_words.sums(some)[-1] == (
        "How long that takes is unknown: nothing like 1 of the 2 was measured yet; the other one takes about 1s "
        "(as in over: 10/s); 2 at once, 1 thread each."
    )
    assert [sweep_words.time(item) for item in some.members] == ["?", "1s", ""]


def test_other_runs_in_the_queue_are_named_as_not_counted() -> None:
    """The time would be wrong without a word of them."""
    assert sums(NEW, others=1)[-1].endswith(" 1 other run that runs or waits here is not counted.")
    assert sums(NEW, others=3)[-1].endswith(" 3 other runs that run or wait here are not counted.")


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([State.FINISHED] * 2, "Nothing is left to do; --again trains all of it anew."),
        ([State.QUEUED, State.QUEUED, State.RUNNING], "Nothing is to be lined up: 1 runs and 2 wait already."),
        ([State.FINISHED, State.STARTING], "Nothing is to be lined up: 1 runs already."),
        (
            [State.FINISHED, State.PAUSED],
            "Nothing is to be lined up: what is not finished is paused, or another machine's.",
        ),
    ],
)
def test_where_nothing_is_to_be_lined_up_it_is_told_why(states: list[State], sentence: str) -> None:
    """Runs that wait are left: nothing says that all is done."""
    assert sums(*states)[1] == sentence


def test_afterwards_it_is_told_what_was_lined_up_and_what_waited_already() -> None:
    """Those that wait are no news, but they are not forgotten either."""
    runs = tuple(Run(Path(f"/runs/{number}")) for number in range(5))
    fresh = plan_of(member(NEW), member(NEW))
    assert sweep_words.launched(fresh, Launched(created=runs[:2])) == "2 new runs are lined up."
    mixed = plan_of(*map(member, (NEW, State.LOST, State.QUEUED, State.QUEUED, State.RUNNING)))
    done = Launched(created=runs[:1], resumed=runs[1:2], tagged=runs[1:4])
    assert sweep_words.launched(mixed, done) == (
        "1 new run and 1 that goes on are lined up; 1 runs and 2 wait already; 2 that were there are tagged now."
    )
    on = plan_of(*map(member, (State.FAILED, State.FINISHED)))
    assert sweep_words.launched(on, Launched(resumed=runs[:1])) == "1 run that goes on is lined up."
    over = plan_of(member(State.FINISHED))
    assert sweep_words.launched(over, Launched(tagged=runs[:1])) == (
        "Nothing was lined up; 1 that was there is tagged now."
    )


@given(
    st.lists(st.tuples(st.sampled_from([NEW, *State]), st.booleans(), st.integers(0, 1000)), min_size=1, max_size=12),
    st.integers(1, 4),
)
def test_the_sentences_hold_for_every_mixture(drawn: list[tuple[State | None, bool, int]], jobs: int) -> None:
    """The parts add up, nothing known is called unknown, and no time is shorter than its longest run or all by jobs."""
    members = [
        member(state, HUNDRED if known else UNKNOWN, trained, number)
        for number, (state, known, trained) in enumerate(drawn)
    ]
    plan = plan_of(*members, jobs=jobs)
    counted, *rest = sweep_words.sums(plan)
    numbers = re.findall(r"\d+", re.sub(r"\(.*\)", "", counted.partition("rates: ")[2]))
    assert sum(map(int, numbers)) == len(members), counted
    assert ("unknown" in " ".join(rest)) is any(item.seconds is None for item in plan.ahead)
    known = [item.seconds for item in plan.ahead if item.seconds is not None]
    assert plan.seconds >= max([0.0, *known]) - 1e-9
    assert sum(known) / jobs - 1e-9 <= plan.seconds <= sum(known) + 1e-9
    assert "0s" not in {sweep_words.time(item) for item in members}
