"""Sweeps: which runs a matrix of knobs comes to, which of them there are already, and putting the rest into the queue.

A sweep is no more than a tag that its runs share. Must not know how it is shown, nor who asks.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitdash.config import RunConfig
from vitdash.errors import InputError, VitdashError
from vitdash.knobs import Value
from vitdash.matrix import SEED
from vitdash.run import combinations, labels, launch, machine, queue, sweep_names
from vitdash.run.combinations import Wanted
from vitdash.run.estimate import Estimate
from vitdash.run.known import Known, Seen
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.sweep_names import Naming
from vitdash.text import count, plain

__all__ = ["Launched", "Member", "Plan", "Wanted", "describe", "launch_all", "plan", "usual_jobs"]

UNDER_WAY = (*queue.BUSY, State.QUEUED)
BYTES_EACH = 1_500_000_000
"""What a member may take at the most, with some room: a `cnn` with its evaluation takes 1.1 GB."""


@dataclass(frozen=True, slots=True)
class Member:
    """One run of a sweep; `values` are those of the knobs that vary, `seen` is a run that computes the same."""

    name: str
    config: RunConfig
    values: Mapping[str, Value]
    fingerprint: str
    expected: Estimate
    seen: Seen | None = None

    @property
    def fate(self) -> str:
        """What becomes of it: "new", "goes on", or what a run that is there already is doing, which is left alone."""
        if self.seen is None:
            return "new"
        return "goes on" if self.seen.state.resumable else str(self.seen.state)

    @property
    def to_do(self) -> bool:
        """Whether launching the sweep does anything for it."""
        return self.seen is None or self.seen.state.resumable

    @property
    def ahead(self) -> bool:
        """Whether it is still to be computed here, once the sweep is launched: a paused run waits for a person."""
        return self.to_do or (self.seen is not None and self.seen.state in UNDER_WAY)

    @property
    def seconds(self) -> float | None:
        """How long it still takes, as far as that can be told; nothing where it is done."""
        if self.seen is not None and self.seen.state is State.FINISHED:
            return 0.0
        if self.expected.seconds is None:
            return None
        trained = self.seen.figures.images_seen if self.seen else 0
        return self.expected.seconds * (1 - min(1.0, trained / self.config.train.max_inputs))


@dataclass(frozen=True, slots=True)
class Plan:
    """What launching would do.

    `filtered` combinations the filter removed, `same` compute what another one does; `others` are runs that compute or
    wait here already and are none of the sweep's.
    """

    name: str
    members: tuple[Member, ...]
    combinations: int
    filtered: int
    same: int
    jobs: int
    varied: tuple[str, ...] = ()
    others: int = 0

    @property
    def to_do(self) -> tuple[Member, ...]:
        """The members that launching does something for."""
        return tuple(member for member in self.members if member.to_do)

    @property
    def ahead(self) -> tuple[Member, ...]:
        """The members still to be computed, in the queue's order: what runs, what goes on, what waits, what is new."""
        return tuple(sorted((member for member in self.members if member.ahead), key=_turn))

    @property
    def untagged(self) -> tuple[Member, ...]:
        """The members that are there already and that the sweep's tag does not find yet."""
        return tuple(member for member in self.members if member.seen and self.name not in member.seen.tags)

    @property
    def seconds(self) -> float:
        """How long those ahead take whose time is known, `jobs` at once, until the last of them has ended."""
        return _until_the_last((item.seconds for item in self.ahead if item.seconds is not None), self.jobs)

    @property
    def unknown(self) -> int:
        """Of how many of those ahead it is not known how long they take."""
        return sum(member.seconds is None for member in self.ahead)


def _turn(member: Member) -> int:
    if member.seen is None:
        return 3
    return 1 if member.to_do else 2 if member.seen.state is State.QUEUED else 0


def _until_the_last(seconds: Iterable[float], at_once: int) -> float:
    """Return when the last of some runs ends, of which each begins as soon as one of those before it has ended."""
    ends: list[float] = []
    for taken in seconds:
        begins = heapq.heappop(ends) if len(ends) >= at_once else 0.0
        heapq.heappush(ends, begins + taken)
    return max(ends, default=0.0)


