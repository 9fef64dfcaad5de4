"""What is known of a run: a pure fold of its events, read by every view, table and export. Must not know files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from vitdash.run.events import (
    CheckpointSaved,
    DiagnosticsSaved,
    Evaluated,
    Event,
    Paused,
    Phase,
    Probed,
    ProbeFailed,
    Resumed,
    RunFailed,
    RunFinished,
    RunStarted,
    Skipped,
    Stopped,
    TrainProgress,
    Warned,
)
from vitdash.text import plain

LONGEST_NAME, LONGEST_REASON = 60, 1000
Recorded = TypeVar("Recorded", bound=Event)


@dataclass(slots=True)
class RunHistory:
    """One unbroken series of a run's events: what a resume computed again stands once.

    `ending` is how the run ended, while it has; `phase` what it does besides training, while it does, and `meanwhile`
    what is done while it trains; `saved_at` the images seen at which a checkpoint stands; `going_since` is the event
    with which it began, or last went on. What it was warned of stays, whatever was computed again since.
    """

    started: RunStarted | None = None
    progress: list[TrainProgress] = field(default_factory=list)
    evaluations: list[Evaluated] = field(default_factory=list)
    probes: list[Probed] = field(default_factory=list)
    failed_probes: list[ProbeFailed] = field(default_factory=list)
    diagnostics: list[DiagnosticsSaved] = field(default_factory=list)
    checkpoints: list[CheckpointSaved] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    phase: Phase | None = None
    meanwhile: Phase | None = None
    paused: Paused | None = None
    ending: RunFinished | RunFailed | Stopped | None = None
    saved_at: int = 0
    going_since: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    last_seq: int = 0
    last_time: float = 0.0

    def apply(self, event: Event) -> None:  # noqa: C901 - one case an event
        """Take in the next event."""
        if not isinstance(event, Skipped):
            self.last_seq, self.last_time = event.seq, event.time
            self.ending = None
            if not isinstance(event, (CheckpointSaved, Warned)):
                self.phase = self.paused = None
        match event:
            case RunStarted():
                self.started = event
                self.going_since = event.seq
            case Phase(name="probe_beside"):
                self.meanwhile = event
            case Phase():
                # A phase that is done is over; until then its last event tells how far it is.
                self.phase = event if event.done < event.total or event.total == 0 else None
                # What the last life did meanwhile, the next one that loads does not.
                self.meanwhile = None if event.name == "load" else self.meanwhile
            case TrainProgress():
                self.progress.append(event)
            case Evaluated():
                self.evaluations.append(event)
            case Probed():
                self.probes.append(event)
                self.meanwhile = None
            case ProbeFailed():
                self.failed_probes.append(event)
                self.meanwhile = None
            case Warned():
                self.warnings.append(event)
            case DiagnosticsSaved():
                self.diagnostics.append(event)
            case CheckpointSaved():
                self.checkpoints.append(event)
                self.saved_at = event.images_seen
            case Paused():
                self.paused = event
                self.saved_at = event.images_seen
            case Resumed():
                self._drop_after(event.from_seq)
                self.saved_at = event.from_images
                self.going_since = event.seq
            case RunFinished() | RunFailed() | Stopped():
                self.ending = event
                self.meanwhile = None
                self.saved_at = event.images_seen if isinstance(event, Stopped) else self.saved_at
            case Skipped():
                self.skipped.append(event)
            case _:
                raise TypeError(f"{type(event).__name__} is no event of this protocol")

    @property
    def images_seen(self) -> int:
        """Training images up to the last event that tells."""
        ended = self.ending.images_seen if isinstance(self.ending, RunFinished) else 0
        # A run may be paused, stopped and resumed between two records: then only what is saved tells.
        recorded = (series[-1].images_seen if series else 0 for series in (self.progress, self.evaluations))
        return max(ended, self.saved_at, *recorded)

    @property
    def images_per_second(self) -> float | None:
        """Training images by the time that their batches took, over the whole run; evaluation and waiting excluded."""
        images, seconds, before = 0, 0.0, 0
        for event in self.progress:
            if event.images_per_second > 0:
                images += event.images_seen - before
                seconds += (event.images_seen - before) / event.images_per_second
            before = event.images_seen
        return images / seconds if seconds else None

    @property
    def results(self) -> dict[str, float]:
        """What the results table reads: the last evaluation, and the probes at the same position; empty without one."""
        if not self.evaluations:
            return {}
        last = self.evaluations[-1]
        values = {"validation_loss": last.loss, "accuracy": last.accuracy}
        for probed in self.probes:
            if probed.images_seen == last.images_seen:
                # Names become headings everywhere; a log may come from anyone.
                values |= {plain(name, LONGEST_NAME): value for name, value in probed.values.items()}
        return values

    @property
    def missing_results(self) -> dict[str, str]:
        """Why `results` lacks a probe's values, by the probe's name."""
        position = self.evaluations[-1].images_seen if self.evaluations else 0
        failed = [event for event in self.failed_probes if event.images_seen == position]
        return {plain(event.probe, LONGEST_NAME): plain(event.message, LONGEST_REASON) for event in failed}

    def _drop_after(self, seq: int) -> None:
        _cut(self.progress, seq)
        _cut(self.evaluations, seq)
        _cut(self.probes, seq)
        _cut(self.failed_probes, seq)
        _cut(self.diagnostics, seq)
        _cut(self.checkpoints, seq)


def fold(events: list[Event]) -> RunHistory:
    """Return the history of a whole list of events."""
    history = RunHistory()
    for event in events:
        history.apply(event)
    return history


def _cut(series: list[Recorded], seq: int) -> None:
    while series and series[-1].seq > seq:
        series.pop()
