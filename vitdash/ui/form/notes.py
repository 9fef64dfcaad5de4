"""What the form says beside its fields: help, size and time, the shell's line. Must not know widgets."""

from __future__ import annotations

import textwrap

from vitdash import text
from vitdash.ui.form.command_line import CommandLine
from vitdash.ui.form.draft import Draft
from vitdash.ui.form.estimate import Estimate
from vitdash.ui.form.rows import Row
from vitdash.ui.ink import Line, fitted


def title(draft: Draft, width: int, *, cloned: bool) -> Line:
    """Return the screen's title: what the run is made from, and how much of that was changed."""
    line = Line(("new run", "strong"), ("  from ", "muted"))
    line.add("a run of " if cloned else "", "muted").add(text.plain(draft.base.description.preset, 40), "accent")
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


def facts(draft: Draft, expected: Estimate, width: int) -> list[Line]:
    """Return size and time of what would be trained."""
    if draft.config is None:
        wrong = len(draft.problems)
        return _wrapped(f"{wrong} {'value is' if wrong == 1 else 'values are'} not right yet.", width, "error")
    config = draft.config
    first = Line((text.count(config.parameters), "strong"), (" parameters", ""))
    first.add("  ")
    first.add(text.images(config.train.max_inputs), "muted")
    lines = [first] if first.width <= width else [Line(*first.pieces[:2]), Line(first.pieces[3])]
    if expected.seconds is None:
        return lines + _wrapped(f"Time: {expected.source}.", width, "muted")
    return lines + _time(expected.seconds, expected.source, width)


def shell(line: CommandLine, width: int, most: int) -> list[Line]:
    """Return the line for a shell in at most `most` lines of its own; what is left out is still copied."""
    if line.problem:
        return _wrapped(line.problem, width, "warning")[:most]
    lines = textwrap.wrap(f"$ {line.text}", max(8, width), break_on_hyphens=False, subsequent_indent="  ")
    if len(lines) > most:
        lines = [*lines[: most - 1], fitted(f"{lines[most - 1]} …", width)]
    return [Line((part, "strong")) for part in lines]


def _time(seconds: float, source: str, width: int) -> list[Line]:
    about = f"about {text.duration(seconds)}"
    line = Line((about, "strong"))
    if line.width + len(source) + 2 <= width:
        return [line.add("  ").add(source, "muted")]
    return [line, *_wrapped(source, width, "muted")]


def _wrapped(said: str, width: int, style: str = "") -> list[Line]:
    return [Line((part, style)) for part in textwrap.wrap(text.plain(said, 2000), max(8, width))]