def plan(wanted: Wanted, known: Known, jobs: int = 1) -> Plan:
    """Return the runs that are wanted, those first that have the first seed.

    Raises:
        InputError: a preset, a knob, a value, a combination, the filter or the name is none, or nothing is left.
    """
    grounds = combinations.grounds(wanted)
    number = sum(ground.number for ground in grounds)
    varied = tuple(dict.fromkeys(name for ground in grounds for name in ground.matrix))
    if number == 1 and not varied:
        hint = "Name knobs with --matrix, several --seeds, or several presets."
        raise InputError("--matrix", "nothing is varied: this would be a single run.", hint)
    naming = Naming([*varied, SEED])
    found: dict[str, Member] = {}
    wanted_ones = 0
    for config, values in combinations.combine(grounds, wanted.filter):
        wanted_ones += 1
        if (fingerprint := config.fingerprint()) not in found:
            seen = None if wanted.again else known.like(fingerprint)
            name = naming.of(config, values)
            found[fingerprint] = Member(name, config, values, fingerprint, known.estimate(config), seen)
    if not found:
        raise InputError("--filter", f"leaves none of the {count(number)} combinations: {plain(wanted.filter, 200)}")
    titles = [ground.config.description.preset for ground in grounds]
    name = labels.check_tag(wanted.name, "--name") if wanted.name else sweep_names.of_sweep(titles, varied)
    members = tuple(found.values())
    ours = sum(member.seen is not None and member.seen.state in UNDER_WAY for member in members)
    others = known.count(UNDER_WAY) - ours
    same = wanted_ones - len(found)
    return Plan(name, members, number, number - wanted_ones, same, jobs, varied, others)


def usual_jobs(root: Path) -> int:
    """Return how many members train at once unless somebody says: one for each core, as far as there is memory.

    Where a GPU does the work nobody knows how many it holds, so the queue's own number stays.
    """
    now = queue.read(root).jobs
    if machine.has_gpus():
        return now
    return min(queue.MOST_JOBS, max(now, min(machine.cores(), machine.memory() // BYTES_EACH)))


@dataclass(frozen=True, slots=True)
class Launched:
    """What launching has done: the runs that were lined up or tagged, and what went wrong, a sentence each."""

    created: tuple[Run, ...] = ()
    resumed: tuple[Run, ...] = ()
    tagged: tuple[Run, ...] = ()
    problems: tuple[str, ...] = ()


def launch_all(chosen: Sequence[Member], tag: str, root: Path, command: tuple[str, ...]) -> Launched:
    """Put members into the queue in their order, and tag all of them, those that are there already too.

    Whatever ends this half-way, the same again goes on: what is there by then is found by what it computes.

    Raises:
        InputError: `root` cannot be used.
        RunError: the queue cannot be written.
    """
    created, resumed, tagged, problems = [], [], [], []
    for member in chosen:
        try:
            if member.seen is None:
                run = launch.create(member.config, root, member.name, command, claim="queued")
                created.append(run)
                labels.tag(run, [tag])
                continue
            if tag not in labels.read(member.seen.run).tags:
                labels.tag(member.seen.run, [tag])
                tagged.append(member.seen.run)
            if member.to_do:
                launch.claim_again(member.seen.run, "queued")
                resumed.append(member.seen.run)
        except VitdashError as error:
            # Without a place for runs there is none for the next one either; all else is the matter of one member.
            if member.seen is None and not created:
                raise
            problems.append(str(error))
    if resumed:
        queue.join(root, resumed, first=True)
    # Of those that wait already, nobody may be left who gives them their turn.
    if created or any(member.fate == State.QUEUED for member in chosen):
        queue.join(root, created, first=False)
    return Launched(tuple(created), tuple(resumed), tuple(tagged), tuple(problems))


def describe(item: Plan, launched: Launched | None = None) -> dict[str, object]:
    """Return a plan, and what launching it has done, as plain values, for programs."""
    waiting = (*launched.resumed, *launched.created) if launched else ()
    return {
        "name": item.name,
        "combinations": item.combinations,
        "filtered": item.filtered,
        "same": item.same,
        "jobs": item.jobs,
        "others": item.others,
        "seconds": item.seconds,
        "unknown": item.unknown,
        "members": [_describe_member(member) for member in item.members],
        "queued": [run.id for run in waiting],
        "problems": list(launched.problems) if launched else [],
    }


def _describe_member(member: Member) -> dict[str, object]:
    values = member.values.items()
    return {
        "name": member.name,
        "preset": member.config.description.preset,
        "values": {key: list(value) if isinstance(value, tuple) else value for key, value in values},
        "parameters": member.config.parameters,
        "threads": member.config.compute.threads,
        "seconds": member.seconds,
        "fingerprint": member.fingerprint,
        "fate": member.fate,
        "run": member.seen.run.id if member.seen else None,
    }
