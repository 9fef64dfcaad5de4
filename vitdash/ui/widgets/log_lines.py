"""What happened, line by line, the latest at the end. Must not know which run it is from."""

from __future__ import annotations

from collections.abc import Sequence

from vitdash.ui.ink import Line
from vitdash.ui.widgets.inked import Inked


class LogLines(Inked, can_focus=True):
    """Lines that stay at their end while they are there."""

    def show(self, lines: Sequence[Line], empty: str, *, follow: bool = True) -> None:
        """Show these lines; `empty` is said where there are none, and `follow` keeps to the end while it is shown."""
        at_end = follow and self.scroll_offset.y >= self.max_scroll_y
        self.write(lines or [Line((empty, "muted"))])
        if at_end:
            self.call_after_refresh(self.scroll_end, animate=False)
