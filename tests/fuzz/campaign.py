"""Fuzzing one reader in this process: inputs drawn, run, kept where they find something new, failures made small."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.branches import Arc, Arcs
from tests.fuzz.guard import READ, Guard, Outcome, limit_memory
from tests.fuzz.mutation import LARGEST_INPUT, Mutator
from tests.fuzz.reader import Reader

MOST_KEPT = 4000
MINIMISING_RUNS = 600
SHOWN_SHARE = 0.02
"""Of the inputs that take no new branch, so many are shown all the same."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that failed, as small as it could be made."""

    raw: bytes
    outcome: Outcome


@dataclass(slots=True)
class Findings:
    """What a campaign has seen so far."""

    inputs: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    kept: list[bytes] = field(default_factory=list)
    arcs: set[Arc] = field(default_factory=set)
    failures: dict[tuple[str, str], Failure] = field(default_factory=dict)


class Campaign:
    """One reader, one seed; `note` is told of every input before it runs, so that a dead process has a last word."""

    def __init__(self, reader: Reader, folder: Path, seed: int, note: Callable[[bytes], None] = lambda _: None) -> None:
        self.found = Findings()
        self._reader = reader
        self._note = note
        self._folder = folder
        self._rng = random.Random(f"{reader.name} {seed}")
        self._mutator = Mutator(self._rng, reader.shape, reader.words)
        reader.prepare(folder)
        self._guard = Guard(folder)
        self._traced = Arcs(reader.modules)

    def begin(self, others: list[bytes], *, limited: bool) -> None:
        """Run the seeds, and `others` that an earlier campaign kept; from then on memory is `limited`."""
        seeds = self._reader.seeds()
        for raw in seeds:
            # Once without guard: what is imported late, and kept for good, is not the input's doing.
            self._quietly(raw)
        if limited:
            limit_memory(self._reader.memory)
        for raw in (*seeds, *others):
            self._try(raw)

    def go_on(self, seconds: float, inputs: int) -> None:
        """Run so many inputs, or for so long on the processor, whichever ends first."""
        until = time.process_time() + seconds
        last = self.found.inputs + inputs
        begun = time.process_time()
        try:
            while time.process_time() < until and self.found.inputs < last:
                self._try(self._mutator.mutate(self._parent(), self._rng.choice(self.found.kept)))
        finally:
            self.found.seconds += time.process_time() - begun

    def outcome_of(self, raw: bytes) -> Outcome:
        """Return what comes of one input, shown too where it can be read."""
        outcome = self._guard.run(self._reader.read, raw)
        return self._shown(raw) if outcome.kind == READ else outcome

    def minimised(self, raw: bytes, outcome: Outcome) -> bytes:
        """Return the shortest input found that fails in the same way."""
        size, runs = max(1, len(raw) // 2), 0
        while runs < MINIMISING_RUNS:
            at, shorter = 0, False
            while at < len(raw) and runs < MINIMISING_RUNS:
                candidate, runs = raw[:at] + raw[at + size :], runs + 1
                self._note(candidate)
                again = self.outcome_of(candidate)
                if (again.kind, again.where) == (outcome.kind, outcome.where):
                    raw, shorter = candidate, True
                else:
                    at += size
            if size == 1 and not shorter:
                break
            size = max(1, size // 2)
        return raw

    def _parent(self) -> bytes:
        kept = self.found.kept
        # The latest are the least explored.
        return kept[-self._rng.randint(1, min(len(kept), 50))] if self._rng.random() < 0.5 else self._rng.choice(kept)

    def _try(self, raw: bytes) -> None:
        found = self.found
        self._note(raw)
        outcome = self._guard.run(self._reader.read, raw, self._traced)
        is_new = bool(self._traced.taken - found.arcs) or not found.kept
        if outcome.kind == READ and (is_new or self._rng.random() < SHOWN_SHARE):
            outcome = self._shown(raw)
        found.inputs += 1
        found.outcomes[outcome.kind] += 1
        if outcome.failed:
            key = (outcome.kind, outcome.where)
            if key not in found.failures:
                found.failures[key] = Failure(raw, outcome)
                found.failures[key] = Failure(self.minimised(raw, outcome), outcome)
            return
        if is_new and len(raw) <= LARGEST_INPUT:
            found.arcs |= self._traced.taken
            if len(found.kept) < MOST_KEPT:
                found.kept.append(raw)

    def _shown(self, raw: bytes) -> Outcome:
        show = self._reader.show
        return Outcome(READ) if show is None else self._guard.run(lambda _, folder: show(folder), raw)

    def _quietly(self, raw: bytes) -> None:
        try:
            list(self._reader.read(raw, self._folder))
            if self._reader.show is not None:
                list(self._reader.show(self._folder))
        except Exception:  # a seed that fails will do so again under guard
            return
