"""Runs that differ only in seed, taken as one: what their figures say together. Must not know tables or screens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, TypeAlias

from vitdash.config import RunConfig
from vitdash.knobs import Value
from vitdash.run.state import State
from vitdash.run.summary import Figures
from vitdash.statistics import SIGNIFICANT, Spread, spread, welch
from vitdash.text import count, plain, setting

BETTER: dict[str, Literal["least", "most"]] = {
    "validation_loss": "least",
    "accuracy": "most",
    "svc": "most",
    "svc_held_out": "most",
}
"""Which way these figures are better. Of those of plug-ins' probes nobody knows."""

MOST_NAMED = 3
"""Knobs in a group's name: more than these nobody reads."""

Verdict: TypeAlias = Literal["best", "leading", "noise", "behind", "unknown", ""]


class Member(Protocol):
    """A run with its configuration and what it came to; the exported table's rows are such."""

    @property
    def id(self) -> str:
        """The run's id."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def state(self) -> State:
        """What it does."""

    @property
    def config(self) -> RunConfig:
        """Every knob."""

    @property
    def figures(self) -> Figures:
        """What its events say."""


@dataclass(frozen=True)
class Group:
    """Runs whose configurations differ in nothing that affects the result but the seed.

    `counted` are those whose figures may be put together: one a seed, for the same seed gives the same result and says
    nothing of chance; and only those evaluated after the most images, for a run that is halfway is another thing.
    """

    key: str
    name: str
    members: tuple[Member, ...]

    @property
    def config(self) -> RunConfig:
        """The configuration of the first: those of the others are the same but for the seed."""
        return self.members[0].config

    @cached_property
    def evaluated_at(self) -> int:
        """Images after which the figures were read, 0 without any."""
        return max((member.figures.evaluated_at for member in self.members), default=0)

    @cached_property
    def counted(self) -> tuple[Member, ...]:
        """The runs that count, in order of their seeds."""
        seeds: dict[int, Member] = {}
        # By the dates that ids end with: which run of a seed counts is no matter of the order that they are named in.
        for member in sorted(self.members, key=lambda member: member.id.split("-")[-3:]):
            if member.figures.results and member.figures.evaluated_at == self.evaluated_at:
                seeds[member.config.train.seed] = member
        return tuple(seeds[seed] for seed in sorted(seeds))

    @property
    def told(self) -> str:
        """How many runs count, in words: "3", or "3 of 4" where some failed, have not come as far or repeat a seed."""
        counted, members = len(self.counted), len(self.members)
        return count(counted) if counted == members else f"{count(counted)} of {count(members)}"

    def values(self, metric: str) -> list[float]:
        """Return a figure of every run that counts and has it."""
        return [value for member in self.counted if (value := _figure(member, metric)) is not None]

    def spread(self, metric: str) -> Spread | None:
        """Return a figure's mean and spread over the seeds, None where no run has it."""
        return spread(self.values(metric))

    def fewer(self, metric: str) -> int:
        """Return how many runs have a figure where not all that count do, such as after a probe failed; else 0."""
        there = len(self.values(metric))
        return there if there < len(self.counted) else 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a group stands in a figure: `p` is against the leading one, or the leading one's largest against another.

    "best" is the leading group where chance does not explain its lead over any other, "leading" where it may;
    "noise" cannot be told from the leading one, "behind" can; of "unknown" there are too few seeds to say; "" is no
    competitor: it has no such figure, or one after fewer images or on other data.
    """

    verdict: Verdict = ""
    p: float | None = None


def key_of(config: RunConfig) -> str:
    """Return what is equal for runs of one group."""
    return config.fingerprint(without=("seed",))


def gather(runs: Iterable[Member], keys: dict[str, str] | None = None) -> list[Group]:
    """Return the groups of some runs, in the order of the first of each.

    `keys` remembers the keys of runs by their ids: whoever asks often asks with the same.
    """
    known = {} if keys is None else keys
    gathered: dict[str, list[Member]] = {}
    for run in runs:
        key = known.get(run.id) or known.setdefault(run.id, key_of(run.config))
        gathered.setdefault(key, []).append(run)
    names = _names(gathered)
    return [Group(key, names[key], tuple(members)) for key, members in gathered.items()]


def judge(groups: Sequence[Group], metric: str) -> list[Judgement]:
    """Return for each group how it stands in a figure among those that compete."""
    competing = competitors(groups, metric)
    if len(competing) < 2:
        return [Judgement() for _ in groups]
    values = {group.key: group.values(metric) for group in competing}
    leading = _leading(competing, metric)
    against = {key: welch(values[leading.key], other) for key, other in values.items() if key != leading.key}
    judged = {key: Judgement(_verdict(p), p) for key, p in against.items()}
    worst = None if None in against.values() else max(p for p in against.values() if p is not None)
    judged[leading.key] = Judgement("best" if worst is not None and worst < SIGNIFICANT else "leading", worst)
    return [judged.get(group.key, Judgement()) for group in groups]


def best_supported(groups: Sequence[Group], metric: str) -> Group | None:
    """Return the best group, if chance explains its lead over none of the others."""
    judged = zip(groups, judge(groups, metric), strict=True)
    return next((group for group, judgement in judged if judgement.verdict == "best"), None)


def lucky(groups: Sequence[Group], metric: str) -> tuple[Member, Group] | None:
    """Return the run with the best figure of all, and its group, if the best mean is another group's.

    Such a run is what one would have taken for the best, had one looked at single runs.
    """
    competing = competitors(groups, metric)
    if len(competing) < 2:
        return None
    sign = 1 if BETTER[metric] == "least" else -1
    figures = [
        (sign * value, place, member, group)
        for place, group in enumerate(competing)
        for member in group.counted
        if (value := _figure(member, metric)) is not None
    ]
    _, _, member, group = min(figures, key=lambda item: item[:2])
    return None if group is _leading(competing, metric) else (member, group)


def competitors(groups: Sequence[Group], metric: str) -> list[Group]:
    """Return the groups whose figures can be better or worse: on one data set, after as many images as most."""
    there = [group for group in groups if group.counted]
    if metric not in BETTER or len({group.config.data.dataset for group in there}) > 1:
        return []
    length = usual_length(there)
    return [group for group in there if group.evaluated_at == length and group.values(metric)]


def usual_length(groups: Sequence[Group]) -> int:
    """Return after how many images most groups were evaluated; of several, the most images."""
    lengths = Counter(group.evaluated_at for group in groups if group.counted)
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def metrics(groups: Sequence[Group]) -> list[str]:
    """Return the figures that any group has: ours first, then those of plug-ins' probes."""
    found = {name for group in groups for member in group.counted for name in member.figures.results}
    return [*(name for name in BETTER if name in found), *sorted(found - BETTER.keys())]


