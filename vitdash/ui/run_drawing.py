"""A run as a card of a few lines, or as one: what it does, how well, how long still. Must not know widgets.

Whole figures or none: where there is no room, a figure is left out, never cut.
"""

from __future__ import annotations

from textwrap import wrap

from rich.cells import cell_len

from vitdash.drawing.bar import bar
from vitdash.drawing.sparkline import BLOCKS, on_axis, sparkline
from vitdash.run.state import State
from vitdash.text import accuracy, count, duration, loss, rate
from vitdash.ui.ink import Line, elided, fitted
from vitdash.ui.run_facts import STYLES, RunFacts

BAR_WIDTH = 10
LOSS_WIDTH, ACCURACY_WIDTH, RATE_WIDTH, LEFT_WIDTH = 12, 13, 7, 7
LONGEST_NAME = 20
LEAST_CURVE, LONGEST_CURVE = 4, 16


def card(facts: RunFacts, width: int) -> list[Line]:
    """Return the lines of a card."""
    lines = [_head(facts, width)]
    if facts.state is State.QUEUED:
        return [*lines, Line((fitted(f"  {facts.doing}", width), "muted"))]
    if facts.state in (State.RUNNING, State.PAUSED, State.STARTING):
        lines.append(_progress(facts, width))
    if facts.state in (State.FAILED, State.LOST):
        lines += _sentence(facts.doing, width)
    elif facts.doing and facts.loss is None:
        return [*lines, Line((fitted(f"  {facts.doing}", width), STYLES.get(facts.state, "muted")))]
    if facts.state in (State.RUNNING, State.PAUSED) and facts.doing:
        more = "…" if facts.state is State.RUNNING else ""
        return [*lines, Line((fitted(f"  {facts.doing}{more}", width), "warning"))]
    if facts.loss is not None:
        lines.append(_figures(facts, width))
    return lines


def line(facts: RunFacts, width: int, name_width: int) -> Line:
    """Return a run in one line; `name_width` is that of the longest name beside it."""
    name_width = max(1, min(name_width, LONGEST_NAME, width - BAR_WIDTH - 4))
    drawn = _name(facts, name_width)
    drawn.add(" " * (name_width + 4 - drawn.width))
    running = facts.state is State.RUNNING and not facts.word.endswith("…")
    if running and facts.share is not None:
        _bar(drawn, facts, BAR_WIDTH)
    else:
        drawn.add(f"{facts.icon} {facts.word}".ljust(BAR_WIDTH), STYLES.get(facts.state, "muted"))
    if facts.state in (State.QUEUED, State.STARTING, State.FAILED, State.LOST):
        return drawn.add(fitted(f"  {facts.doing}", width - drawn.width), STYLES.get(facts.state, "muted"))
    if drawn.width + 5 <= width:
        drawn.add(f" {_percent(facts):>4}", "strong")
    if facts.doing:
        return drawn.add(fitted(f"  {facts.doing}…", width - drawn.width), "warning")
    last = duration(facts.left) if facts.left is not None else duration(facts.seconds) if facts.seconds else ""
    parts = [
        ("loss ", loss(facts.loss) if facts.loss is not None else "", LOSS_WIDTH, 0),
        ("argmax ", accuracy(facts.accuracy) if facts.accuracy is not None else "", ACCURACY_WIDTH, 1),
        ("", last, LEFT_WIDTH, 2),
        ("", rate(facts.rate) if facts.rate is not None else "", RATE_WIDTH, 3),
    ]
    room = width - drawn.width
    kept = []
    for part in parts:
        if room >= part[2] + 1:
            kept.append(part)
            room -= part[2] + 1
    for position, (label, value, part_width, _) in enumerate(sorted(kept, key=lambda part: (0, 1, 3, 2)[part[3]])):
        padding = " " * max(1, part_width + 1 - len(label) - len(value))
        drawn.add(padding).add(label if value else " " * len(label), "muted").add(value)
        if position == 0 and room > LEAST_CURVE:
            drawn.add(" ").add(_curve(facts, "loss", min(room - 1, 12)).ljust(min(room - 1, 12)), facts.sign.colour)
    return drawn


