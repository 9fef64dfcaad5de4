"""What a sweep comes to, in words and figures for people. Must not know where they are shown."""

from __future__ import annotations

from collections import Counter

from vitdash import text
from vitdash.knobs import Value
from vitdash.run.sweep import Member, Plan


def sums(plan: Plan) -> list[str]:
    """Return what the members of a plan come to, a sentence a line."""
    fates = Counter(member.fate for member in plan.members)
    told = [f"{text.count(number)} {fate}" for fate, number in fates.items()]
    counted = f"{text.runs(len(plan.members))}, tagged {plan.name}: {', '.join(told)}."
    if plan.filtered:
        counted += f" The filter removed {text.count(plan.filtered)} of {text.count(plan.combinations)}."
    if plan.same:
        counted += f" {text.count(plan.same)} would compute what another one does."
    if not plan.to_do:
        return [counted, "Nothing is left to do; --again trains all of it anew."]
    return [counted, _total(plan)]


def _total(plan: Plan) -> str:
    at_once = f"{text.count(plan.jobs)} at once, {_threads(plan)} each"
    if plan.unknown == len(plan.to_do):
        return f"Nothing like it was measured yet, so nobody knows how long that takes; {at_once}."
    sources = dict.fromkeys(member.expected.source for member in plan.to_do if member.seconds is not None)
    source, *others = sources
    more = f" and {text.count(len(others))} other{'s' * (len(others) > 1)}" if others else ""
    lacking = f", and {text.runs(plan.unknown)} of which it is not known" if plan.unknown else ""
    return f"About {text.duration(plan.seconds)} in all{lacking}; {at_once} ({source}{more})."


def _threads(plan: Plan) -> str:
    numbers = sorted({member.config.compute.threads for member in plan.to_do})
    return text.threads(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {text.threads(numbers[-1])}"


def time(member: Member) -> str:
    """Return how long a member takes, "?" where nobody knows, nothing where it is done."""
    if not member.to_do and member.seconds is None:
        return ""
    return "?" if member.seconds is None else text.duration(member.seconds) if member.seconds else ""


def value(value: Value | None) -> str:
    """Return the value of a knob that varies, nothing where the member has no such knob."""
    return "" if value is None else text.setting(value)
