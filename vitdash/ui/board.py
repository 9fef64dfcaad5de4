"""Which runs stand on the dashboard, in which order, which of them is selected. Must not know widgets.

The order is one that does not jump: what computes, what waits as its turn comes, then what has ended, the latest
first. The selection belongs to a run, never to a place.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitdash.errors import InputError
from vitdash.run.control import Word
from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.ui.feed import Feed
from vitdash.ui.signs import Sign, Signs

if TYPE_CHECKING:
    # The language of conditions is read when somebody filters or sorts: the dashboard is there sooner without it.
    from vitdash.run.fields import Fields
    from vitdash.run.groups import Group
    from vitdash.run.selection import Condition

MOST_CHARTED = 6
"""Without marks, as many runs share the charts: more curves than this nobody tells apart at a glance."""

MOST_UNREAD = 60
"""So many configurations are read before a picture is drawn: some milliseconds each on a slow disk."""

ORDERS = (
    ("", "what runs, what waits, what ended"),
    ("-created", "newest first"),
    ("name", "name"),
    ("-accuracy", "best accuracy first"),
    ("validation_loss", "lowest validation loss first"),
    ("-images_per_second", "fastest first"),
)
"""The orders that one key goes through: as `--sort` takes them, and in words. The first is by what runs do."""

_RANKS = {State.RUNNING: 0, State.STARTING: 0, State.PAUSED: 1, State.QUEUED: 2}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many runs do what, for one glance."""

    running: int
    paused: int
    queued: int
    finished: int
    failed: int
    lost: int
    stopped: int


