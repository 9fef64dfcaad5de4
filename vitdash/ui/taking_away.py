"""What the results table shows, to be written or copied: its runs or groups in their order. Must not know files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitdash.errors import InputError
from vitdash.text import count, runs
from vitdash.ui import result_rows
from vitdash.ui.board import Board
from vitdash.ui.result_rows import EFFECTS, GROUPED, KNOBS, REPORTED

if TYPE_CHECKING:
    from vitdash.run.store import Run

PLOTS = "svg"


@dataclass(frozen=True, slots=True)
class Taken:
    """Runs in the order in which they, or their groups, are shown, and how: one of the table's views."""

    runs: tuple[Run, ...]
    view: str
    groups: int = 0

    @property
    def told(self) -> str:
        """What there is, in words."""
        if self.view == EFFECTS:
            return f"What knobs do, of {runs(len(self.runs))}"
        noun = "group" if self.groups == 1 else "groups"
        return f"{count(self.groups)} {noun} of {runs(len(self.runs))}" if self.groups else runs(len(self.runs))

    def render(self, to: str) -> str:
        """Return it in a format: the same rows, order and knobs.

        Raises:
            VitdashError: there is no such format for it, or a run cannot be read.
        """
        from vitdash.export import rendering

        found = list(self.runs)
        if self.view == EFFECTS and to != PLOTS:
            return rendering.make_effects(found, to)
        if self.view in GROUPED:
            return rendering.make_groups(found, to)
        return rendering.render(found, to, reported=self.view == REPORTED, knobs=self.view == KNOBS)


def shown(board: Board, view: str, keys: Sequence[str]) -> Taken:
    """Return what the table shows in a view, of that what is marked; `keys` are those of its rows from top to bottom.

    Raises:
        InputError: there are no results.
    """
    places = {key: place for place, key in enumerate(keys)}
    last = len(places)
    if view in GROUPED:
        found = [group for group in board.gather(board.shown) if group.counted]
        marked = [group for group in found if board.marked & {member.id for member in group.members}]
        found = sorted(marked or found, key=lambda group: places.get(group.members[0].id, last))
        by_id = {known.run.id: known.run for known in board.shown}
        chosen = [by_id[member.id] for group in found for member in group.members]
        taken = Taken(tuple(chosen), view, len(found))
    else:
        rows = result_rows.with_results(board.acted_on() if board.marked else board.shown)
        rows.sort(key=lambda known: places.get(known.run.id, last))
        taken = Taken(tuple(known.run for known in rows), view)
    if not taken.runs:
        raise InputError("export", "there are no results yet.")
    return taken