def differing(groups: Sequence[Group]) -> dict[str, list[Value | None]]:
    """Return the knobs that are not the same in all groups, with the value of each; `architecture` is the first."""
    tables = [_knobs(group.config) for group in groups]
    names = dict.fromkeys(name for table in tables for name in table)
    found = {name: [table.get(name) for table in tables] for name in names}
    return {name: values for name, values in found.items() if len(set(values)) > 1}


def _leading(groups: Sequence[Group], metric: str) -> Group:
    def rank(group: Group) -> float:
        found = group.spread(metric)
        assert found is not None
        return found.mean if BETTER[metric] == "least" else -found.mean

    return min(groups, key=rank)


def _verdict(p: float | None) -> Verdict:
    if p is None:
        return "unknown"
    return "behind" if p < SIGNIFICANT else "noise"


def _figure(member: Member, metric: str) -> float | None:
    if metric in ("seconds", "images_per_second"):
        found: float | None = getattr(member.figures, metric)
        return found
    return member.figures.results.get(metric)


def _knobs(config: RunConfig) -> dict[str, Value]:
    """Return what a group is a function of, by name."""
    values = {knob.name: value for _, knob, value in config.knobs() if knob.affects_result and knob.name != "seed"}
    return {"architecture": config.model.name, **values}


def _names(gathered: dict[str, list[Member]]) -> dict[str, str]:
    """Return a name for each group: what its runs' names have in common, and the knobs where others are called so."""
    names = {key: _common([member.name for member in members]) for key, members in gathered.items()}
    names = {key: name or gathered[key][0].config.description.preset or key[:4] for key, name in names.items()}
    for name, times in Counter(names.values()).items():
        if times > 1:
            same = [key for key in names if names[key] == name]
            names |= _told_apart(name, {key: gathered[key] for key in same})
    return {key: plain(name) for key, name in names.items()}


def _told_apart(name: str, gathered: dict[str, list[Member]]) -> dict[str, str]:
    groups = [Group(key, name, tuple(members)) for key, members in gathered.items()]
    knobs = differing(groups)
    named = list(knobs.items())[:MOST_NAMED]
    found = {}
    for place, group in enumerate(groups):
        told = ((knob, values[place]) for knob, values in named)
        found[group.key] = ", ".join([name, *(f"{knob} {'-' if it is None else setting(it)}" for knob, it in told)])
    if len(set(found.values())) < len(found):
        return {key: f"{name} {key[:4]}" for key in found}
    return found


def _common(names: Sequence[str]) -> str:
    """Return the words that names begin with together; what numbers the seeds is no part of it."""
    if len(set(names)) == 1:
        return names[0]
    split = [name.split("-") for name in names]
    words = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        words.append(parts[0])
    while words and words[-1].casefold() in ("seed", "s", ""):
        words.pop()
    return "-".join(words)
