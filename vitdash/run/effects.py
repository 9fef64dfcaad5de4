"""Which knob matters, and what a better figure costs: asked of groups of runs. Must not know tables or screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitdash.knobs import Value
from vitdash.run.groups import BETTER, Group, competitors, differing, usual_length
from vitdash.statistics import SIGNIFICANT, welch

ARCHITECTURE = "architecture"
COSTS = ("parameters", "seconds")
"""What a figure is paid with."""


@dataclass(frozen=True, slots=True)
class Level:
    """One value of a knob: the mean of a figure over the groups that have it, each of which counts once."""

    value: Value
    mean: float
    groups: int
    runs: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a knob does to a figure.

    Where all its values were tried beside the same other knobs, only those groups are taken and it is `matched`; else
    what is seen may be the doing of others. Of the places where it was `compared` with several seeds, highest value of
    the figure against lowest, chance does not explain `significant` ones.
    """

    knob: str
    levels: tuple[Level, ...]
    matched: bool
    compared: int = 0
    significant: int = 0

    @property
    def range(self) -> float:
        """How far the values' means lie apart."""
        means = [level.mean for level in self.levels]
        return max(means) - min(means)

    @property
    def told(self) -> str:
        """Whether that is more than noise, in words."""
        if not self.matched:
            return "other knobs differ too"
        return f"in {self.significant} of {self.compared}" if self.compared else "too few seeds"


def effects(groups: Sequence[Group], metric: str) -> list[Effect]:
    """Return what each knob that differs does to a figure, the most first, those that are not matched last."""
    there = _comparable(groups, metric)
    found = [_effect(knob, values, there, metric) for knob, values in differing(there).items()]
    told = [effect for effect in found if effect is not None]
    return sorted(told, key=lambda effect: (not effect.matched, -effect.range))


def cost(group: Group, what: str) -> float | None:
    """Return what a group costs, one of the `COSTS`."""
    if what == "parameters":
        return group.config.parameters
    taken = group.spread(what)
    return taken.mean if taken else None


def front(groups: Sequence[Group], metric: str, what: str) -> list[Group]:
    """Return the Pareto front, the cheapest first: groups than which none is both as good and as cheap, or better."""
    sign = -1 if BETTER.get(metric) == "least" else 1
    known = []
    for group in competitors(groups, metric):
        paid, found = cost(group, what), group.spread(metric)
        if paid is not None and found is not None:
            known.append((paid, -sign * found.mean, group))
    known.sort(key=lambda item: item[:2])
    chosen: list[Group] = []
    best: tuple[float, float] | None = None
    for paid, loss, group in known:
        # Of those that are equal in both, each is on it.
        if best is None or loss < best[1] or (paid, loss) == best:
            best = (paid, loss)
            chosen.append(group)
    return chosen


def _comparable(groups: Sequence[Group], metric: str) -> list[Group]:
    """Return the groups that tell something about knobs: on one data set, trained to the end or all equally far."""
    there = [group for group in groups if group.values(metric)]
    if len({group.config.data.dataset for group in there}) > 1:
        return []
    done = [group for group in there if group.evaluated_at >= group.config.train.max_inputs]
    length = usual_length(there)
    return done or [group for group in there if group.evaluated_at == length]


def _effect(knob: str, values: Sequence[Value | None], groups: Sequence[Group], metric: str) -> Effect | None:
    """Return what a knob does to those that have it; None where these have all the same value."""
    having = [(group, value) for group, value in zip(groups, values, strict=True) if value is not None]
    wanted = list(dict.fromkeys(value for _, value in having))
    if len(wanted) < 2:
        return None
    mine = [value for _, value in having]
    others = differing([group for group, _ in having])
    beside = [column for name, column in others.items() if name != knob and not _belongs(column, mine)]
    places: dict[tuple[Value | None, ...], dict[Value, list[Group]]] = {}
    for index, (group, value) in enumerate(having):
        place = places.setdefault(tuple(column[index] for column in beside), {})
        place.setdefault(value, []).append(group)
    whole = [place for place in places.values() if len(place) == len(wanted)]
    levels = [_level(value, whole or list(places.values()), metric) for value in sorted(wanted, key=_rank)]
    if not whole:
        return Effect(knob, tuple(levels), matched=False)
    low, high = min(levels, key=lambda level: level.mean), max(levels, key=lambda level: level.mean)
    tested = [welch(_values(place[low.value], metric), _values(place[high.value], metric)) for place in whole]
    known = [p for p in tested if p is not None]
    return Effect(knob, tuple(levels), True, len(known), sum(p < SIGNIFICANT for p in known))


def _belongs(column: Sequence[Value | None], governing: Sequence[Value]) -> bool:
    """Return whether another knob's value decides who has this one: heads belong to the architecture that has heads."""
    absent: dict[Value, bool] = {}
    return None in column and all(
        absent.setdefault(value, item is None) is (item is None) for item, value in zip(column, governing, strict=True)
    )


def _level(value: Value, places: Sequence[dict[Value, list[Group]]], metric: str) -> Level:
    groups = [group for place in places for group in place.get(value, ())]
    means = [sum(values) / len(values) for values in (group.values(metric) for group in groups)]
    return Level(value, sum(means) / len(means), len(groups), len(_values(groups, metric)))


def _values(groups: Sequence[Group], metric: str) -> list[float]:
    return [value for group in groups for value in group.values(metric)]


def _rank(value: Value) -> tuple[bool, float | str]:
    text = isinstance(value, (str, tuple))
    return text, str(value) if isinstance(value, (str, tuple)) else float(value)
