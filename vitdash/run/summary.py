"""One line's worth of a run, folded from its events and cached so that a thousand runs list fast."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vitdash.errors import VitdashError
from vitdash.opening import read_bounded
from vitdash.run import labels, state, store, wire
from vitdash.run.files import write_atomically
from vitdash.run.labels import Labels
from vitdash.run.state import State
from vitdash.run.store import Claim, Run
from vitdash.text import plain

if TYPE_CHECKING:
    from vitdash.run.events import RunFailed
    from vitdash.run.history import RunHistory

VERSION = 3
LONGEST_NAME, LONGEST_REASON = 60, 1000
LARGEST_FILE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Figures:
    """What the events of a run say, in short; None is what was not computed.

    `results` were read after `evaluated_at` images, which a run that goes on has left behind; `missing` says why they
    lack a probe's values.
    """

    planned_images: int = 0
    images_seen: int = 0
    loss: float | None = None
    learning_rate: float | None = None
    images_per_second: float | None = None
    seconds: float | None = None
    results: dict[str, float] = dataclasses.field(default_factory=dict)
    missing: dict[str, str] = dataclasses.field(default_factory=dict)
    evaluated_at: int = 0
    last_time: float = 0.0
    reason: str = ""

    def may_be_extended(self, current: State) -> bool:
        """Return whether all that was planned is done, but not finished: the configuration tells what is planned."""
        return current is not State.FINISHED and 0 < self.planned_images <= self.images_seen


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in a list, under the name that it is shown by; `problem` says what cannot be read of it."""

    run: Run
    name: str
    created: float
    state: State
    figures: Figures
    problem: str = ""
    labels: Labels = labels.NONE


def read_history(run: Run) -> RunHistory:
    """Return the fold of all events that `run` has recorded.

    Raises:
        RunError: they cannot be read.
    """
    # The protocol is imported where it is needed: a list of runs whose caches are true needs none of it.
    from vitdash.run.events import Event
    from vitdash.run.history import RunHistory
    from vitdash.run.log import EventReader

    history = RunHistory()
    for event in EventReader(run.events).from_file():
        if isinstance(event, Event):
            history.apply(event)
    return history


def figures_of(history: RunHistory) -> Figures:
    """Return the short form of a history."""
    from vitdash.run.events import RunFailed, RunFinished

    last = history.progress[-1] if history.progress else None
    return Figures(
        planned_images=history.started.planned_images if history.started else 0,
        images_seen=history.images_seen,
        loss=last.loss if last else None,
        learning_rate=last.learning_rate if last else None,
        images_per_second=history.images_per_second,
        seconds=history.ending.seconds if isinstance(history.ending, RunFinished) else None,
        results=history.results,
        missing=history.missing_results,
        evaluated_at=history.evaluations[-1].images_seen if history.evaluations else 0,
        last_time=history.last_time,
        reason=_reason(history.ending) if isinstance(history.ending, RunFailed) else "",
    )


def summarise(run: Run, claim: Claim | None = None) -> Summary:
    """Return a run in short, from the cache where that is still true; `claim` saves reading it again."""
    written = labels.read(run)
    try:
        claim = claim or run.read_claim()
        current = state.derive(run, claim)
        name = written.name or plain(claim.name)
        return Summary(run, name, claim.created, current, _figures(run, current), labels=written)
    except VitdashError as error:
        return Summary(run, written.name or run.id, 0.0, State.LOST, Figures(), problem=str(error), labels=written)


def summarise_all(root: Path) -> list[Summary]:
    """Return all runs under `root` in short, oldest first.

    Raises:
        InputError: `root` cannot be read.
    """
    # By the moment, not by the local time in a name: clocks are put back in autumn, and containers know no time zone.
    return sorted(map(summarise, store.all_runs(root)), key=lambda item: item.created or store.dated(item.run))


def describe(item: Summary) -> dict[str, object]:
    """Return a summary as plain values, for programs."""
    return {
        "run": item.run.id,
        "name": item.name,
        "state": str(item.state),
        "created": item.created,
        "directory": str(item.run.path),
        **dataclasses.asdict(item.figures),
        "tags": list(item.labels.tags),
        "note": item.labels.note,
        "problem": item.problem or None,
    }


def _figures(run: Run, current: State) -> Figures:
    try:
        stamp = run.events.stat()
    except OSError:
        return Figures()
    key = [VERSION, stamp.st_size, stamp.st_mtime_ns]
    # Malformed or foreign content is a cache that is not there.
    with contextlib.suppress(OSError, ValueError):
        cached = wire.parse(read_bounded(run.summary, LARGEST_FILE_BYTES))
        if cached.get("key") == key:
            return _parse_figures(cached.get("figures"))
    figures = figures_of(read_history(run))
    if not current.active:
        # A read-only directory costs the cache, not the answer.
        with contextlib.suppress(OSError):
            content = json.dumps({"key": key, "figures": dataclasses.asdict(figures)}).encode()
            write_atomically(run.summary, content, durable=False)
    return figures


def _parse_figures(content: object) -> Figures:
    fields = dataclasses.fields(Figures)
    if not isinstance(content, dict) or content.keys() != {field.name for field in fields}:
        raise ValueError("not the figures of this version")
    if not all(wire.FITS[str(field.type)](content[field.name]) for field in fields):
        raise ValueError("a figure has the wrong type")
    if content["results"] and not content["results"].keys() >= {"validation_loss", "accuracy"}:
        raise ValueError("results without an evaluation")
    names = {
        "results": {plain(name, LONGEST_NAME): value for name, value in content["results"].items()},
        "missing": {plain(name, LONGEST_NAME): plain(why, LONGEST_REASON) for name, why in content["missing"].items()},
    }
    return Figures(**content | names | {"reason": plain(content["reason"], LONGEST_REASON)})


def _reason(ending: RunFailed) -> str:
    return plain(f"{ending.title}: {ending.message}", LONGEST_REASON)