def _sentence(text: str, width: int) -> list[Line]:
    """Return why a run failed on two lines, whole where they suffice."""
    first, *rest = wrap(text, max(10, width - 2)) or [""]
    lines = [Line((fitted(f"  {first}", width), "error"))]
    return [*lines, Line((fitted(f"  {' '.join(rest)}", width), "error"))] if rest else lines


def _head(facts: RunFacts, width: int) -> Line:
    state = f"{facts.icon} {facts.word}"
    head = _name(facts, width - len(state) - 4)
    tags = f"  {' '.join(f'#{tag}' for tag in facts.tags)}" if facts.tags else ""
    if head.width + cell_len(tags) + len(state) + 1 <= width:
        head.add(tags, "muted")
    return head.right(state, STYLES.get(facts.state, "muted"), width)


def _name(facts: RunFacts, width: int) -> Line:
    mark = "✓" if facts.marked else " "
    return Line(
        (facts.sign.marker, facts.sign.colour), (mark, "accent"), (elided(facts.name, width), facts.sign.colour)
    )


def _progress(facts: RunFacts, width: int) -> Line:
    left = f"{duration(facts.left)} left" if facts.left is not None else ""
    figures = [_percent(facts), rate(facts.rate) if facts.rate is not None else "", left]
    told = "  ".join(figure for figure in figures if figure)
    drawn = Line(("  ", ""))
    _bar(drawn, facts, max(0, width - 4 - len(told)))
    return drawn.right(told, "", width)


def _figures(facts: RunFacts, width: int) -> Line:
    figures = _told(facts)
    taken = sum(len(label) + len(value) + 3 for label, value, _ in figures) + 1
    curves = sum(1 for figure in figures if figure[2])
    # One curve that says something is worth more than two that do not.
    room = (width - taken) // max(1, curves)
    if room <= LEAST_CURVE:
        room = width - taken
    drawn = Line((" ", ""))
    for label, value, curve in figures:
        if drawn.width + len(label) + len(value) + 2 > width:
            break
        drawn.add(f" {label} ", "muted").add(value)
        if curve and room > LEAST_CURVE:
            curve_width = min(room - 1, LONGEST_CURVE, width - drawn.width - 1)
            drawn.add(f" {_curve(facts, curve, curve_width)}", facts.sign.colour)
            room = room if curves * room <= width - taken else 0
        if drawn.width < width:
            drawn.add(" ")
    return drawn


def _told(facts: RunFacts) -> list[tuple[str, str, str]]:
    """Return label, figure and curve of what matters now: while it trains the loss, afterwards what came of it."""
    told = [("argmax", accuracy(facts.accuracy), "accuracy")] if facts.accuracy is not None else []
    if facts.state.active or not told:
        # Training goes on meanwhile, so its figures stay.
        probing = [("probing", "…", "")] if facts.state is State.RUNNING and facts.history.meanwhile else []
        return [("loss", loss(facts.loss), "loss"), *told, *probing] if facts.loss is not None else told
    if facts.svc is not None:
        told.append(("svc", accuracy(facts.svc), ""))
    took = ("in", duration(facts.seconds), "") if facts.seconds is not None else ("after", count(facts.seen), "")
    return [*told, took]


def _percent(facts: RunFacts) -> str:
    # Rounded down: 100 % is said of nothing that goes on.
    return f"{100 * min(facts.seen, facts.planned) // facts.planned}%" if facts.planned else ""


def _bar(drawn: Line, facts: RunFacts, width: int) -> None:
    done, rest = bar(facts.share or 0.0, width)
    drawn.add(done, facts.sign.colour).add(rest, "empty")


def _curve(facts: RunFacts, what: str, width: int) -> str:
    if what == "accuracy":
        points = [(float(event.images_seen), event.accuracy) for event in facts.history.evaluations]
    else:
        points = [(float(event.images_seen), event.loss) for event in facts.history.progress]
    if len(points) <= width:
        return sparkline([value for _, value in points], BLOCKS)
    # As far as it is: all of the room tells more than a tenth of it.
    reached = points[-1][0]
    return sparkline(on_axis(points, reached, reached, width), BLOCKS)
