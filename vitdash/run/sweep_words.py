"""What a sweep comes to, in words and figures for people. Must not know where they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from vitdash import text
from vitdash.knobs import Value
from vitdash.run.state import State
from vitdash.run.sweep import Launched, Member, Plan

GOES_ON = "goes on"
_ORDER = (State.FINISHED, State.RUNNING, State.STARTING, State.PAUSED, State.QUEUED, State.ELSEWHERE, GOES_ON, "new")
"""In which order it is told what members do: what is done first, what is still to be made last."""
_ELSEWHERE = "on another machine"


def sums(plan: Plan, again: str = "--again") -> list[str]:
    """Return what the members of a plan come to, a sentence a line; `again` is what trains all anew."""
    counted = f"{text.runs(len(plan.members))}, tagged {plan.name}: {_fates(plan.members)}."
    if plan.filtered:
        counted += f" The filter removed {text.count(plan.filtered)} of {text.count(plan.combinations)}."
    if plan.same:
        counted += f" {text.count(plan.same)} would compute what another one does."
    told = [counted]
    if not plan.to_do:
        told.append(_nothing_to_do(plan, again))
    if plan.ahead:
        told.append(_total(plan) + _others(plan))
    return told


def fate(member: Member) -> str:
    """Return what becomes of a member; of one that goes on, from what state it does."""
    return f"{member.seen.state}, {GOES_ON}" if member.seen and member.fate == GOES_ON else member.fate


def time(member: Member) -> str:
    """Return how long a member takes, "?" where nobody knows, nothing where it is done."""
    if not member.ahead:
        return ""
    return "?" if member.seconds is None else _about(member.seconds)


def value(value: Value | None) -> str:
    """Return the value of a knob that varies, nothing where the member has no such knob."""
    return "" if value is None else text.setting(value)


def launched(plan: Plan, done: Launched) -> str:
    """Return what launching has done, and what of the sweep waited or ran already."""
    created, resumed = len(done.created), len(done.resumed)
    told = [f"{text.count(created)} new {_noun(created)}"] if created else []
    if resumed:
        noun = "" if created else f" {_noun(resumed)}"
        told.append(f"{text.count(resumed)}{noun} that {_verb(resumed, 'goes', 'go')} on")
    lined_up = f"{' and '.join(told)} {_verb(created + resumed, 'is', 'are')} lined up" if told else ""
    tagged = len(set(done.tagged) - set(done.resumed))
    found = f"{text.count(tagged)} that {_verb(tagged, 'was', 'were')} there {_verb(tagged, 'is', 'are')} tagged now"
    said = [lined_up or "Nothing was lined up", _already(plan), found if tagged else ""]
    return f"{'; '.join(filter(None, said))}."


def _fates(members: Iterable[Member]) -> str:
    fates = Counter(member.fate for member in members)
    told = []
    for name in sorted(fates, key=_ORDER.index):
        number = text.count(fates[name])
        if name == GOES_ON:
            told.append(f"{number} {_verb(fates[name], 'goes', 'go')} on ({_states(members)})")
        else:
            told.append(f"{number} {_ELSEWHERE if name == State.ELSEWHERE else name}")
    return ", ".join(told) or "none is left"


def _states(members: Iterable[Member]) -> str:
    """Return in what states those are that go on."""
    states = Counter(member.seen.state for member in members if member.seen and member.fate == GOES_ON)
    return ", ".join(
        str(name) if len(states) == 1 else f"{text.count(number)} {name}" for name, number in states.items()
    )


def _nothing_to_do(plan: Plan, again: str) -> str:
    if already := _already(plan):
        return f"Nothing is to be lined up: {already}."
    if all(member.fate == State.FINISHED for member in plan.members):
        return f"Nothing is left to do; {again} trains all of it anew."
    return "Nothing is to be lined up: what is not finished is paused, or another machine's."


def _already(plan: Plan) -> str:
    """Return which of the sweep's runs run or wait without our doing; "" for none."""
    states = Counter(member.seen.state for member in plan.members if member.seen and not member.to_do)
    running, waiting = states[State.RUNNING] + states[State.STARTING], states[State.QUEUED]
    told = [f"{text.count(running)} {_verb(running, 'runs', 'run')}"] if running else []
    told += [f"{text.count(waiting)} {_verb(waiting, 'waits', 'wait')}"] if waiting else []
    return f"{' and '.join(told)} already" if told else ""


def _total(plan: Plan) -> str:
    ahead, known = len(plan.ahead), len(plan.ahead) - plan.unknown
    at_once = f"{text.count(plan.jobs)} at once, {_threads(plan)} each"
    if not known:
        return f"How long that takes is unknown: nothing like it was measured yet; {at_once}."
    about = f"about {_about(plan.seconds)}"
    if plan.unknown:
        lacking = f"nothing like {text.count(plan.unknown)} of the {text.count(ahead)} was measured yet"
        rest = f"the other {'one takes' if known == 1 else f'{text.count(known)} take'} {about}"
        return f"How long that takes is unknown: {lacking}; {rest} ({_sources(plan)}); {at_once}."
    return f"{about.capitalize()} until the last one has ended; {at_once} ({_sources(plan)})."


def _others(plan: Plan) -> str:
    if not plan.others:
        return ""
    verbs = _verb(plan.others, "runs or waits", "run or wait")
    counted = _verb(plan.others, "is", "are")
    return f" {text.count(plan.others)} other {_noun(plan.others)} that {verbs} here {counted} not counted."


def _sources(plan: Plan) -> str:
    source, *others = dict.fromkeys(member.expected.source for member in plan.ahead if member.seconds is not None)
    return f"{source} and {text.count(len(others))} other{'s' * (len(others) > 1)}" if others else source


def _threads(plan: Plan) -> str:
    numbers = sorted({member.config.compute.threads for member in plan.ahead})
    return text.threads(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {text.threads(numbers[-1])}"


def _about(seconds: float) -> str:
    # What is still to be computed takes some time, be it the last evaluation.
    return text.duration(max(1.0, seconds))


def _noun(number: int) -> str:
    return "run" if number == 1 else "runs"


def _verb(number: int, one: str, several: str) -> str:
    return one if number == 1 else several
