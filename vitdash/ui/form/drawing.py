"""A row of the form as a line of text with styles. Must not know widgets."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from vitdash.text import plain
from vitdash.ui.form.line_edit import LineEdit
from vitdash.ui.form.rows import Row
from vitdash.ui.ink import Line, fitted

MARGIN = 4
"""Cells before a label: where the cursor is, and whether a value is changed or wrong."""
LEAST_VALUE = 13
NARROWEST_NOTE = 12
VALUE_WIDTH = 26
"""Cells from where values begin to where help does, so that it stands in a column."""


@dataclass(frozen=True, slots=True)
class Pen:
    """What rows are drawn with: `label_width` cells of label, Unicode or ASCII, with help in the row or without."""

    label_width: int
    unicode: bool = True
    helps: bool = False

    @property
    def cursor(self) -> str:
        """The sign of the focused row."""
        return "▸" if self.unicode else ">"

    @property
    def changed(self) -> str:
        """The sign of a value that is not the origin's."""
        return "●" if self.unicode else "*"

    @property
    def wrong(self) -> str:
        """The sign of a value that is not allowed."""
        return "✘" if self.unicode else "!"

    @property
    def arrows(self) -> tuple[str, str]:
        """What stands beside a value that left and right change."""
        return ("◂", "▸") if self.unicode else ("<", ">")


def heading(text: str, width: int, *, unicode: bool = True) -> Line:
    """Return the heading of a section with a rule after it."""
    line = Line((f" {fitted(text, width - 2)} ", "accent"))
    return line.add(("─" if unicode else "-") * max(0, width - line.width), "empty")


def resting(row: Row, width: int, pen: Pen) -> Line:
    """Return a row that is not being edited, at most `width` cells."""
    line = _label(row, pen, " ")
    room = width - line.width
    if row.idle:
        return line.add(row.idle if len(row.idle) <= room else "–" if pen.unicode else "-", "empty")
    style = "error" if row.problem else "best" if row.changed else "muted" if row.shown == "-" else ""
    line.add(fitted(plain(row.shown), room), style)
    _unit(line, row, width)
    _note(line, row, width, pen)
    return line


def editing(row: Row, edit: LineEdit, width: int, pen: Pen) -> Line:
    """Return the row under the cursor, with a field to type in."""
    line = _label(row, pen, pen.cursor)
    room = width - line.width
    if row.picked:
        left = Line((fitted(row.shown, room - 2), "field"), (" ", "field"), (pen.arrows[1], "field"))
        line.pieces += left.pieces
        line.width += left.width
    elif row.options:
        before, after = pen.arrows
        line.add(f"{before} ", "accent")
        _field(line, edit, max(1, min(room - 4, max(map(cell_len, (*row.options, edit.text))) + 1)), choice=True)
        line.add(f" {after}", "accent")
    else:
        _field(line, edit, max(1, min(room, max(LEAST_VALUE, cell_len(edit.text) + 1))))
    _unit(line, row, width)
    _note(line, row, width, pen)
    return line


def field_start(row: Row, pen: Pen) -> int:
    """Return in which cell of its row a field begins, where it is being edited."""
    return MARGIN + pen.label_width + (2 if row.options else 0)


def _label(row: Row, pen: Pen, cursor: str) -> Line:
    line = Line((cursor, "accent"))
    if row.problem:
        line.add(f" {pen.wrong} ", "error")
    else:
        line.add(f" {pen.changed} " if row.changed else "   ", "success")
    label = fitted(row.label, pen.label_width - 1)
    style = "empty" if row.idle else "strong" if cursor.strip() else "muted"
    return line.add(label.ljust(pen.label_width), style)


def _field(line: Line, edit: LineEdit, width: int, *, choice: bool = False) -> None:
    if edit.whole and not choice:
        shown = edit.text[:width]
        line.add(shown, "whole")
        line.add(" " * (width - cell_len(shown)), "field")
        return
    shown, caret = edit.window(width)
    shown = shown.ljust(width)
    if edit.whole:
        # A choice is gone through, not written: it needs no caret until somebody types.
        line.add(shown, "field")
        return
    line.add(shown[:caret], "field").add(shown[caret : caret + 1], "caret").add(shown[caret + 1 :], "field")


def _unit(line: Line, row: Row, width: int) -> None:
    if row.unit and not row.problem and line.width + cell_len(row.unit) + 1 <= width:
        line.add(f" {row.unit}", "muted")


def _note(line: Line, row: Row, width: int, pen: Pen) -> None:
    """Add why a value is wrong, or what it was before, and its help, where there is room to say it."""
    room = width - line.width - 2
    if row.problem:
        if room >= NARROWEST_NOTE:
            line.add("  ").add(fitted(plain(row.problem, 500), room), "error")
        return
    if row.before and cell_len(row.before) + len("was ") <= room:
        line.add("  ").add(f"was {row.before}", "muted")
    gap = MARGIN + pen.label_width + VALUE_WIDTH - line.width
    if pen.helps and gap >= 2:
        line.add(" " * gap).add(fitted(row.help, width - line.width), "muted")
