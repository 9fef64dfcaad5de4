"""What the form says beside its fields: help, size and time, the shell's line. Must not know widgets."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from vitdash import text
from vitdash.run.estimate import Estimate
from vitdash.ui.form.command_line import CommandLine
from vitdash.ui.form.draft import Draft
from vitdash.ui.form.rows import Row, Section
from vitdash.ui.ink import Line, Piece, fitted


def title(draft: Draft, width: int, *, cloned: str) -> Line:
    """Return the screen's title: the preset or the `cloned` run that it is made from, and how much was changed."""
    line = Line(("new run", "strong"), ("  from ", "muted"))
    line.add("the run " if cloned else "", "muted")
    line.add(text.plain(cloned or draft.base.description.preset, 40), "accent")
    changed, wrong = len(draft.changes), len(draft.problems)
    if wrong:
        return line.right(f"{wrong} not allowed", "error", width)
    return line.right(f"{changed} changed" if changed else "nothing changed", "success" if changed else "muted", width)


def help_of(row: Row | None, width: int, reset_key: str) -> list[Line]:
    """Return what there is to know about a field: what is wrong with it first."""
    if row is None:
        return [Line(("Nothing fits these words.", "muted"))]
    lines: list[Line] = []
    if row.problem:
        lines += _wrapped(row.problem, width, "error")
    lines += _wrapped(row.help, width)
    if row.allowed and not row.problem:
        allowed = row.allowed + (f", in {row.unit}" if row.unit and not row.picked else "")
        lines += _wrapped(f"Allowed: {allowed}.", width, "muted")
    if row.before:
        lines += _wrapped(f"It was {row.before}; {reset_key} puts it back.", width, "success")
    return lines


def facts(draft: Draft, expected: Estimate, width: int, most: int) -> list[Line]:
    """Return size and time of what would be trained, in at most `most` lines; one line holds the figures alone."""
    if draft.parameters is None:
        return [Line(("No network can be built like this.", "error"))]
    size = Line((text.count(draft.parameters), "strong"), (" parameters", ""))
    time = [] if expected.seconds is None else [(f"about {text.duration(expected.seconds)}", "strong")]
    if most == 1:
        return [_joined(size, time or [("no time known", "muted")], width)]
    images = draft.tables["train"].max_inputs
    lines = [_joined(size, [(text.images(images), "muted")], width)]
    if len(lines[0].pieces) == 2:
        lines.append(Line((text.images(images), "muted")))
    if not time:
        return (lines + _wrapped(f"Time: {expected.source}." if expected.source else "", width, "muted"))[:most]
    first = _joined(Line(*time), [(expected.source, "muted")], width)
    alone = len(first.pieces) == 1
    return (lines + [first] + (_wrapped(expected.source, width, "muted") if alone else []))[:most]


def shell(line: CommandLine, width: int, most: int) -> list[Line]:
    """Return the line for a shell in at most `most` lines of its own; what is left out is still copied."""
    if line.problem:
        return _wrapped(line.problem, width, "warning")[:most]
    lines = [Line(("$ ", "muted"))]
    for part in line.parts:
        if lines[-1].width + len(part) > width and lines[-1].width > 2:
            lines.append(Line(("  ", "")))
        lines[-1].add(f"{part} ", "strong")
    if len(lines) > most:
        lines = [*lines[: most - 1], Line((fitted(f"{lines[most - 1].text.rstrip()} …", width), "strong"))]
        if not lines[-1].text.endswith("…"):
            lines[-1] = Line((fitted(lines[-1].text, width - 1) + "…", "strong"))
    return lines


def changes(draft: Draft, found: Sequence[Section], width: int, most: int) -> list[Line]:
    """Return what differs from where the form began, one line each, in at most `most` lines."""
    changed = [row for section in found for row in section.rows if row.changed and row.key in draft.changes]
    if not changed:
        return _wrapped("Nothing yet: every value is as it came.", width, "muted")
    lines = []
    for row in changed:
        line = Line((f"{row.label} ", "muted"))
        line.add(fitted(text.plain(row.shown), max(4, width - line.width)), "error" if row.problem else "best")
        lines.append(_joined(line, [(f"was {row.before}", "muted")] if row.before else [], width))
    if len(lines) > most > 0:
        lines = [*lines[: most - 1], Line((f"and {len(lines) - most + 1} more", "muted"))]
    return lines


def _joined(line: Line, pieces: Sequence[Piece], width: int) -> Line:
    """Return the line with pieces added, each where there is room for the whole of it."""
    for said, style in pieces:
        if line.width + len(said) + 2 <= width:
            line.add("  ").add(said, style)
    return line


def _wrapped(said: str, width: int, style: str = "") -> list[Line]:
    return [Line((part, style)) for part in textwrap.wrap(text.plain(said, 2000), max(8, width))]