class Board:
    """The runs of a feed as a person sees them."""

    def __init__(self, feed: Feed, signs: Signs) -> None:
        self.feed = feed
        self.signs = signs
        self.order = ORDERS[0]
        self.filter = ""
        self.filter_problem = ""
        self.marked: set[str] = set()
        self.shown: list[Standing] = []
        self.selected_id: str | None = None
        self.asked: dict[str, tuple[Word, State]] = {}
        self._condition: Condition | None = None
        self._names: Counter[str] = Counter()
        self._keys: dict[str, str] = {}
        self._group_signs = signs.anew()
        self._charted: tuple[object, list[Group]] | None = None
        self.together = False

    @property
    def selected(self) -> Standing | None:
        """The run that keys act on."""
        return self.feed.runs.get(self.selected_id) if self.selected_id else None

    def name(self, known: Standing) -> str:
        """Return what a run is called: with the letters of its id where others are called the same."""
        name = known.short.name
        return name if self._names[name] < 2 else f"{name} {known.run.id[-4:]}"

    def sign(self, known: Standing) -> Sign:
        """Return how a run is marked: where seeds are taken together, as all of its group."""
        key = self._keys.get(known.run.id) if self.together else None
        return self._group_signs.of(key) if key else self.signs.of(known.run.id)

    def repaint(self, *, dark: bool) -> None:
        """Use the colours for another background."""
        self.signs.repaint(dark=dark)
        self._group_signs.repaint(dark=dark)

    def take_together(self, together: bool) -> None:
        """Take runs that differ only in seed as one on charts, or each for itself."""
        self.together = together
        self.arrange()

    def arrange(self) -> None:
        """Bring the shown runs up to date with the feed; called when anything changed."""
        runs = self.feed.runs
        for run_id in runs:
            self.signs.of(run_id)
        self._charted = None
        if self.together:
            self.signs_of(self.gather(list(runs.values())))
        self.marked &= runs.keys()
        self._names = Counter(known.short.name for known in runs.values())
        # An order that has taken effect, or has been overtaken by something else, is no news any more.
        self.asked = {key: value for key, value in self.asked.items() if key in runs and runs[key].state is value[1]}
        self.shown = self._ordered(self._filtered(runs.values()))
        ids = [known.run.id for known in self.shown]
        if self.selected_id not in ids:
            self.selected_id = ids[0] if ids else None

    def set_filter(self, text: str) -> None:
        """Show only the runs that fit; a text that is no condition is kept, and `filter_problem` says why not."""
        self.filter, self.filter_problem, self._condition = text.strip(), "", None
        if self.filter:
            from vitdash.run import selection

            try:
                self._condition = selection.condition(self.filter, self._fields(), "filter")
            except InputError as error:
                self.filter_problem = f"{error.message} {error.hint}".strip()
        self.arrange()

    def next_order(self) -> str:
        """Sort by the next of the orders, and return it in words."""
        self.order = ORDERS[(ORDERS.index(self.order) + 1) % len(ORDERS)]
        self.arrange()
        return self.order[1]

    def move(self, by: int) -> None:
        """Select another run; beyond the ends, the last one there."""
        ids = [known.run.id for known in self.shown]
        if ids:
            place = ids.index(self.selected_id) if self.selected_id in ids else 0
            self.selected_id = ids[max(0, min(len(ids) - 1, place + by))]

    def toggle_mark(self) -> None:
        """Mark the selected run, or take its mark away."""
        if self.selected_id:
            self.marked ^= {self.selected_id}

    def acted_on(self, fits: Callable[[Standing], bool] = lambda _: True) -> list[Standing]:
        """Return the runs that an action on many is about: the marked ones that it `fits`, else the selected one."""
        marked = [known for known in self.shown if known.run.id in self.marked and fits(known)]
        return marked or [known for known in [self.selected] if known is not None and fits(known)]

    def charted(self) -> list[Standing]:
        """Return the runs whose curves are drawn, in the order in which they were created.

        Of those that fit the filter the marked ones; without marks, the selected run, those that compute, the latest
        with something to show. Where seeds are taken together, all runs of those runs' groups.
        """
        if self.together:
            runs = self.feed.runs
            drawn = {member.id for group in self.charted_groups() for member in group.members}
            return [known for run_id, known in runs.items() if run_id in drawn]
        runs = self._shown_runs()
        chosen = self.marked & runs.keys() or set(itertools.islice(self._worth_charting(), MOST_CHARTED))
        return [known for run_id, known in runs.items() if run_id in chosen]

    def _shown_runs(self) -> dict[str, Standing]:
        """Return the runs that fit the filter, in the order in which they were created."""
        shown = {known.run.id for known in self.shown}
        return {run_id: known for run_id, known in self.feed.runs.items() if run_id in shown}

    def charted_groups(self) -> list[Group]:
        """Return the groups whose curves are drawn, with the run of each seed that has something to show."""
        runs = self._shown_runs()
        marked = self.marked & runs.keys()
        known = [item for item in runs.values() if item.state.active or item.short.figures.images_seen]
        asked = (frozenset(self.marked), self.selected_id, [(item.run.id, item.is_read) for item in known])
        if self._charted and self._charted[0] == asked:
            return self._charted[1]
        chosen: dict[str, Group] = {}
        by_run = {member.id: group for group in self.gather(known) for member in group.members}
        for run_id in marked or self._worth_charting():
            if run_id in by_run and (marked or len(chosen) < MOST_CHARTED):
                chosen[by_run[run_id].key] = by_run[run_id]
        places = {run_id: place for place, run_id in enumerate(runs)}
        found = sorted(map(_one_a_seed, chosen.values()), key=lambda group: places[group.members[0].id])
        self._charted = asked, found
        return found

    def gather(self, runs: Sequence[Standing]) -> list[Group]:
        """Return runs as groups that differ only in seed; those whose configuration is not read yet are left out."""
        from vitdash.ui import seed_groups

        runs = sorted(runs, key=lambda known: (known.short.created, known.run.id))
        read = [known for known in runs if known.is_read]
        return seed_groups.gather(read if len(runs) - len(read) > MOST_UNREAD else runs, self._keys)

    def signs_of(self, found: Sequence[Group]) -> dict[str, Sign]:
        """Return how groups are marked, by their keys; not at all where each run has its own sign."""
        return self.group_signs(found) if self.together else {}

    def group_signs(self, found: Sequence[Group]) -> dict[str, Sign]:
        """Return how groups are marked, by their keys."""
        return {group.key: self._group_signs.of(group.key) for group in found}

    def _worth_charting(self) -> Iterator[str]:
        """Yield the ids of runs in the order in which they are worth a curve, each once."""
        runs = self._shown_runs()
        chosen = [self.selected_id] if self.selected_id else []
        active = [run_id for run_id, known in runs.items() if known.state.active]
        with_curves = [run_id for run_id, known in runs.items() if known.short.figures.images_seen]
        yield from dict.fromkeys([*chosen, *active, *reversed(with_curves)])

    def tally(self) -> Tally:
        """Return how many runs do what."""
        states = [known.state for known in self.feed.runs.values()]
        return Tally(
            running=sum(state in (State.RUNNING, State.STARTING) for state in states),
            paused=states.count(State.PAUSED),
            queued=states.count(State.QUEUED),
            finished=states.count(State.FINISHED),
            failed=states.count(State.FAILED),
            lost=states.count(State.LOST),
            stopped=states.count(State.STOPPED),
        )

    def turn(self, run_id: str) -> int | None:
        """Return which in line a run is, 1 for the next; None where it does not wait."""
        return self.feed.line.index(run_id) + 1 if run_id in self.feed.line else None

    def _fields(self) -> Fields:
        from vitdash.run.fields import Fields

        return Fields(known.short for known in self.feed.runs.values())

    def _filtered(self, runs: Iterable[Standing]) -> list[Standing]:
        condition = self._condition
        if condition is None:
            return list(runs)
        from vitdash.run.fields import Facts

        found = []
        for known in runs:
            try:
                if condition.holds(Facts(known.short)):
                    found.append(known)
            except InputError as error:
                self.filter_problem = error.message
        return found

    def _ordered(self, runs: list[Standing]) -> list[Standing]:
        if not self.order[0]:
            return sorted(runs, key=self._rank)
        from vitdash.run import selection
        from vitdash.run.fields import Facts

        known = {item.run.id: item for item in runs}
        ordered = selection.order(self.order[0], self._fields(), "sort")
        return [known[facts.summary.run.id] for facts in ordered(Facts(item.short) for item in runs)]

    def _rank(self, known: Standing) -> tuple[int, float, str]:
        rank = _RANKS.get(known.state, 3)
        # Those that compute stand as they were started, so that a new one comes below; ended ones, the latest first.
        within = -known.short.created if rank == 3 else float(self.turn(known.run.id) or 0) if rank == 2 else 0.0
        return rank, within or (known.short.created if rank < 2 else within), known.run.id


def _one_a_seed(group: Group) -> Group:
    """Return a group with the newest run of each seed: the others say the same again."""
    newest = {member.config.train.seed: member for member in group.members}
    return dataclasses.replace(group, members=tuple(item for item in group.members if item in newest.values()))
