"""One run in words and figures, as every list and card writes them. Must not know widgets.

What was not computed is None here, and nothing on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass

from vitdash import text
from vitdash.run import lines, pace, silence
from vitdash.run.control import Word
from vitdash.run.fleet import Standing
from vitdash.run.history import RunHistory
from vitdash.run.state import State
from vitdash.ui.signs import Sign

ICONS = {
    State.QUEUED: "◌",
    State.STARTING: "▷",
    State.RUNNING: "▶",
    State.PAUSED: "‖",
    State.FINISHED: "✔",
    State.STOPPED: "■",
    State.FAILED: "✘",
    State.LOST: "✘",
    State.ELSEWHERE: "…",
}
STYLES = {
    State.RUNNING: "success",
    State.STARTING: "success",
    State.PAUSED: "warning",
    State.FINISHED: "accent",
    State.FAILED: "error",
    State.LOST: "error",
}
"""The theme's colour of a state; any other is written as usual text."""

_ASKED = {Word.PAUSE: "pausing…", Word.STOP: "stopping…", Word.RUN: "going on…"}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of a run now. `doing` is what it does besides training, waits for, or ended by."""

    id: str
    name: str
    sign: Sign
    state: State
    word: str
    doing: str
    marked: bool
    seen: int
    planned: int
    loss: float | None
    validation_loss: float | None
    accuracy: float | None
    svc: float | None
    rate: float | None
    left: float | None
    seconds: float | None
    history: RunHistory
    version: int
    turn: int | None = None
    tags: tuple[str, ...] = ()

    @property
    def icon(self) -> str:
        """The sign of what it does."""
        return ICONS[self.state]

    @property
    def share(self) -> float | None:
        """How much of what is planned is done, None while nobody has said how much that is."""
        return min(1.0, self.seen / self.planned) if self.planned else None


def gather(
    known: Standing,
    sign: Sign,
    *,
    name: str = "",
    asked: Word | None = None,
    marked: bool = False,
    turn: int | None = None,
) -> RunFacts:
    """Return what is known of a run; `turn` is its place among those that wait.

    `name` is what it is called where its own name would not do.
    """
    figures, history, tick = known.short.figures, known.history, known.tick
    active = known.state.active
    results = figures.results
    aim = planned(known)
    seen = max(figures.images_seen, tick.images_seen if tick else 0)
    progress = history.progress
    stands_still = silence.of_living(known.claim, known.pulse) if active else ""
    rate = tick.images_per_second if tick else progress[-1].images_per_second if active and progress else None
    computes = known.state is State.RUNNING and not stands_still
    return RunFacts(
        id=known.run.id,
        name=name or known.short.name,
        sign=sign,
        state=known.state,
        word=_word(known.state, asked, turn),
        doing=stands_still or _doing(known, history, turn),
        marked=marked,
        seen=seen,
        planned=aim,
        loss=tick.loss if tick else figures.loss,
        validation_loss=results.get("validation_loss"),
        accuracy=results.get("accuracy"),
        svc=results.get("svc"),
        rate=rate if computes or not active else None,
        left=pace.seconds_left(history, seen, aim) if computes and aim else None,
        seconds=figures.seconds,
        history=history,
        version=known.version,
        turn=turn,
        tags=known.short.labels.tags,
    )


def _word(state: State, asked: Word | None, turn: int | None) -> str:
    if asked is Word.RUN and turn is not None:
        return "in line"
    return _ASKED[asked] if asked else str(state)


def planned(known: Standing) -> int:
    """Return how many images a run is to see, 0 where nothing says it."""
    told = known.short.figures.planned_images
    # Of a run that has not begun, or is extended, only its configuration tells; for others it is not worth reading.
    begins = not told and known.state in (State.QUEUED, State.STARTING, State.PAUSED, State.RUNNING)
    if begins or known.short.figures.may_be_extended(known.state):
        return known.config.train.max_inputs if known.config else told
    return told


def _doing(known: Standing, history: RunHistory, turn: int | None) -> str:
    match known.state:
        case State.QUEUED:
            return _waits(turn)
        case State.PAUSED if turn is not None:
            return (
                "goes on next, when there is a free slot" if turn == 1 else f"goes on later: {_ordinal(turn)} in line"
            )
        case State.STARTING:
            return "loading torch"
        case State.RUNNING:
            return _running(known, history)
        case State.FAILED:
            return known.short.figures.reason or known.short.problem or "failed"
        case State.LOST:
            why = known.short.figures.reason or silence.of_lost(known.claim, known.pulse)
            return known.short.problem or f"{why}; it can go on"
        case State.ELSEWHERE:
            return f"belongs to the machine {text.plain(known.claim.host, 60)}"
        case _:
            return ""


def _running(known: Standing, history: RunHistory) -> str:
    if history.phase is not None:
        return lines.phase(history.phase)
    if history.started is None:
        return "loading torch"
    if not history.progress and known.tick is None:
        return "first batches"
    return ""


def _waits(turn: int | None) -> str:
    if turn is None:
        return "waits"
    return "waits for a free slot, next in line" if turn == 1 else f"waits, {_ordinal(turn)} in line"


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
